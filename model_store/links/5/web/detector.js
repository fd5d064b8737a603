/**
 * Detection round the bare network, for a page, a worker or Node: frames in, labelled boxes out.
 *
 *     import * as tf from ...;                     // TF.js with a backend of your choice
 *     import { loadDetector } from "./links/detector.js";
 *     const detector = await loadDetector(tf, "./links");
 *     const found = await detector.detect(context.getImageData(0, 0, width, height));
 *
 * It does what `training/row_detector.py` does, and gets along without any library but TF.js.
 * Where the detector has a second stage, that lies in `refiner/`.
 *
 * @typedef {{data: ArrayLike<number>, width: number, height: number}} Frame RGBA, as `ImageData`.
 * @typedef {{values: Float32Array, width: number, height: number}} Picture 0..255, channels last.
 * @typedef {{box: number[], score: number, label: string}} Detection
 *     `box` is ymin, xmin, ymax, xmax in pixels of the frame.
 */

import { Refiner } from "./refine.js";

/** Return the detector whose `model.json` and `detector.json` lie at the URL `folder`. */
export async function loadDetector(tf, folder) {
  const [model, answer] = await Promise.all([
    tf.loadGraphModel(`${folder}/model.json`),
    fetch(`${folder}/detector.json`),
  ]);
  if (!answer.ok) {
    throw new Error(`${folder}/detector.json: ${answer.status}`);
  }
  const contract = await answer.json();
  const second = contract.refine && (await tf.loadGraphModel(`${folder}/refiner/model.json`));
  return new Detector(tf, model, contract, second);
}

export class Detector {
  /** `model` and `second` are graph models, `contract` what `detector.json` holds. */
  constructor(tf, model, contract, second = null) {
    this.tf = tf;
    this.model = model;
    this.contract = contract;
    this.refiner = second && new Refiner(tf, second, contract);
  }

  /**
   * Find what is in a frame, the surest first.
   *
   * @param {Frame} frame
   * @returns {Promise<Detection[]>}
   */
  async detect(frame) {
    const { contract } = this;
    const fitted = fitFrame(frame, contract);
    const padded = padPicture(fitted, contract);
    const candidates = await this.look(padded, 1, contract.levels);
    if (contract.coarse_factor > 1) {
      // What the finest level would find there is legible in the picture itself.
      const levels = contract.levels.length > 1 ? contract.levels.slice(1) : contract.levels;
      const smaller = padPicture(averageBlocks(padded, contract), contract);
      candidates.push(...(await this.look(smaller, contract.coarse_factor, levels)));
    }
    const kept = suppressOverlaps(candidates, contract.postprocess);
    const refined = this.refiner ? await this.refiner.refine(kept, padded) : kept;
    const toFrame = { y: frame.height / fitted.height, x: frame.width / fitted.width };
    return refined.map(({ box, score, number }) => ({
      box: [
        clip(box[0], fitted.height) * toFrame.y,
        clip(box[1], fitted.width) * toFrame.x,
        clip(box[2], fitted.height) * toFrame.y,
        clip(box[3], fitted.width) * toFrame.x,
      ],
      score,
      label: contract.labels[number],
    }));
  }

  /** Return the candidates that the network sees in a padded picture, `scale` times as large. */
  async look(picture, scale, levels) {
    const { tf, contract } = this;
    const shape = [1, picture.height, picture.width, contract.channels];
    const images = tf.tensor4d(picture.values, shape);
    const rows = this.model.execute(images);
    images.dispose();
    const values = await rows.data();
    rows.dispose();
    return decodeRows(values, picture, { contract, levels, scale });
  }
}

/**
 * Return a frame grey, or RGB, with its longer side at most `long_side`: each pixel is the mean of
 * the area that it covers.
 *
 * @param {Frame} frame
 * @returns {Picture}
 */
export function fitFrame(frame, contract) {
  const scale = Math.min(1, contract.long_side / Math.max(frame.width, frame.height));
  const width = Math.max(1, Math.round(frame.width * scale));
  const height = Math.max(1, Math.round(frame.height * scale));
  const { channels } = contract;
  const values = new Float32Array(width * height * channels);
  const columns = coverPixels(frame.width, width);
  const sums = new Float32Array(frame.width * channels);
  coverPixels(frame.height, height).forEach((lines, y) => {
    sums.fill(0);
    for (const [line, share] of lines) {
      addLine(sums, frame, { line, share, contract });
    }
    columns.forEach((parts, x) => {
      for (const [column, share] of parts) {
        for (let channel = 0; channel < channels; channel++) {
          values[(y * width + x) * channels + channel] += share * sums[column * channels + channel];
        }
      }
    });
  });
  return { values, width, height };
}

/** Return for each of `to` pixels which of `from` it covers, and with what share of its area. */
function coverPixels(from, to) {
  const step = from / to;
  return Array.from({ length: to }, (_, place) => {
    const [start, end] = [place * step, Math.min((place + 1) * step, from)];
    const parts = [];
    for (let pixel = Math.floor(start); pixel < end; pixel++) {
      const share = (Math.min(pixel + 1, end) - Math.max(pixel, start)) / step;
      // What is left of a pixel by rounding is none of it.
      if (share > 1e-6) {
        parts.push([pixel, share]);
      }
    }
    return parts;
  });
}

