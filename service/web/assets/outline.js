/**
 * Outlines of printed lines. The service gives the upper edge from left to right and then the lower
 * one back, with as many points as the curl of the paper asks for.
 */

/** @typedef {number[][]} Outline  points x, y in frame pixels */

/**
 * Returns one outline for each printed line of the link.
 * @param {import("./address.js").Link} link
 * @returns {Outline[]}
 */
export function outlinesOf(link) {
  return link.lines.length > 0 ? link.lines.map((line) => line.polygon) : [link.polygon];
}

/**
 * Returns the upper and the lower edge, both from left to right.
 * @param {Outline} outline
 * @returns {[Outline, Outline]}
 */
export function splitEdges(outline) {
  const half = outline.length / 2;
  return [outline.slice(0, half), outline.slice(half).reverse()];
}

/**
 * Returns the outline with paper round it.
 * @param {Outline} outline
 * @param {number} ratio  of the line's height
 * @returns {Outline}
 */
export function growOutline(outline, ratio) {
  const [upper, lower] = splitEdges(outline);
  const higher = upper.map((point, index) => moveOn(lower[index], point, ratio));
  const deeper = lower.map((point, index) => moveOn(upper[index], point, ratio));
  const margin = ratio * distance(upper[0], lower[0]);
  return [...lengthen(higher, margin), ...lengthen(deeper, margin).reverse()];
}

/** Returns the point beyond `to` as seen from `from`, by this share of the way between them. */
function moveOn(from, to, ratio) {
  return [to[0] + ratio * (to[0] - from[0]), to[1] + ratio * (to[1] - from[1])];
}

function lengthen(edge, margin) {
  const first = moveOn(edge[1], edge[0], margin / (distance(edge[0], edge[1]) || 1));
  const last = moveOn(edge.at(-2), edge.at(-1), margin / (distance(edge.at(-2), edge.at(-1)) || 1));
  return [first, ...edge.slice(1, -1), last];
}

/** Returns the distance of two points. */
export function distance([x, y], [otherX, otherY]) {
  return Math.hypot(x - otherX, y - otherY);
}
