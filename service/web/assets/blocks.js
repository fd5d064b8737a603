/** Boxes of whole blocks, which cover no block twice, and the picture that they are gathered in. */

import { lumaAt } from "./line.js";

/**
 * @typedef {import("./line.js").Box} Box
 * @typedef {{box: Box, to: {left: number, top: number}}} Cutout
 *     `box` lies in the gathered picture, `to` is where its corner belongs in the frame
 * @typedef {{cutouts: Cutout[], width: number, height: number}} Packed
 */

/**
 * JPEG keeps blocks of so many pixels apart: what is cut along them is encoded as it is in the
 * whole frame, and read as it is there.
 */
export const BLOCK_PX = 8;
/** No service reads a picture with a shorter side. */
const LEAST_SIDE_PX = 16;

/**
 * Returns boxes that cover these: whole blocks, none of them twice.
 * @param {Box[]} boxes
 * @param {{width: number, height: number}} frame
 * @returns {Box[]}
 */
export function coverBlocks(boxes, frame) {
  const snapped = boxes.map((box) => snapBox(box, frame));
  return mergeBoxes(snapped.filter((box) => box.left < box.right && box.top < box.bottom));
}

/** Returns the box grown to whole blocks, inside the frame. */
function snapBox({ left, top, right, bottom }, { width, height }) {
  const low = (side) => Math.max(0, Math.floor(side / BLOCK_PX) * BLOCK_PX);
  const high = (side, most) => Math.min(most, toBlocks(side));
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
 * @returns {Packed}
 */
export function packBoxes(boxes) {
  const sorted = [...boxes].sort((one, other) => heightOf(other) - heightOf(one));
  const widths = boxes.map(({ left, right }) => toBlocks(right - left));
  const widest = Math.max(LEAST_SIDE_PX, ...widths);
  const cutouts = [];
  const shelf = { left: 0, top: 0, bottom: 0 };
  for (const { left, top, right, bottom } of sorted) {
    const [width, height] = [right - left, bottom - top];
    if (shelf.left + width > widest) Object.assign(shelf, { left: 0, top: shelf.bottom });
    const box = { left: shelf.left, top: shelf.top, right: shelf.left + width };
    cutouts.push({ box: { ...box, bottom: shelf.top + height }, to: { left, top } });
    shelf.left += toBlocks(width);
    shelf.bottom = Math.max(shelf.bottom, shelf.top + toBlocks(height));
  }
  return { cutouts, width: widest, height: Math.max(LEAST_SIDE_PX, shelf.bottom) };
}

function heightOf({ top, bottom }) {
  return bottom - top;
}

function toBlocks(side) {
  return Math.ceil(side / BLOCK_PX) * BLOCK_PX;
}

/**
 * Returns the picture that holds the cutouts: grey, white between them.
 * @param {ImageData} frame
 * @param {Packed} packed
 * @returns {ImageData}
 */
export function gatherGrey(frame, { cutouts, width, height }) {
  const picture = new ImageData(width, height);
  picture.data.fill(255);
  for (const { box, to } of cutouts) {
    for (let row = box.top; row < box.bottom; row += 1) {
      let from = 4 * ((to.top + row - box.top) * frame.width + to.left);
      let into = 4 * (row * width + box.left);
      for (let column = box.left; column < box.right; column += 1) {
        picture.data.fill(lumaAt(frame.data, from), into, into + 3);
        from += 4;
        into += 4;
      }
    }
  }
  return picture;
}
