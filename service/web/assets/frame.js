/** Frames on their way to the service: drawn at a bounded size and encoded as JPEG. */

/** Print stays legible at this size, and a frame stays near 300 kB. */
export const FRAME_SIDE_PX = 1440;
/** A chosen picture goes once: it may be larger, which helps the reading. */
export const PICTURE_SIDE_PX = 2560;
const QUALITY = 0.82;
/** Coarse, and enough for what is easy to read. */
const SMALL_QUALITY = 0.35;
const WEBP = "image/webp";

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
  const small = await encode(canvas, WEBP, SMALL_QUALITY);
  return small.type === WEBP ? dropProfile(small) : encodeJpeg(canvas);
}

/**
 * Returns the canvas in few bytes and without loss, or nearly so, as few colours go: as WebP or, from
 * a browser that cannot write that, as PNG.
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
export async function encodeExactly(canvas) {
  const exact = await encode(canvas, WEBP, 1);
  return exact.type === WEBP ? dropProfile(exact) : exact;
}

/**
 * Returns an opaque WebP picture without the colour profile that browsers add, half a kilobyte that
 * grey has no use for: the chunk of its pixels alone in the container.
 */
async function dropProfile(picture) {
  const data = await picture.arrayBuffer();
  const view = new DataView(data);
  const nameAt = (at) => String.fromCharCode(...new Uint8Array(data, at, 4));
  // Behind the container's own name and size, and the format's name.
  for (let at = 12; at + 8 <= data.byteLength; ) {
    const end = at + 8 + 2 * Math.ceil(view.getUint32(at + 4, true) / 2);
    if (nameAt(at) === "ALPH") break;
    if (nameAt(at).startsWith("VP8") && nameAt(at) !== "VP8X") {
      const size = new DataView(new ArrayBuffer(4));
      size.setUint32(0, 4 + end - at, true);
      return new Blob(["RIFF", size, "WEBP", data.slice(at, end)], { type: WEBP });
    }
    at = end;
  }
  return picture;
}

function encode(canvas, type, quality) {
  return new Promise((resolve, reject) => {
    const finish = (blob) => (blob ? resolve(blob) : reject(new Error(`no encoder for ${type}`)));
    canvas.toBlob(finish, type, quality);
  });
}
