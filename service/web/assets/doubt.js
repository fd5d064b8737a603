/** Doubt: which prefixes a first, quick answer leaves open, and what two answers come to. */

import { isCoveredShort } from "./cutouts.js";

/**
 * @typedef {[number, number][]} Polygon
 * @typedef {{box: [number, number, number, number]}} Prefix  left, top, right, bottom
 * @typedef {{url: string, confidence: number, prefix: Prefix, lines: {polygon: Polygon}[]}} Link
 * @typedef {import("./cutouts.js").Plan} Plan
 * @typedef {import("./cutouts.js").Span} Span
 */

/** Links that are as sure as this are mostly read alike from a coarser picture. */
export const SURE = 0.95;

/**
 * Returns the prefixes that lie on no sure link, and the lines that each one's link has so far, none
 * where nothing was read. What runs out of the frame and was not read is no link.
 * @param {Prefix[]} prefixes
 * @param {Link[]} links
 * @param {Plan[]} plans  one for each prefix
 * @returns {{number: number, lines: Span[]}[]}
 */
export function listDoubtful(prefixes, links, plans) {
  return prefixes.flatMap((prefix, number) => {
    const link = links.find((one) => liesOn(prefix, one));
    const isSettled = link ? isSure(link) && endsInside(link, plans[number]) : plans[number].isCut;
    return isSettled ? [] : [{ number, lines: link ? link.lines.map(findSpan) : [] }];
  });
}

/**
 * Returns those doubtful prefixes whose links have more lines, by a second answer, than it could show.
 * @param {{number: number, lines: Span[]}[]} doubtful
 * @param {Prefix[]} prefixes
 * @param {Link[]} links
 * @returns {{number: number, lines: Span[]}[]}
 */
export function listCoveredShort(doubtful, prefixes, links) {
  return doubtful.flatMap(({ number, lines }) => {
    const link = links.find((one) => liesOn(prefixes[number], one));
    const found = link ? link.lines.map(findSpan) : [];
    return isCoveredShort(lines, found) ? [{ number, lines: found }] : [];
  });
}

/**
 * Returns the links of an answer that were not asked for again and those of the next one, in reading
 * order; as in the service, one that starts on another is dropped.
 * @param {Link[]} first
 * @param {Link[]} second
 * @param {Prefix[]} again  the prefixes that the next answer is about
 */
export function joinLinks(first, second, again) {
  const both = [...first.filter((link) => !again.some((one) => liesOn(one, link))), ...second];
  const links = both.sort((one, other) => one.prefix.box[0] - other.prefix.box[0]);
  const covers = (link, other) => other !== link && liesOn(other.prefix, link);
  const kept = links.filter(
    (link, place) =>
      !links.some(
        (other, before) => covers(other, link) && (before < place || !covers(link, other)),
      ),
  );
  return kept.sort((one, other) => one.prefix.box[1] - other.prefix.box[1]);
}

/**
 * Tells whether a link that was read from a coarse picture will do.
 * @param {Link} link
 */
export function isSure({ confidence }) {
  return confidence >= SURE;
}

/** Tells whether a link ends before the frame does, and before all that was sent of its line. */
function endsInside({ lines }, { isCut, linkEnd }) {
  const right = Math.max(...lines.map((line) => findSpan(line).right));
  return !isCut && right <= linkEnd;
}

function findSpan({ polygon }) {
  const xs = polygon.map(([x]) => x);
  return { left: Math.min(...xs), right: Math.max(...xs) };
}

/** Tells whether the middle of a prefix lies on one of the link's lines. */
function liesOn({ box: [left, top, right, bottom] }, { lines }) {
  const middle = [(left + right) / 2, (top + bottom) / 2];
  return lines.some(({ polygon }) => isInside(middle, polygon));
}

/** Counts the sides of the polygon that a ray to the right crosses. */
function isInside([x, y], polygon) {
  let inside = false;
  polygon.forEach(([toX, toY], index) => {
    const [fromX, fromY] = polygon.at(index - 1);
    const crosses = fromY > y !== toY > y;
    if (crosses && x < fromX + ((y - fromY) * (toX - fromX)) / (toY - fromY)) inside = !inside;
  });
  return inside;
}
