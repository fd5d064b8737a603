/** A printed line, followed from a box in it: where it runs, where its words end, where it ends. */

/**
 * @typedef {{data: Uint8ClampedArray, width: number, height: number}} Grey
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box  pixels
 * @typedef {{x: number, y: number}} Place  on the line's middle
 */

/** All in line heights. */
const STEP = 0.5;
const WINDOW = 3;
const REACH = 1.1;
const CORE = 0.5;
/** A line that is followed far without looking strays by so much. */
const STRAY = 1;
/** The line drifts by so much in a step at most, beside its slope. */
const DRIFT = 0.12;
/** The gap that ends a line: a gutter, or the margin. The service's is 1.2. */
const LINE_GAP = 1.6;
/** The narrowest space between words; a typewriter's letters stand further apart. */
const WORD_GAP = 0.3;
/** A gap this wide may be a gutter. What the service reads at once ends at .6. */
const WIDE_GAP = 0.5;
/** What ends so close to the picture's edge goes on behind it. */
const CUT_GAP = 0.25;
/** A space is so much wider than any gap inside the prefix. */
const OVER_PREFIX = 1.6;
/** Behind this many spaces, and so many heights behind the first, no link goes on. */
const SPACES = 4;
const BEHIND_FIRST = 8;
/** What stands between the middles of two lines, wide leading left out. */
const PITCH = 1.25;
/** Whatever the leading, the next line lies about there. */
const NEXT = 1.5;
/** The lines by which a column is told, the prefix's own being 0: one alone may have wide spaces. */
const COLUMN_LINES = [-1, 0, 1, 2];
const STEEPEST = 0.42;
const SLOPE_STEP = 0.02;
/** The slope is looked for in the prefix and so much behind it, where the link is. */
const AHEAD = 1.5;
/** The box of a steep line is higher than the line, up to so many times. */
const MOST_BOX = 2.6;

const LEAST_CONTRAST = 24;
const INK_LEVEL = 0.35;

/**
 * Returns the luma of the pixel whose red is at `from`, rounded as JPEG does: what is grey by it is
 * encoded as the luma of the coloured picture is.
 * @param {Uint8ClampedArray} data  of an `ImageData`
 * @param {number} from
 */
export function lumaAt(data, from) {
  return (19595 * data[from] + 38470 * data[from + 1] + 7471 * data[from + 2] + 32768) >> 16;
}

/**
 * Returns the luma of each pixel of an `ImageData`.
 * @param {ImageData} picture
 * @returns {Grey}
 */
export function greyOf({ data, width, height }) {
  const grey = new Uint8ClampedArray(width * height);
  for (let pixel = 0; pixel < grey.length; pixel += 1) grey[pixel] = lumaAt(data, 4 * pixel);
  return { data: grey, width, height };
}

/**
 * Follows the line of a prefix to the right, until it ends.
 *
 * `course` runs from the prefix on, a place each half height; behind the first `linkLength` of them
 * a link must have ended. `isOpen` says that nothing shows that it ended before the line did. Only one
 * that reaches the first wide gap, at `wideGap`, or the line's end may go on in the next line, which
 * starts at `columnLeft` at the earliest; `before` is how the line runs from the picture's left edge to
 * the prefix, `behind` how it would as far as the next one does. `isCut` says that the line runs out of the picture without a single space, and the link
 * with it. Its ink is lighter than the paper where `isLight` says so; what differs from that by fewer
 * than `least` grey levels is none.
 * @param {Grey} grey
 * @param {Box} box  the prefix
 * @returns {{course: Place[], before: Place[], behind: Place[], linkLength: number, height: number,
 *     isOpen: boolean, wideGap: number, columnLeft: number, isCut: boolean, isLight: boolean, least: number}}
 */
export function followLine(grey, box) {
  const ink = new Ink(grey, box);
  const slope = ink.findSlope(box);
  const boxHeight = box.bottom - box.top;
  const rise = Math.abs(slope) * (box.right - box.left);
  const height = Math.max(boxHeight - rise, boxHeight / MOST_BOX);
  const start = { x: box.left, y: (box.top + box.bottom - slope * (box.right - box.left)) / 2 };
  const traced = traceCourse(ink, start, { slope, height });
  const ends = findEnds(ink.blanksAlong(traced, height), box, height);
  const { linkEnd, lineEnd, wideGap, spaces } = ends;
  const upTo = (end) => traced.filter(({ x }) => x <= end + STEP * height);
  const course = upTo(lineEnd);
  const linkLength = linkEnd === null ? course.length : upTo(linkEnd).length;
  const isOpen = linkEnd === null;
  const before = traceCourse(ink, start, { slope, height, towards: -1 }).reverse();
  const columnLeft = findColumnLeft(ink, before, height);
  const behind = traced.filter(({ x }) => x > lineEnd + STEP * height);
  const columnRight = findColumnRight(ink, behind, height);
  const isCut = spaces === 0 && ink.width - lineEnd < CUT_GAP * height;
  const { isLight, least } = ink;
  const found = { course, before, linkLength, height, columnLeft, isCut, isLight, least };
  return { ...found, isOpen, wideGap, behind: behind.filter(({ x }) => x <= columnRight) };
}

