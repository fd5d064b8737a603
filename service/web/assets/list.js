/** A list of links, each a button; what has the focus stays when the list changes. */

import { isUnsure, showPercent, siteOf } from "./address.js";

/** @typedef {import("./address.js").Link} Link */

export class LinkList {
  #list;
  #onChoose;
  #onPoint;
  /** @type {Map<string, HTMLLIElement>}  by URL */
  #rows = new Map();

  /**
   * @param {HTMLUListElement} list
   * @param {object} reactions
   * @param {(link: Link) => void} reactions.onChoose
   * @param {(url: string | null) => void} [reactions.onPoint]  a row is walked over, or none
   */
  constructor(list, { onChoose, onPoint = () => {} }) {
    this.#list = list;
    this.#onChoose = onChoose;
    this.#onPoint = onPoint;
  }

  /** @param {Link[]} links  in the order that they are shown in */
  show(links) {
    const wanted = new Map(links.map((link) => [link.url, link]));
    for (const [url, row] of this.#rows) {
      if (!wanted.has(url)) this.#drop(url, row);
    }
    let place = this.#list.firstElementChild;
    for (const [url, link] of wanted) {
      const row = this.#rows.get(url) ?? this.#create(url);
      fillRow(row, link);
      row.link = link;
      if (row === place) place = row.nextElementSibling;
      else this.#list.insertBefore(row, place);
    }
  }

  #create(url) {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.append(createPart("site"), createPart("sure"), createPart("url"));
    button.addEventListener("click", () => this.#onChoose(row.link));
    for (const name of ["focus", "pointerenter"]) {
      button.addEventListener(name, () => this.#onPoint(url));
    }
    for (const name of ["blur", "pointerleave"]) {
      button.addEventListener(name, () => this.#onPoint(null));
    }
    row.append(button);
    this.#rows.set(url, row);
    return row;
  }

  #drop(url, row) {
    if (row.contains(document.activeElement)) document.getElementById("found").focus();
    row.remove();
    this.#rows.delete(url);
  }
}

function createPart(name) {
  const part = document.createElement("span");
  part.className = name;
  return part;
}

function fillRow(row, link) {
  const [site, sure, url] = row.firstElementChild.children;
  site.textContent = siteOf(link);
  sure.textContent = link.confirmed === false ? "checking" : showPercent(link.confidence);
  url.textContent = link.url;
  row.classList.toggle("is-unsure", link.confirmed !== false && isUnsure(link));
  row.classList.toggle("is-suspect", link.host.mixed_script || link.host.punycode !== null);
}
