/** Small grey pictures, each level half as large as the one before: what motion is seen in. */

import { fitInside } from "./frame.js";

export const FINEST_SIDE_PX = 128;
const LEVELS = 3;

/** @typedef {{width: number, height: number, pixels: Float32Array}} Grey  mean 0, deviation 1 */

export class PyramidTaker {
  #canvas = document.createElement("canvas");

  /**
   * Returns the levels of `source`, the finest first.
   * @param {CanvasImageSource} source
   * @param {{width: number, height: number}} size  of the source, pixels
   * @returns {Grey[]}
   */
  take(source, size) {
    const { width, height } = fitInside(size, FINEST_SIDE_PX);
    if (this.#canvas.width !== width) Object.assign(this.#canvas, { width, height });
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "medium";
    context.drawImage(source, 0, 0, width, height);
    const grey = toGrey(context.getImageData(0, 0, width, height).data);
    return buildPyramid({ width, height, pixels: grey });
  }
}

/**
 * @param {Grey} finest  of any brightness
 * @returns {Grey[]}
 */
export function buildPyramid(finest) {
  const levels = [finest];
  while (levels.length < LEVELS) levels.push(halve(levels.at(-1)));
  return levels.map(standardize);
}

/** @param {Uint8ClampedArray} rgba */
function toGrey(rgba) {
  const grey = new Float32Array(rgba.length / 4);
  for (let i = 0; i < grey.length; i += 1) {
    grey[i] = rgba[4 * i] + 2 * rgba[4 * i + 1] + rgba[4 * i + 2];
  }
  return grey;
}

/** @param {Grey} level */
function halve({ width, height, pixels }) {
  const half = { width: width >> 1, height: height >> 1 };
  const mean = new Float32Array(half.width * half.height);
  for (let y = 0; y < half.height; y += 1) {
    for (let x = 0; x < half.width; x += 1) {
      const at = 2 * y * width + 2 * x;
      mean[y * half.width + x] =
        (pixels[at] + pixels[at + 1] + pixels[at + width] + pixels[at + width + 1]) / 4;
    }
  }
  return { ...half, pixels: mean };
}

/** Takes out brightness and contrast, which a camera changes by itself. */
function standardize({ width, height, pixels }) {
  let sum = 0;
  let squares = 0;
  for (const value of pixels) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / pixels.length;
  const deviation = Math.sqrt(Math.max(squares / pixels.length - mean * mean, 1e-6));
  return { width, height, pixels: pixels.map((value) => (value - mean) / deviation) };
}
