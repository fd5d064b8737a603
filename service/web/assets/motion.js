/**
 * How the camera has moved since a frame was sent, so that its boxes can stay on the print.
 *
 * Inverse compositional alignment (Baker and Matthews, "Lucas-Kanade 20 years on", 2004) of a
 * similarity. Points are complex numbers about the centre of the picture: z becomes m z + t.
 */

/** @typedef {import("./pyramid.js").Grey} Grey */
/** @typedef {{mr: number, mi: number, tr: number, ti: number}} Motion  t in pixels */

/** @type {Motion} */
export const STILL = { mr: 1, mi: 0, tr: 0, ti: 0 };
/** Pictures less alike than this show different things. */
const LEAST_LIKENESS = 0.75;
/** The greatest change of size, as a logarithm. */
const MOST_ZOOM = 0.35;
/** Steps of alignment at each level, the finest first: it begins near its goal. */
const STEPS = [2, 4, 8];
/** How far the coarsest level is searched for a picture that was lost, in its pixels. */
const SEARCH_PX = 8;

export class MotionTracker {
  #templates;
  #motion = STILL;

  /** @param {Grey[]} pyramid  of the frame that was sent */
  constructor(pyramid) {
    this.#templates = pyramid.map(prepareTemplate);
  }

  /**
   * Returns the motion up to the picture in `pyramid`, in pixels of its finest level; null where
   * the two are not alike.
   * @param {Grey[]} pyramid
   * @returns {Motion | null}
   */
  follow(pyramid) {
    const scale = 2 ** (pyramid.length - 1);
    const found =
      this.#alignFrom(pyramid, scaleShift(this.#motion, 1 / scale)) ??
      this.#alignFrom(pyramid, searchShift(this.#templates.at(-1), pyramid.at(-1)));
    this.#motion = found ?? STILL;
    return found;
  }

  /** Aligns from the coarsest level, where `motion` is a guess, down to the finest. */
  #alignFrom(pyramid, motion) {
    for (let level = pyramid.length - 1; level >= 0; level -= 1) {
      for (let step = 0; step < STEPS[level]; step += 1) {
        motion = improve(this.#templates[level], pyramid[level], motion);
      }
      if (level > 0) motion = scaleShift(motion, 2);
    }
    const seen = warp(pyramid[0], motion, this.#templates[0].seen);
    const isAlike = measureLikeness(this.#templates[0].pixels, seen) >= LEAST_LIKENESS;
    return isAlike && isPlausible(motion) ? motion : null;
  }
}

/**
 * Returns the motion as an SVG matrix for a frame of this size.
 * @param {Motion} motion
 * @param {{width: number, height: number}} size  of the frame
 * @param {number} scale  frame pixels for one pixel of the motion
 */
export function toMatrix({ mr, mi, tr, ti }, { width, height }, scale) {
  const [x, y] = [width / 2, height / 2];
  const e = x + scale * tr - (mr * x - mi * y);
  const f = y + scale * ti - (mi * x + mr * y);
  return `matrix(${mr} ${mi} ${-mi} ${mr} ${e} ${f})`;
}

/** Tells whether a hand could have moved the camera so since the frame was sent. */
function isPlausible({ mr, mi }) {
  return Math.abs(Math.log(Math.hypot(mr, mi))) < MOST_ZOOM;
}

/** @param {Motion} motion */
function scaleShift(motion, factor) {
  return { ...motion, tr: motion.tr * factor, ti: motion.ti * factor };
}

/** Derives what depends on the sent frame alone: how each pixel answers to the four parameters. */
function prepareTemplate({ width, height, pixels }) {
  const descents = new Float32Array(4 * width * height);
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const gx = (pixels[at + 1] - pixels[at - 1]) / 2;
      const gy = (pixels[at + width] - pixels[at - width]) / 2;
      descents[4 * at] = gx * (x - cx) + gy * (y - cy);
      descents[4 * at + 1] = gy * (x - cx) - gx * (y - cy);
      descents[4 * at + 2] = gx;
      descents[4 * at + 3] = gy;
    }
  }
  return { pixels, descents, seen: new Float32Array(pixels.length) };
}