/** What is ink in a grey picture: darker than the paper or, in a dark one, lighter. */
class Ink {
  #grey;
  #sign;
  #least;

  constructor(grey, box) {
    this.#grey = grey;
    const [low, middle, high] = quantilesIn(grey, box, [0.03, 0.5, 0.97]);
    this.#sign = high - middle > middle - low ? -1 : 1;
    this.#least = INK_LEVEL * Math.max(LEAST_CONTRAST, high - low);
  }

  get width() {
    return this.#grey.width;
  }

  get isLight() {
    return this.#sign < 0;
  }

  get least() {
    return this.#least;
  }

  /** Returns how much ink each row around `y` has, in a window sheared by `slope`. */
  profile({ x, y }, { slope, width, reach }) {
    const rows = new Float32Array(2 * reach + 1);
    const [left, right] = this.#span(x, x + width);
    const paper = this.#paperAt({ left, right, top: y - reach, bottom: y + reach });
    for (let column = left; column < right; column += 1) {
      const middle = Math.round(y + slope * (column - x));
      for (let row = -reach; row <= reach; row += 1) {
        rows[row + reach] += this.#depthAt(column, middle + row, paper);
      }
    }
    return rows;
  }

  /** Returns the slope of the print from a box on: that which parts inked rows from blank ones. */
  findSlope(box) {
    const [boxWidth, boxHeight] = [box.right - box.left, box.bottom - box.top];
    const width = boxWidth + AHEAD * boxHeight;
    const reach = Math.round(0.7 * boxHeight);
    let best = { slope: 0, score: -1 };
    for (let slope = -STEEPEST; slope <= STEEPEST + 0.01; slope += SLOPE_STEP) {
      const y = (box.top + box.bottom - slope * boxWidth) / 2;
      const rows = this.profile({ x: box.left, y }, { slope, width, reach });
      let score = 0;
      for (let row = 2; row < rows.length; row += 1) score += (rows[row] - rows[row - 2]) ** 2;
      if (score > best.score) best = { slope, score };
    }
    return best.slope;
  }

  /** Returns for each column from the first place of a course whether the line has no ink there. */
  blanksAlong(course, height, core = CORE) {
    const reach = Math.round(core * height);
    const blanks = [];
    for (let index = 0; index + 1 < course.length; index += 1) {
      const [here, next] = [course[index], course[index + 1]];
      const [left, right] = [Math.round(here.x), Math.round(next.x)];
      const [top, bottom] = [here.y - 2 * reach, here.y + 2 * reach];
      const paper = this.#paperAt({ left, right: right + 2 * reach, top, bottom });
      for (let column = left; column < right; column += 1) {
        const y = here.y + ((next.y - here.y) * (column - left)) / (right - left);
        blanks.push(this.#isBlank(column, Math.round(y), reach, paper));
      }
    }
    return { from: Math.round(course[0].x), blanks };
  }

  #isBlank(column, y, reach, paper) {
    for (let row = y - reach; row <= y + reach; row += 1) {
      if (this.#isInk(column, row, paper)) return false;
    }
    return true;
  }

  #isInk(column, row, paper) {
    return this.#depthAt(column, row, paper) > this.#least;
  }

  /** Returns by how many grey levels a pixel differs from the paper as ink does; 0: not at all. */
  #depthAt(column, row, paper) {
    const { data, width, height } = this.#grey;
    if (column < 0 || row < 0 || column >= width || row >= height) return 0;
    return Math.max(0, this.#sign * (paper - data[row * width + column]));
  }

  #paperAt(box) {
    return quantilesIn(this.#grey, box, [0.5])[0];
  }

