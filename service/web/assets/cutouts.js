/** Cutouts: what of a frame the service needs to read its links. */

import { followLine } from "./line.js";

/**
 * @typedef {import("./line.js").Box} Box
 * @typedef {import("./line.js").Grey} Grey
 * @typedef {object} Reach  in line heights
 * @property {number} left  how far a cover goes on beside, above and below a line
 * @property {number} right
 * @property {number} up
 * @property {number} down
 * @property {number} aside  how far above the middle of the line, from the column's left end on, where
 *     the lines below matter
 * @property {number} column  how far left of the column there
 * @typedef {{line: Box[], aside: Box[], below: Box[][]}} Cover  `aside`: the line from its column's left
 *     end on; `below`: the next lines, one by one
 * @typedef {{left: number, right: number}} Span  where a printed line of a link begins and ends
 * @typedef {import("./sketch.js").Around} Around
 * @typedef {object} Plan
 * @property {Cover} quick
 * @property {Cover} whole
 * @property {number} height  of the line
 * @property {boolean} isCut  that the link runs out of the frame
 * @property {number} linkEnd  before which column it must end, if what was sent is to show all of it
 * @property {number} wideGap  the column that it must reach to go on in the next line
 * @property {Around | null} around  what tells its column where it goes on in the next line; the
 *     service looks for no gutters in a sketch of light print on a dark ground
 */

/** Enough to read the link. */
const QUICK = { left: 0.8, right: 2, up: 0.9, down: 0.9, aside: 0, column: 4 };
/** As far as the service looks to tell where a line runs, where it ends, and what is below. */
const WHOLE = { left: 4, right: 3.2, up: 1.2, down: 1.2, aside: 1.9, column: 6 };
/** Where the service looks for the line's slope and height, in heights and widths of the prefix's box. */
const START = { up: 2.9, aside: 2.3, widths: 0.5 };
/** From one line to the next; the first one below is found whatever the leading. */
const PITCH = 1.25;
const WIDEST_PITCH = 1.75;
/** How much of a line below is looked at, from its left end, to tell whether the link goes on there. */
const FIRST_WORDS = 10;
/** How much of it may matter behind the link's end. */
const BEHIND = 6;
/** A link's end and a gap that follow each other lie no further apart, stops between them included. */
const SLACK = 1.2;
/** What ends so close to the picture's edge may miss a character, which half a letter may be. */
const EDGE = 1;
/** As far as the service looks for a gutter, from any of the link's lines. */
const AROUND = { left: 62, right: 12, up: 7.5, down: 10 };
/** A link goes on in three more lines at most. */
const MOST_BELOW = 3;
/** A line is covered piece by piece, so that a steep one needs no high box. */
const PIECE = 6;

/**
 * Returns for each prefix what covers its line and, where its link may go on there, the lines below:
 * `quick` is enough to read it, `whole` is all that the service looks at in the whole frame but for
 * the gutters beside columns, which `around` is to show.
 * @param {Grey} grey
 * @param {Box[]} prefixes
 * @returns {Plan[]}
 */
export function planCutouts(grey, prefixes) {
  return prefixes.map((prefix) => {
    const line = followLine(grey, prefix);
    const link = line.course.slice(0, line.linkLength);
    const quick = coverLine(line, link, QUICK);
    const whole = coverLine(line, line.course, WHOLE);
    return {
      quick: line.isOpen ? quick : { ...quick, below: [] },
      whole: { ...whole, line: [...whole.line, coverStart(prefix)] },
      height: line.height,
      isCut: line.isCut,
      linkEnd: Math.min(line.isOpen ? Infinity : link.at(-1).x, grey.width - EDGE * line.height),
      wideGap: line.wideGap,
      around: line.isLight ? null : coverAround(line),
    };
  });
}

/**
 * Returns the boxes of a cover with so many lines below.
 * @param {Cover} cover
 * @param {number} lines
 */
export function takeLines({ line, below }, lines) {
  return [...line, ...below.slice(0, lines).flat()];
}

/**
 * Tells whether a link may go on in the next line, given its lines as far as they are known.
 * @param {Plan} plan
 * @param {Span[]} lines  none where nothing was read
 */