/** Returns `motion`, one step nearer to where the picture under it fits the template. */
function improve({ pixels, descents, seen }, picture, motion) {
  warp(picture, motion, seen);
  // Four equations, each with its right side: summed over what both pictures show.
  const sums = new Float64Array(20);
  for (let at = 0; at < seen.length; at += 1) {
    const error = seen[at] - pixels[at];
    if (error !== error) continue; // Outside the picture.
    for (let row = 0; row < 4; row += 1) {
      const own = descents[4 * at + row];
      for (let column = 0; column < 4; column += 1) {
        sums[5 * row + column] += own * descents[4 * at + column];
      }
      sums[5 * row + 4] += own * error;
    }
  }
  const [zoom, turn, tr, ti] = solve(sums);
  return composeInverse(motion, { mr: 1 + zoom, mi: turn, tr, ti });
}

/** Fills `seen` with the picture as it is under `motion`, between pixels; NaN outside of it. */
function warp({ width, height, pixels }, { mr, mi, tr, ti }, seen) {
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 0; y < height; y += 1) {
    let px = -mr * cx - mi * (y - cy) + tr + cx;
    let py = -mi * cx + mr * (y - cy) + ti + cy;
    for (let x = 0; x < width; x += 1, px += mr, py += mi) {
      const [left, top] = [Math.floor(px), Math.floor(py)];
      const isInside = left >= 0 && top >= 0 && left < width - 1 && top < height - 1;
      seen[y * width + x] = isInside
        ? sample(pixels, top * width + left, width, px - left, py - top)
        : NaN;
    }
  }
  return seen;
}

/** Returns the brightness at the shares `u` and `v` of the way to the next column and row. */
function sample(pixels, at, width, u, v) {
  const upper = pixels[at] + u * (pixels[at + 1] - pixels[at]);
  const lower = pixels[at + width] + u * (pixels[at + width + 1] - pixels[at + width]);
  return upper + v * (lower - upper);
}

/** Returns the correlation, -1 to 1, of the template with what is seen; 0 where that is little. */
function measureLikeness(pixels, seen) {
  let [both, ours, theirs, count] = [0, 0, 0, 0];
  for (let at = 0; at < seen.length; at += 1) {
    if (seen[at] !== seen[at]) continue;
    both += seen[at] * pixels[at];
    ours += pixels[at] * pixels[at];
    theirs += seen[at] * seen[at];
    count += 1;
  }
  return count > seen.length / 3 ? both / Math.sqrt(ours * theirs + 1e-9) : 0;
}

/** Returns the shift by whole pixels under which the two are most alike. */
function searchShift(template, picture) {
  let [best, most] = [STILL, -1];
  for (let ti = -SEARCH_PX; ti <= SEARCH_PX; ti += 1) {
    for (let tr = -SEARCH_PX; tr <= SEARCH_PX; tr += 1) {
      const motion = { ...STILL, tr, ti };
      const likeness = measureLikeness(template.pixels, warp(picture, motion, template.seen));
      if (likeness > most) [best, most] = [motion, likeness];
    }
  }
  return best;
}

/** Returns the motion that undoes `step` first and then does `motion`. */
function composeInverse(motion, step) {
  const size = step.mr ** 2 + step.mi ** 2;
  const mr = (motion.mr * step.mr + motion.mi * step.mi) / size;
  const mi = (motion.mi * step.mr - motion.mr * step.mi) / size;
  return {
    mr,
    mi,
    tr: motion.tr - (mr * step.tr - mi * step.ti),
    ti: motion.ti - (mi * step.tr + mr * step.ti),
  };
}

/** Solves four equations of five numbers each; where they say nothing, as in fog, nothing moves. */
function solve(equations) {
  const rows = [0, 1, 2, 3].map((row) => equations.slice(5 * row, 5 * row + 5));
  for (let pivot = 0; pivot < 4; pivot += 1) {
    const head = rows[pivot][pivot];
    if (!(head > 1e-6)) return [0, 0, 0, 0];
    rows[pivot] = rows[pivot].map((value) => value / head);
    for (let row = 0; row < 4; row += 1) {
      if (row === pivot) continue;
      const factor = rows[row][pivot];
      rows[row] = rows[row].map((value, column) => value - factor * rows[pivot][column]);
    }
  }
  return rows.map((row) => row[4]);
}
