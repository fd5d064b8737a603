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
 * @property {number} aside  how far above the middle of the line left of the prefix, where the lines
 *     below matter
 * @property {number} column  how far left of the column there
 * @typedef {{line: Box[], below: Box[][]}} Cover  `below`: the next lines, one by one
 * @typedef {{quick: Cover, whole: Cover, isCut: boolean, linkEnd: number | null}} Plan
 *     `isCut` says that the link runs out of the frame, `linkEnd` before which column it must end
 */

/** Enough to read the link. */
const QUICK = { left: 0.8, right: 2, up: 0.9, down: 0.9, aside: 0, column: 4 };
/** As far as the service looks to tell where a line runs, where it ends, and what is below. */
const WHOLE = { left: 4, right: 3.2, up: 1.2, down: 1.2, aside: 1.9, column: 6 };
/** From one line to the next; the first one below is found whatever the leading. */
const PITCH = 1.25;
const WIDEST_PITCH = 1.75;
/** A link goes on in three more lines at most. */
const MOST_BELOW = 3;
/** A line is covered piece by piece, so that a steep one needs no high box. */
const PIECE = 6;

/**
 * Returns for each prefix what covers its line and, where its link may go on there, the lines below:
 * `quick` is enough to read it, `whole` is all that the service looks at in the whole frame.
 * @param {Grey} grey
 * @param {Box[]} prefixes
 * @returns {Plan[]}
 */
export function planCutouts(grey, prefixes) {
  return prefixes.map((prefix) => {
    const line = followLine(grey, prefix);
    const link = line.course.slice(0, line.linkLength);
    return {
      quick: coverLine(line, link, QUICK),
      whole: coverLine(line, line.course, WHOLE),
      isCut: line.isCut,
      linkEnd: line.columnLeft === null ? link.at(-1).x : null,
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

/** @param {Reach} reach */
function coverLine(line, course, reach) {
  const { height, columnLeft } = line;
  const first = { x: course[0].x - reach.left * height, y: course[0].y };
  const last = { x: course.at(-1).x + reach.right * height, y: course.at(-1).y };
  const middle = { up: 0.5 + reach.up, down: 0.5 + reach.down };
  const boxes = coverPlaces([first, ...course.slice(1, -1), last], height, middle);
  if (columnLeft === null) return { line: boxes, below: [] };
  const from = columnLeft - reach.column * height;
  const places = cutCourse([...line.before, ...line.course], { from, to: last.x });
  const below = Array.from({ length: MOST_BELOW }, (_, number) => {
    const down = WIDEST_PITCH + number * PITCH + 0.5 + reach.down;
    return coverPlaces(places, height, { up: reach.aside - number * PITCH, down });
  });
  return { line: boxes, below };
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
