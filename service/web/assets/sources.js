/** Pictures that people bring: chosen, photographed, pasted or dropped. */

import { PICTURE_SIDE_PX, drawInto, fitInside } from "./frame.js";

/**
 * Calls `onPicture` with every file that is brought.
 * @param {object} places
 * @param {HTMLInputElement[]} places.fields
 * @param {HTMLElement} places.target  shows that a picture may be dropped
 * @param {(file: Blob) => void} onPicture
 */
export function watchPictures({ fields, target }, onPicture) {
  for (const field of fields) {
    field.addEventListener("change", () => {
      if (field.files[0]) onPicture(field.files[0]);
      field.value = ""; // The same file again is a choice too.
    });
  }
  addEventListener("paste", (event) => {
    const file = findPicture(event.clipboardData);
    if (file) onPicture(file);
  });
  watchDrops(target, onPicture);
}

function watchDrops(target, onPicture) {
  const mark = (isOver) => target.classList.toggle("is-dropping", isOver);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(event.dataTransfer.types.includes("Files"));
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const [file] = event.dataTransfer.files;
    if (file) onPicture(file);
  });
}

function findPicture(data) {
  return [...(data?.files ?? [])].find((file) => file.type.startsWith("image/"));
}

/**
 * Draws the file into `canvas`, upright; rejects where it is no picture.
 * @param {Blob} file
 * @param {HTMLCanvasElement} canvas
 */
export async function drawPicture(file, canvas) {
  const bitmap = await createImageBitmap(file);
  drawInto(canvas, bitmap, fitInside(bitmap, PICTURE_SIDE_PX));
  bitmap.close();
}
