/**
 * The second stage: each box is looked at again, larger, and its edges move.
 *
 * It does what `training/refiner` does. A candidate is {box, score, number}: ymin, xmin, ymax, xmax
 * in pixels of the picture, 0..1, and the class from 1.
 */

/** Samples along each side of a patch's pixel: print larger than the patch is not to alias. */
const OVERSAMPLING = 2;

export class Refiner {
  /** `model` is a graph model, `contract` what `detector.json` holds. */
  constructor(tf, model, contract) {
    this.tf = tf;
    this.model = model;
    this.contract = contract;
  }

  /** Return the candidates as they look in `picture`, the surest first. */
  async refine(candidates, picture) {
    const { min_score: least, most } = this.contract.refine;
    const refined = [];
    for (const [place, candidate] of candidates.entries()) {
      const isSeen = place < most && candidate.score >= least;
      refined.push(isSeen ? await this.look(candidate, picture) : candidate);
    }
    return refined.sort((one, other) => other.score - one.score);
  }

  async look({ box, score }, picture) {
    const { tf, contract } = this;
    const { height, width, weight } = contract.refine;
    const values = cutPatch(picture, box, contract);
    const patch = tf.tensor4d(values, [1, height, width, contract.channels]);
    const rows = this.model.execute(patch);
    patch.dispose();
    const row = await rows.data();
    rows.dispose();
    const logits = row.subarray(0, row.length - 4);
    const highest = Math.max(...logits);
    const logOdds =
      weight * sumOfExponentials(logits) + (1 - weight) * Math.log(score / (1 - score));
    const sides = [box[2] - box[0], box[3] - box[1]];
    const edges = row.subarray(row.length - 4);
    return {
      box: box.map((side, place) => side + edges[place] * sides[place % 2]),
      score: 1 / (1 + Math.exp(-logOdds)),
      number: logits.indexOf(highest) + 1,
    };
  }
}

/** Return the logarithm of the sum of the exponentials of `values`. */
function sumOfExponentials(values) {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}

/** Return what `box` shows with its margin, as the second stage's network takes it. */
export function cutPatch(picture, box, { refine: rule, channels, padding }) {
  const rim = rule.margin * (box[2] - box[0]);
  const [top, left] = [box[0] - rim, box[1] - rim];
  const down = (box[2] + rim - top) / (rule.height * OVERSAMPLING);
  const along = (box[3] + rim - left) / (rule.width * OVERSAMPLING);
  const values = new Float32Array(rule.height * rule.width * channels);
  const share = 1 / OVERSAMPLING ** 2;
  for (let line = 0; line < rule.height * OVERSAMPLING; line++) {
    // Pixel centres have whole coordinates, edges lie half a pixel off.
    const y = top + (line + 0.5) * down - 0.5;
    for (let column = 0; column < rule.width * OVERSAMPLING; column++) {
      const x = left + (column + 0.5) * along - 0.5;
      const row = Math.floor(line / OVERSAMPLING) * rule.width;
      const to = (row + Math.floor(column / OVERSAMPLING)) * channels;
      for (let channel = 0; channel < channels; channel++) {
        values[to + channel] += share * valueAt(picture, { y, x, channel, channels, padding });
      }
    }
  }
  return values;
}

/** Return the picture's value between pixels; outside of it lies `padding`. */
function valueAt({ values, width, height }, { y, x, channel, channels, padding }) {
  const [line, column] = [Math.floor(y), Math.floor(x)];
  const [down, along] = [y - line, x - column];
  const at = (row, place) =>
    row < 0 || place < 0 || row >= height || place >= width
      ? padding
      : values[(row * width + place) * channels + channel];
  const upper = at(line, column) * (1 - along) + at(line, column + 1) * along;
  const lower = at(line + 1, column) * (1 - along) + at(line + 1, column + 1) * along;
  return upper * (1 - down) + lower * down;
}
