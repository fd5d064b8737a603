/** Frames on their way to the service: drawn at a bounded size and encoded as JPEG. */

/** Print stays legible at this size, and a frame stays near 300 kB. */
export const FRAME_SIDE_PX = 1440;
/** A chosen picture goes once: it may be larger, which helps the reading. */
export const PICTURE_SIDE_PX = 2560;
const QUALITY = 0.82;
/** Coarse, and enough for what is easy to read. */
const SMALL_QUALITY = 0.35;

/**
 * Returns the size that keeps the proportions and has no side above `longest`.
 * @param {{width: number, height: number}} size  pixels
 * @param {number} longest  pixels
 */
export function fitInside({ width, height }, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/**
 * Draws `source` into `canvas`, which takes the size.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasImageSource} source
 * @param {{width: number, height: number}} size  pixels
 */
export function drawInto(canvas, source, size) {
  Object.assign(canvas, size);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, size.width, size.height);
}

/**
 * Returns the canvas as JPEG; what a file said about place and time is not in it.
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
export function encodeJpeg(canvas) {
  return encode(canvas, "image/jpeg", QUALITY);
}

/**
 * Returns the canvas in as few bytes as print stays legible in; not every browser can write WebP.
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
export async function encodeSmall(canvas) {
  const small = await encode(canvas, "image/webp", SMALL_QUALITY);
  return small.type === "image/webp" ? small : encodeJpeg(canvas);
}

function encode(canvas, type, quality) {
  return new Promise((resolve, reject) => {
    const finish = (blob) => (blob ? resolve(blob) : reject(new Error(`no encoder for ${type}`)));
    canvas.toBlob(finish, type, quality);
  });
}