/** Add `share` of a frame's line to `sums`, grey or RGB. */
function addLine(sums, frame, { line, share, contract }) {
  const { data, width } = frame;
  const [red, green, blue] = contract.luma;
  for (let x = 0, from = line * width * 4; x < width; x++, from += 4) {
    if (contract.channels === 1) {
      sums[x] += share * (red * data[from] + green * data[from + 1] + blue * data[from + 2]);
    } else {
      for (let channel = 0; channel < 3; channel++) {
        sums[x * 3 + channel] += share * data[from + channel];
      }
    }
  }
}

/** Pad right and bottom to multiples of what the network's coarsest cell covers. */
export function padPicture(picture, { side_multiple: multiple, padding, channels }) {
  const width = Math.ceil(picture.width / multiple) * multiple;
  const height = Math.ceil(picture.height / multiple) * multiple;
  const values = new Float32Array(width * height * channels).fill(padding);
  const length = picture.width * channels;
  for (let y = 0; y < picture.height; y++) {
    values.set(picture.values.subarray(y * length, (y + 1) * length), y * width * channels);
  }
  return { values, width, height };
}

/** Return the mean of each block of `coarse_factor` by as many pixels; a remainder is left out. */
export function averageBlocks(picture, { coarse_factor: factor, channels }) {
  const width = Math.floor(picture.width / factor);
  const height = Math.floor(picture.height / factor);
  const values = new Float32Array(width * height * channels);
  const share = 1 / (factor * factor);
  for (let y = 0; y < height * factor; y++) {
    const to = Math.floor(y / factor) * width;
    for (let x = 0; x < width * factor; x++) {
      const [block, pixel] = [to + Math.floor(x / factor), y * picture.width + x];
      for (let channel = 0; channel < channels; channel++) {
        values[block * channels + channel] += share * picture.values[pixel * channels + channel];
      }
    }
  }
  return { values, width, height };
}

/**
 * Return what scores at least `min_score`, boxes in pixels of a picture `scale` times as large.
 *
 * `rows` end with those of `levels`; others before them are passed over.
 */
function decodeRows(rows, picture, { contract, levels, scale }) {
  const classes = contract.output.shape[2] - 4;
  const { min_score: least } = contract.postprocess;
  const leastLogit = Math.log(least / (1 - least));
  const grids = levels.map((level) => gridOf(level, picture));
  const count = grids.reduce((sum, grid) => sum + grid.cells * grid.shapes.length, 0);
  const found = [];
  let row = rows.length / (classes + 4) - count;
  for (const grid of grids) {
    for (let place = 0; place < grid.cells * grid.shapes.length; place++, row++) {
      const start = row * (classes + 4);
      const best = bestClass(rows, start, classes);
      if (rows[start + best] >= leastLogit) {
        const offsets = rows.subarray(start + classes, start + classes + 4);
        const box = decodeBox(offsets, anchorAt(grid, place), contract);
        const score = 1 / (1 + Math.exp(-rows[start + best]));
        found.push({ box: box.map((side) => side * scale), score, number: best + 1 });
      }
    }
  }
  return found;
}

function gridOf({ stride, shapes }, picture) {
  const columns = Math.ceil(picture.width / stride);
  return { stride, shapes, columns, cells: columns * Math.ceil(picture.height / stride) };
}

function bestClass(rows, start, classes) {
  let best = 0;
  for (let number = 1; number < classes; number++) {
    if (rows[start + number] > rows[start + best]) {
      best = number;
    }
  }
  return best;
}

/** Return centre and size of an anchor: row by row, cell by cell, shape by shape. */
function anchorAt({ stride, shapes, columns }, place) {
  const cell = Math.floor(place / shapes.length);
  const [height, width] = shapes[place % shapes.length];
  const y = (Math.floor(cell / columns) + 0.5) * stride;
  return { y, x: ((cell % columns) + 0.5) * stride, height, width };
}

/** Return ymin, xmin, ymax, xmax: the offsets are those of SSD (Liu et al. 2016). */
function decodeBox(offsets, anchor, { centre_scale: centre, size_scale: size, max_log_size: most }) {
  const y = anchor.y + (offsets[0] / centre) * anchor.height;
  const x = anchor.x + (offsets[1] / centre) * anchor.width;
  const half = (offset, side) => (Math.exp(Math.min(offset / size, most)) * side) / 2;
  const [dy, dx] = [half(offsets[2], anchor.height), half(offsets[3], anchor.width)];
  return [y - dy, x - dx, y + dy, x + dx];
}

/** Return the candidates that no better one, of whatever class, overlaps by more than `max_iou`. */
export function suppressOverlaps(candidates, rule) {
  const best = candidates.sort((one, other) => other.score - one.score).slice(0, rule.candidates);
  const kept = [];
  for (const candidate of best) {
    if (kept.length === rule.max_boxes) {
      break;
    }
    if (kept.every((better) => iou(better.box, candidate.box) <= rule.max_iou)) {
      kept.push(candidate);
    }
  }
  return kept;
}

/** Return the intersection of two boxes over their union. */
export function iou(one, other) {
  const height = Math.min(one[2], other[2]) - Math.max(one[0], other[0]);
  const width = Math.min(one[3], other[3]) - Math.max(one[1], other[1]);
  const shared = Math.max(height, 0) * Math.max(width, 0);
  const area = (box) => (box[2] - box[0]) * (box[3] - box[1]);
  return shared / Math.max(area(one) + area(other) - shared, 1e-9);
}

function clip(value, most) {
  return Math.min(Math.max(value, 0), most);
}
