/** Cutouts: what of a frame the service needs to read its links, gathered in one small picture. */

import { followLine } from "./line.js";

/**
 * @typedef {import("./line.js").Box} Box
 * @typedef {{box: Box, to: {left: number, top: number}}} Cutout
 *     `box` lies in the gathered picture, `to` is where its corner belongs in the frame
 */

/** All in line heights. */
const AROUND = 0.9;
const BEFORE = 0.8;
const BEHIND = 2;
/** A line is covered piece by piece, so that a steep one needs no high box. */
const PIECE = 6;
/** Two lines, whatever the leading, as far down as the second one's descenders. */
const BELOW = 3;

/**
 * JPEG keeps blocks of so many pixels apart: what is cut along them is encoded as it is in the
 * whole frame, and read as it is there.
 */
export const BLOCK_PX = 16;

/**
 * Returns boxes that hold, for each prefix, its line as far as the link may go, and the lines below
 * where it may go on there.
 * @param {import("./line.js").Grey} grey
 * @param {Box[]} prefixes
 * @returns {Box[]}  none overlap, all begin at whole blocks
 */
export function planCutouts(grey, prefixes) {
  const wanted = prefixes.flatMap((prefix) => coverLine(grey, prefix));
  const inside = wanted.map((box) => snapBox(box, grey));
  return mergeBoxes(inside.filter(({ left, top, right, bottom }) => left < right && top < bottom));
}

function coverLine(grey, prefix) {
  const { course, slope, height, columnLeft } = followLine(grey, prefix);
  const [first, last] = [course[0], course.at(-1)];
  const boxes = [];
  const stride = Math.max(1, Math.round(PIECE / 0.5));
  for (let index = 0; index < course.length; index += stride) {
    const piece = course.slice(index, index + stride + 1);
    const ys = piece.map(({ y }) => y);
    boxes.push({
      left: piece[0].x - (index === 0 ? BEFORE * height : 0),
      right: piece.at(-1).x + (piece.at(-1) === last ? BEHIND * height : 0),
      top: Math.min(...ys) - (0.5 + AROUND) * height,
      bottom: Math.max(...ys) + (0.5 + AROUND) * height,
    });
  }
  if (columnLeft === null) return boxes;
  const ends = { from: columnLeft - BEHIND * height, to: last.x + BEHIND * height };
  return [...boxes, ...coverBelow(first, { slope, height, ...ends })];
}

/** Returns the boxes of the lines below. */
function coverBelow(first, { slope, height, from, to }) {
  const boxes = [];
  for (let left = from; left < to; left += PIECE * height) {
    const right = Math.min(left + PIECE * height, to);
    const ys = [left, right].map((x) => first.y + slope * (x - first.x));
    boxes.push({
      left,
      right,
      top: Math.min(...ys) + 0.5 * height,
      bottom: Math.max(...ys) + (0.5 + BELOW) * height,
    });
  }
  return boxes;
}

/** Returns the box grown to whole blocks, inside the frame. */
function snapBox({ left, top, right, bottom }, { width, height }) {
  const low = (side) => Math.max(0, Math.floor(side / BLOCK_PX) * BLOCK_PX);
  const high = (side, most) => Math.min(most, Math.ceil(side / BLOCK_PX) * BLOCK_PX);
  return { left: low(left), top: low(top), right: high(right, width), bottom: high(bottom, height) };
}

/** Returns boxes that cover no block twice: rows of blocks, those alike one below another joined. */
function mergeBoxes(boxes) {
  const open = [];
  const done = [];
  const rows = new Set(boxes.flatMap(({ top, bottom }) => [top, bottom]));
  const sides = [...rows].sort((one, other) => one - other);
  for (let index = 0; index + 1 < sides.length; index += 1) {
    const [top, bottom] = [sides[index], sides[index + 1]];
    const runs = joinRuns(boxes.filter((box) => box.top <= top && box.bottom >= bottom));
    const kept = [];
    for (const [left, right] of runs) {
      const above = open.find((box) => box.left === left && box.right === right);
      if (above) above.bottom = bottom;
      kept.push(above ?? { left, top, right, bottom });
    }
    done.push(...open.filter((box) => !kept.includes(box)));
    open.splice(0, open.length, ...kept);
  }
  return [...done, ...open];
}

/** Returns the stretches that the boxes cover, from left to right. */
function joinRuns(boxes) {
  const runs = [];
  for (const { left, right } of boxes.sort((one, other) => one.left - other.left)) {
    const last = runs.at(-1);
    if (last && left <= last[1]) last[1] = Math.max(last[1], right);
    else runs.push([left, right]);
  }
  return runs;
}

/**
 * Returns where each box goes in a picture that holds them all, and that picture's size.
 * @param {Box[]} boxes
 * @returns {{cutouts: Cutout[], width: number, height: number}}
 */
export function packBoxes(boxes) {
  const sorted = [...boxes].sort((one, other) => heightOf(other) - heightOf(one));
  const widest = Math.max(BLOCK_PX, ...boxes.map(({ left, right }) => right - left));
  const cutouts = [];
  const shelf = { left: 0, top: 0, bottom: 0 };
  for (const { left, top, right, bottom } of sorted) {
    const [width, height] = [right - left, bottom - top];
    if (shelf.left + width > widest) Object.assign(shelf, { left: 0, top: shelf.bottom });
    const box = { left: shelf.left, top: shelf.top, right: shelf.left + width };
    cutouts.push({ box: { ...box, bottom: shelf.top + height }, to: { left, top } });
    shelf.left += Math.ceil(width / BLOCK_PX) * BLOCK_PX;
    shelf.bottom = Math.max(shelf.bottom, shelf.top + Math.ceil(height / BLOCK_PX) * BLOCK_PX);
  }
  return { cutouts, width: widest, height: Math.max(BLOCK_PX, shelf.bottom) };
}

function heightOf({ top, bottom }) {
  return bottom - top;
}
