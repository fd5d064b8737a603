/** The outlines of the links over the picture, and which of them a tap means. */

import { growOutline, outlinesOf } from "./outline.js";

/** @typedef {import("./address.js").Link} Link */

const SVG = "http://www.w3.org/2000/svg";
/** A finger is wider than a line of print: a tap this near still means the link. */
const REACH_PX = 28;
/** The stroke runs beside the print, not over it; a share of the line's height. */
const MARGIN_RATIO = 0.12;

export class Overlay {
  #svg;
  #group = createShape("g");
  /** @type {Link[]} */
  #links = [];
  /** @type {string | null} */
  #pointed = null;

  /** @param {SVGSVGElement} svg  lies over the picture and fits it as the picture is fitted */
  constructor(svg) {
    this.#svg = svg;
    svg.replaceChildren(this.#group);
  }

  /**
   * @param {Link[]} links
   * @param {{width: number, height: number}} size  of the frame that they were found in
   */
  show(links, { width, height }) {
    this.#links = links;
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#group.replaceChildren(...links.map(drawLink));
    this.point(this.#pointed);
    this.move("");
  }

  /** @param {string | null} matrix  how the picture has moved since; null: it cannot be told */
  move(matrix) {
    this.#svg.classList.toggle("is-lost", matrix === null);
    if (matrix) this.#group.setAttribute("transform", matrix);
    else this.#group.removeAttribute("transform");
  }

  clear() {
    this.#links = [];
    this.#group.replaceChildren();
  }

  /**
   * Marks the links with this URL, now and in what is shown next, as when the list is walked through.
   * @param {string | null} url
   */
  point(url) {
    this.#pointed = url;
    this.#links.forEach((link, index) => {
      this.#group.children[index].classList.toggle("is-pointed", link.url === url);
    });
  }

  /**
   * Returns the link under the tap or nearest to it, or null.
   * @param {{clientX: number, clientY: number}} tap
   * @returns {Link | null}
   */
  find({ clientX, clientY }) {
    const matrix = this.#group.getScreenCTM();
    if (matrix === null || this.#svg.classList.contains("is-lost")) return null;
    const tap = { x: clientX, y: clientY };
    const distances = this.#links.map((link) =>
      Math.min(...outlinesOf(link).map((outline) => measure(tap, toScreen(outline, matrix)))),
    );
    const nearest = Math.min(...distances);
    return nearest <= REACH_PX ? this.#links[distances.indexOf(nearest)] : null;
  }
}

function drawLink(link) {
  const group = createShape("g");
  group.classList.add("box");
  group.classList.toggle("is-unsure", link.confirmed === false);
  group.dataset.url = link.url;
  for (const outline of outlinesOf(link)) {
    const grown = growOutline(outline, MARGIN_RATIO);
    const points = grown.map((point) => point.join(",")).join(" ");
    group.append(createShape("polygon", { points, class: "halo" }));
    group.append(createShape("polygon", { points, class: "line" }));
  }
  return group;
}

function createShape(name, attributes = {}) {
  const shape = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
  return shape;
}

function toScreen(outline, matrix) {
  return outline.map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
}

/** Returns the distance from `tap` to the polygon, 0 inside. */
function measure(tap, polygon) {
  const sides = polygon.map((from, index) => [from, polygon[(index + 1) % polygon.length]]);
  const crossings = sides.filter(([from, to]) => isCrossed(tap, from, to)).length;
  return crossings % 2 ? 0 : Math.min(...sides.map(([from, to]) => measureSide(tap, from, to)));
}

/** Tells whether the ray from `tap` to the right crosses the side. */
function isCrossed(tap, from, to) {
  if (from.y > tap.y === to.y > tap.y) return false;
  return tap.x < from.x + ((tap.y - from.y) / (to.y - from.y)) * (to.x - from.x);
}

function measureSide(tap, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((tap.x - from.x) * dx + (tap.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const part = Math.max(0, Math.min(1, along));
  return Math.hypot(tap.x - from.x - part * dx, tap.y - from.y - part * dy);
}
