/** Pictures shrunk as the service shrinks them, to the last grey level, for its detector. */

/** @typedef {import("./line.js").Grey} Grey */

/** Weights are whole numbers of as many parts; both passes together are rounded to grey levels. */
const PARTS = 256;
const SQUARE = PARTS * PARTS;

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
  const shrunk = sample(spread(blocks, width, height), width, height);
  const small = new ImageData(width, height);
  shrunk.data.forEach((level, pixel) => small.data.fill(level, 4 * pixel, 4 * pixel + 3));
  for (let alpha = 3; alpha < small.data.length; alpha += 4) small.data[alpha] = 255;
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

/** Returns a picture so smooth that it can be sampled down to a size, pixel by pixel. */
function spread({ data, width, height }, across, down) {
  const [side, middle] = listShares(width / across);
  const [beside, own] = listShares(height / down);
  const rows = new Int32Array(width * height);
  const before = Int32Array.from({ length: width }, (_, x) => mirror(x - 1, width) - x);
  const after = Int32Array.from({ length: width }, (_, x) => mirror(x + 1, width) - x);
  for (let at = 0; at < rows.length; ) {
    for (let x = 0; x < width; x += 1, at += 1) {
      rows[at] = side * (data[at + before[x]] + data[at + after[x]]) + middle * data[at];
    }
  }
  const smooth = new Uint8ClampedArray(width * height);
  for (let y = 0, at = 0; y < height; y += 1) {
    const above = (mirror(y - 1, height) - y) * width;
    const below = (mirror(y + 1, height) - y) * width;
    for (let x = 0; x < width; x += 1, at += 1) {
      // Clamped arrays round to the nearest level, halves to the even one.
      smooth[at] = (beside * (rows[at + above] + rows[at + below]) + own * rows[at]) / SQUARE;
    }
  }
  return { data: smooth, width, height };
}

/** Returns the parts of a pixel's neighbours and its own, for samples so many pixels apart. */
function listShares(ratio) {
  const side = Math.round((PARTS * (ratio * ratio - 1)) / 12);
  return [side, PARTS - 2 * side];
}

function mirror(place, length) {
  if (length === 1) return 0;
  return place < 0 ? -place : Math.min(place, 2 * (length - 1) - place);
}

/** Returns the picture in another size, each pixel in between the four around its middle. */
function sample({ data, width, height }, across, down) {
  const rows = new Int32Array(across * height);
  const columns = listPlaces(width, across);
  for (let y = 0, at = 0; y < height; y += 1) {
    const row = data.subarray(y * width, (y + 1) * width);
    for (let x = 0; x < across; x += 1, at += 1) {
      const { first, next, share } = columns[x];
      rows[at] = (PARTS - share) * row[first] + share * row[next];
    }
  }
  const small = new Uint8ClampedArray(across * down);
  listPlaces(height, down).forEach(({ first, next, share }, y) => {
    for (let x = 0; x < across; x += 1) {
      const sum = (PARTS - share) * rows[first * across + x] + share * rows[next * across + x];
      small[y * across + x] = Math.floor(sum / SQUARE + 0.5);
    }
  });
  return { data: small, width: across, height: down };
}

/** Returns for each of `to` pixels the two that it lies between, and its part of the second. */
function listPlaces(from, to) {
  return Array.from({ length: to }, (_, pixel) => {
    const place = Math.min(Math.max((pixel + 0.5) * (from / to) - 0.5, 0), from - 1);
    const first = Math.floor(place);
    return { first, next: Math.min(first + 1, from - 1), share: Math.round(PARTS * (place - first)) };
  });
}
