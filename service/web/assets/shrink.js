/** Pictures shrunk as the service shrinks them, to the last grey level, for its detector. */

/** @typedef {import("./line.js").Grey} Grey */

/** Weights are whole numbers of so many bits, and each pass is rounded to whole grey levels. */
const BITS = 22;
const HALF = 1 << (BITS - 1);

/**
 * Returns a picture in grey with no side above `longest`; itself where it has none.
 * @param {ImageData} picture
 * @param {number} longest  pixels
 * @returns {ImageData}
 */
export function shrinkPicture(picture, longest) {
  const scale = longest / Math.max(picture.width, picture.height);
  if (scale >= 1) return picture;
  const [width, height] = [picture.width, picture.height].map((side) =>
    Math.max(1, Math.round(side * scale)),
  );
  const blocks = averageBlocks(toGrey(picture), Math.floor(1 / scale));
  // The second pass puts upright again what the first one turned.
  const shrunk = shrinkRows(shrinkRows(blocks, width), height);
  const small = new ImageData(width, height);
  shrunk.data.forEach((level, pixel) => small.data.set([level, level, level, 255], 4 * pixel));
  return small;
}

/** Unlike luma as JPEG has it, this is rounded as OpenCV does. */
function toGrey({ data, width, height }) {
  const grey = new Uint8ClampedArray(width * height);
  for (let pixel = 0, from = 0; pixel < grey.length; pixel += 1, from += 4) {
    grey[pixel] = (9798 * data[from] + 19235 * data[from + 1] + 3735 * data[from + 2] + 16384) >> 15;
  }
  return { data: grey, width, height };
}

function averageBlocks(grey, factor) {
  if (factor === 1) return grey;
  const [width, height] = [grey.width, grey.height].map((side) => Math.floor(side / factor));
  const data = new Uint8ClampedArray(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      for (let row = y * factor; row < (y + 1) * factor; row += 1) {
        for (let column = 0; column < factor; column += 1) {
          sum += grey.data[row * grey.width + x * factor + column];
        }
      }
      data[y * width + x] = Math.floor(sum / (factor * factor) + 0.5);
    }
  }
  return { data, width, height };
}

/** Returns the picture with rows of so many pixels, its rows turned into columns. */
function shrinkRows({ data, width, height }, to) {
  const turned = new Uint8ClampedArray(to * height);
  listWeights(width, to).forEach(({ first, weights }, column) => {
    for (let row = 0; row < height; row += 1) {
      const from = row * width + first;
      let sum = HALF;
      for (let place = 0; place < weights.length; place += 1) sum += data[from + place] * weights[place];
      turned[column * height + row] = sum >> BITS;
    }
  });
  return { data: turned, width: height, height: to };
}

/** Returns for each of `to` pixels the weights of those it comes from: a triangle's. */
function listWeights(from, to) {
  const reach = from / to;
  return Array.from({ length: to }, (_, pixel) => {
    const centre = (pixel + 0.5) * reach;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const places = Array.from({ length: end - first }, (__, place) => first + place + 0.5 - centre);
    const shares = places.map((distance) => Math.max(0, 1 - Math.abs(distance / reach)));
    const total = shares.reduce((sum, share) => sum + share, 0);
    return { first, weights: shares.map((share) => Math.trunc(0.5 + (share / total) * 2 ** BITS)) };
  });
}
