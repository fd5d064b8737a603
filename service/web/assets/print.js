/** The print of a link, cut out of its frame and laid straight, to compare with what was read. */

import { distance, growOutline, outlinesOf, splitEdges } from "./outline.js";

const MARGIN_RATIO = 0.3;
const HIGHEST_PX = 64;
const LONGEST_PX = 1200;

/**
 * Draws the printed lines of the link below one another into `canvas`.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement} frame  that the link was found in
 * @param {import("./address.js").Link} link
 */
export function drawPrint(canvas, frame, link) {
  const lines = outlinesOf(link).map((outline) => splitEdges(growOutline(outline, MARGIN_RATIO)));
  const longest = Math.max(...lines.map(measureLength));
  const height = Math.min(HIGHEST_PX, LONGEST_PX / longest);
  canvas.width = Math.ceil(height * longest);
  canvas.height = Math.ceil(height * lines.length);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  lines.forEach((line, index) => drawLine(context, frame, line, { height, top: index * height }));
}

/** Returns the length in line heights. */
function measureLength([upper, lower]) {
  const steps = upper.slice(1).map((point, index) => distance(upper[index], point));
  return steps.reduce((sum, step) => sum + step, 0) / (distance(upper[0], lower[0]) || 1);
}

/** Draws the line piece by piece, each as straight as it was printed. */
function drawLine(context, frame, [upper, lower], { height, top }) {
  const scale = height / (distance(upper[0], lower[0]) || 1);
  let left = 0;
  for (let index = 0; index + 1 < upper.length; index += 1) {
    const width = scale * distance(upper[index], upper[index + 1]);
    drawPiece(context, frame, [upper[index], upper[index + 1], lower[index]], {
      left,
      top,
      width,
      height,
    });
    left += width;
  }
}

/** Lays the frame so that the three corners come to the rectangle's, and shows that part of it. */
function drawPiece(context, frame, [corner, right, below], { left, top, width, height }) {
  const [ux, uy] = [right[0] - corner[0], right[1] - corner[1]];
  const [vx, vy] = [below[0] - corner[0], below[1] - corner[1]];
  const area = ux * vy - uy * vx || 1;
  const [a, c] = [(width * vy) / area, (-width * vx) / area];
  const [b, d] = [(-height * uy) / area, (height * ux) / area];
  context.save();
  context.beginPath();
  context.rect(left, top, width + 1, height); // One more, against a seam.
  context.clip();
  context.transform(
    a,
    b,
    c,
    d,
    left - a * corner[0] - c * corner[1],
    top - b * corner[0] - d * corner[1],
  );
  context.drawImage(frame, 0, 0);
  context.restore();
}
