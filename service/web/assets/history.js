/** The links found so far, newest first; kept in this browser and nowhere else. */

/** @typedef {import("./address.js").Link} Link */

const NAME = "printlink.history";
const MOST = 200;

export class LinkHistory {
  #storage;
  /** @type {Link[]} */
  #links;

  /** @param {Storage | null} storage  null: nothing outlasts the page */
  constructor(storage) {
    this.#storage = storage;
    this.#links = readLinks(storage);
  }

  get links() {
    return this.#links;
  }

  /**
   * Puts the links first; returns whether that changed anything.
   * @param {Link[]} links
   */
  add(links) {
    const known = new Set(this.#links.map((link) => link.url));
    const fresh = links.filter((link) => !known.has(link.url));
    if (fresh.length === 0) return false;
    this.#links = [...fresh.map(pickFacts), ...this.#links].slice(0, MOST);
    this.#write();
    return true;
  }

  clear() {
    this.#links = [];
    this.#write();
  }

  #write() {
    try {
      this.#storage?.setItem(NAME, JSON.stringify(this.#links));
    } catch {
      this.#storage = null; // Full or forbidden: go on in memory.
    }
  }
}

function readLinks(storage) {
  try {
    const links = JSON.parse(storage?.getItem(NAME) ?? "[]");
    return Array.isArray(links) ? links : [];
  } catch {
    return []; // Written by something else.
  }
}

/** Where the link stood is of no use later. */
function pickFacts(link) {
  const { url, raw, scheme, confidence, repairs, host, alternatives } = link;
  return { url, raw, scheme, confidence, repairs, host, alternatives, lines: [], polygon: [] };
}