export function mayGoOn({ wideGap, height }, lines) {
  return lines.length !== 1 || lines[0].right > wideGap - SLACK * height;
}

/**
 * Tells whether a link has a line that is the last one of those below that were covered, so that nobody
 * saw where it goes on.
 * @param {Span[]} lines  by which it was covered
 * @param {Span[]} found  that it has
 */
export function isCoveredShort(lines, found) {
  return found.length > countBelow(lines) && found.length <= MOST_BELOW;
}

/**
 * Returns the boxes of all that the service looks at, given the lines of the link as far as they are
 * known. Where it was seen to go on, no more of the lines below is covered than that takes.
 * @param {Plan} plan
 * @param {Span[]} lines  none where nothing was read
 */
export function takeWhole(plan, lines) {
  const { whole, height } = plan;
  if (!mayGoOn(plan, lines)) return whole.line;
  const below = whole.below.slice(0, countBelow(lines)).map((boxes, number) => {
    const right = findEndBelow(lines, number, height);
    const kept = boxes.filter(({ left }) => left < right);
    return kept.map((box) => ({ ...box, right: Math.min(box.right, right) }));
  });
  return [...whole.line, ...whole.aside, ...below.flat()];
}

/** Returns how many lines below the first are covered. */
function countBelow(lines) {
  return Math.max(1, lines.length);
}

function findEndBelow(lines, number, height) {
  // Where the next line begins is not known before one was joined.
  if (lines.length < 2) return Infinity;
  const next = lines[number + 1];
  return next ? next.right + BEHIND * height : lines.at(-1).left + FIRST_WORDS * height;
}

/** @param {Reach} reach */
function coverLine(line, course, reach) {
  const { height, columnLeft } = line;
  const first = { x: course[0].x - reach.left * height, y: course[0].y };
  const last = { x: course.at(-1).x + reach.right * height, y: course.at(-1).y };
  const middle = { up: 0.5 + reach.up, down: 0.5 + reach.down };
  const boxes = coverPlaces([first, ...course.slice(1, -1), last], height, middle);
  const from = columnLeft - reach.column * height;
  const traced = [...line.before, ...line.course, ...line.behind];
  const to = Math.max(last.x, traced.at(-1).x + reach.right * height);
  const places = cutCourse(traced, { from, to });
  const aside = reach.aside ? coverPlaces(places, height, { ...middle, up: reach.aside }) : [];
  const below = Array.from({ length: MOST_BELOW }, (_, number) => {
    const down = WIDEST_PITCH + number * PITCH + 0.5 + reach.down;
    return coverPlaces(places, height, { up: -number * PITCH, down });
  });
  return { line: boxes, aside, below };
}

function coverStart({ left, top, right, bottom }) {
  const [width, height, middle] = [right - left, bottom - top, (top + bottom) / 2];
  const aside = START.widths * width + START.aside * height;
  const up = START.up * height;
  return { left: left - aside, top: middle - up, right: right + aside, bottom: middle + up };
}

function coverAround({ before, course, height, least }) {
  const from = course[0].x - AROUND.left * height;
  const to = course.at(-1).x + AROUND.right * height;
  const places = cutCourse([...before, ...course], { from, to });
  return { boxes: coverPlaces(places, height, AROUND), height, least };
}

/** Returns the places of a course from column to column; it ends level where it goes on behind. */
function cutCourse(course, { from, to }) {
  const places = course.filter(({ x }) => x > from && x < to);
  return [{ x: from, y: places[0].y }, ...places, { x: to, y: places.at(-1).y }];
}

/** Returns boxes that reach so far above and below places from left to right. */
function coverPlaces(places, height, { up, down }) {
  const boxes = [];
  for (let index = 0; index + 1 < places.length; ) {
    const first = places[index];
    const ys = [first.y];
    let right = first.x;
    while (index + 1 < places.length && right - first.x < PIECE * height) {
      index += 1;
      right = places[index].x;
      ys.push(places[index].y);
    }
    const [top, bottom] = [Math.min(...ys) - up * height, Math.max(...ys) + down * height];
    boxes.push({ left: first.x, top, right, bottom });
  }
  return boxes;
}