  #span(left, right) {
    return [Math.max(0, Math.round(left)), Math.min(this.#grey.width, Math.round(right))];
  }
}

/** Returns where the line's middle runs, to the picture's right edge or, `towards` -1, its left. */
function traceCourse(ink, start, { slope, height, towards = 1 }) {
  const reach = Math.round(REACH * height);
  const drift = Math.max(1, Math.round(DRIFT * height));
  const look = (place, toSlope) =>
    ink.profile(place, { slope: toSlope, width: WINDOW * height, reach: reach + drift });
  const step = towards * STEP * height;
  const course = [start];
  let known = look(start, slope);
  for (let place = start; towards > 0 ? place.x < ink.width : place.x > 0; ) {
    const ahead = { x: place.x + step, y: place.y + slope * step };
    const rows = look(ahead, slope);
    const shift = matchRows(known, rows, drift);
    known = known.map((count, row) => 0.8 * count + 0.2 * (rows[row + shift] ?? 0));
    const turned = slope + (0.3 * towards * shift) / (WINDOW * height);
    slope = Math.min(STEEPEST, Math.max(-STEEPEST, turned));
    place = { x: ahead.x, y: ahead.y + 0.5 * shift };
    course.push(place);
  }
  return course;
}

/** Returns by how many rows, `drift` at most, `rows` lie below those that are `known`. */
function matchRows(known, rows, drift) {
  let best = { shift: 0, score: 0 };
  for (let shift = -drift; shift <= drift; shift += 1) {
    let score = 0;
    for (let row = drift; row < rows.length - drift; row += 1) score += known[row] * rows[row + shift];
    if (score > best.score * 1.001) best = { shift, score };
  }
  return best.shift;
}

/**
 * Returns the columns where a link must have ended, null for want of spaces, and where the line does
 * and its first wide gap begins; and how many spaces there are up to the line's end.
 */
function findEnds({ from, blanks }, box, height) {
  const gaps = listGaps(blanks);
  const inside = gaps.filter(([, end]) => from + end <= box.right);
  const widest = Math.max(0, ...inside.map(([start, end]) => end - start));
  const space = Math.max(WORD_GAP * height, OVER_PREFIX * widest);
  const behind = gaps.filter(
    ([start, end]) => from + start >= box.right - 0.5 * height && end - start >= space,
  );
  const isLast = ([start, end]) => end - start >= LINE_GAP * height || end === blanks.length;
  const last = behind.findIndex(isLast);
  const spaces = last < 0 ? behind : behind.slice(0, last);
  const lineEnd = from + (last < 0 ? blanks.length : behind[last][0]);
  const isBehind = ([, end], index) =>
    index + 1 >= SPACES && end - spaces[0][0] >= BEHIND_FIRST * height;
  const sure = spaces.find(isBehind);
  const linkEnd = sure ? from + sure[1] : spaces.length < SPACES ? null : lineEnd;
  const wide = spaces.find(([start, end]) => end - start >= WIDE_GAP * height);
  return { linkEnd, lineEnd, wideGap: wide ? from + wide[0] : lineEnd, spaces: spaces.length };
}

/** Returns where the column begins: left of it, these lines are blank for a gutter. */
function findColumnLeft(ink, before, height) {
  const lines = COLUMN_LINES.map((number) => {
    const below = number * PITCH * height;
    const course = before.map(({ x, y }) => ({ x, y: y + below }));
    return ink.blanksAlong(course, height, STRAY);
  });
  const [{ from, blanks }] = lines;
  const all = blanks.map((_, column) => lines.every((line) => line.blanks[column]));
  const gutters = listGaps(all).filter(([start, end]) => end - start >= LINE_GAP * height);
  const last = gutters.at(-1);
  return last ? Math.max(0, from + last[1]) : 0;
}

/** Returns where the next line ends that goes on below a line's end, `behind` which places follow. */
function findColumnRight(ink, behind, height) {
  const below = behind.map(({ x, y }) => ({ x, y: y + NEXT * height }));
  if (below.length < 2) return 0;
  const { from, blanks } = ink.blanksAlong(below, height, STRAY);
  const isLast = ([start, end]) => end - start >= LINE_GAP * height || end === blanks.length;
  const last = listGaps(blanks).find(isLast);
  return from + (last ? last[0] : blanks.length);
}

/** Returns start and end of each run of blank columns. */
function listGaps(blanks) {
  const gaps = [];
  let start = null;
  for (let column = 0; column <= blanks.length; column += 1) {
    if (blanks[column]) start ??= column;
    else if (start !== null) {
      gaps.push([start, column]);
      start = null;
    }
  }
  return gaps;
}

/** Returns the grey levels below which these shares of the pixels in the box lie. */
function quantilesIn({ data, width, height }, { left, top, right, bottom }, shares) {
  const counts = new Uint32Array(256);
  let total = 0;
  for (let row = Math.max(0, Math.round(top)); row < Math.min(height, bottom); row += 1) {
    for (let column = Math.max(0, Math.round(left)); column < Math.min(width, right); column += 1) {
      counts[data[row * width + column]] += 1;
      total += 1;
    }
  }
  return shares.map((share) => {
    let [level, below] = [0, counts[0]];
    while (below < share * total && level < 255) below += counts[(level += 1)];
    return level;
  });
}
