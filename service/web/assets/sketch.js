/** Sketches: where a page has ink around some lines, too coarse to be read, to tell columns by. */

import { greyOf } from "./line.js";
import { shrinkPicture } from "./shrink.js";

/**
 * @typedef {import("./line.js").Box} Box
 * @typedef {import("./line.js").Grey} Grey
 * @typedef {object} Around
 * @property {Box[]} boxes  what to sketch of the page, in its pixels
 * @property {number} height  of the line
 * @property {number} least  what is darker than the paper by fewer grey levels is no ink
 */

/** The service looks for gutters at so many pixels a line. */
const LINE_PX = 10;
/** So many of these, across and down, are one here: a line is two or three of them high. */
const CELL = { width: 1, height: 5 };
const LEAST_SHARE = 0.4;
/** What lies closer together becomes one: letters do; how words stand tells how columns lean. */
const MOST_GAP_PX = 2;
/** Level rules are left out, as they run from column to column. */
const LEAST_RULE_PX = 31;
/** Wider than any stroke, so that a closing leaves the paper alone. */
const STROKE_PX = 7;
/** No service reads a picture with a shorter side. */
const LEAST_SIDE_PX = 16;

/**
 * Returns a picture of the whole page, black where it has ink in one of the boxes, else white; null
 * where it would be too small to send.
 * @param {ImageData} picture
 * @param {Around[]} arounds
 * @returns {ImageData | null}
 */
export function sketchInk(picture, arounds) {
  const lowest = Math.min(...arounds.map(({ height }) => height));
  const longest = Math.max(picture.width, picture.height);
  const page = greyOf(shrinkPicture(picture, Math.round((longest * LINE_PX) / lowest)));
  const width = Math.ceil(page.width / CELL.width);
  const height = Math.ceil(page.height / CELL.height);
  if (Math.min(width, height) < LEAST_SIDE_PX) return null;
  const sketch = new ImageData(width, height);
  sketch.data.fill(255);
  const depth = measureDepth(page);
  const [across, down] = [width / picture.width, height / picture.height];
  for (const { boxes, least } of arounds) {
    const shares = shareOut(findInk(depth, least), sketch);
    for (const { left, top, right, bottom } of boxes) {
      for (const row of listBetween(top * down, bottom * down, height)) {
        for (const column of listBetween(left * across, right * across, width)) {
          const cell = row * width + column;
          if (shares[cell] >= LEAST_SHARE) sketch.data.fill(0, 4 * cell, 4 * cell + 3);
        }
      }
    }
  }
  return sketch;
}

/** Returns the whole numbers from one place to another, those from 0 on and below `end`. */
function listBetween(from, to, end) {
  const first = Math.max(0, Math.floor(from));
  const length = Math.max(0, Math.min(end, Math.ceil(to)) - first);
  return Array.from({ length }, (_, place) => first + place);
}

/** Returns by how many grey levels the paper outshines each pixel. */
function measureDepth(page) {
  const paper = filter(filter(page, Math.max), Math.min);
  return { ...page, data: page.data.map((level, pixel) => paper.data[pixel] - level) };
}

/** Returns what `choose` finds in the square around each pixel: in its rows, then in its columns. */
function filter(grey, choose) {
  return filterRows(filterRows(grey, choose), choose);
}

/** Returns the filtered rows, turned into columns; beyond its ends a row is as there. */
function filterRows({ data, width, height }, choose) {
  const turned = new Uint8ClampedArray(data.length);
  const reach = (STROKE_PX - 1) / 2;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const first = Math.max(0, column - reach);
      const last = Math.min(width - 1, column + reach);
      let chosen = data[row * width + first];
      for (let at = first + 1; at <= last; at += 1) chosen = choose(chosen, data[row * width + at]);
      turned[column * height + row] = chosen;
    }
  }
  return { data: turned, width: height, height: width };
}

/** Returns 1 for each pixel that is ink or lies between two words, else 0. */
function findInk({ data, width, height }, least) {
  const ink = Uint8Array.from(data, (depth) => (depth > least ? 1 : 0));
  for (let row = 0; row < height; row += 1) {
    const pixels = ink.subarray(row * width, (row + 1) * width);
    for (const [start, end] of listRuns(pixels, 1)) {
      if (end - start >= LEAST_RULE_PX) pixels.fill(0, start, end);
    }
    for (const [start, end] of listRuns(pixels, 0)) {
      if (start > 0 && end < width && end - start <= MOST_GAP_PX) pixels.fill(1, start, end);
    }
  }
  return { data: ink, width, height };
}

/** Returns start and end of each run of pixels that have this value. */
function listRuns(pixels, value) {
  const runs = [];
  for (let start = pixels.indexOf(value); start >= 0; start = pixels.indexOf(value, start)) {
    const end = pixels.indexOf(1 - value, start);
    runs.push([start, end < 0 ? pixels.length : end]);
    if (end < 0) break;
    start = end;
  }
  return runs;
}

/** Returns how much of each cell is ink, the page parted evenly into so many cells. */
function shareOut(ink, { width, height }) {
  const [inked, all] = [new Uint16Array(width * height), new Uint16Array(width * height)];
  for (let row = 0; row < ink.height; row += 1) {
    const from = Math.floor((row * height) / ink.height) * width;
    for (let column = 0; column < ink.width; column += 1) {
      const cell = from + Math.floor((column * width) / ink.width);
      inked[cell] += ink.data[row * ink.width + column];
      all[cell] += 1;
    }
  }
  return Array.from(inked, (count, cell) => count / all[cell]);
}
