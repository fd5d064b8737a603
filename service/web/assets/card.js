/** The card of a link: everything there is to know before it is opened. */

import { isOpenable, listWarnings, showPercent, siteOf, splitAtSite } from "./address.js";
import { drawPrint } from "./print.js";

/** @typedef {import("./address.js").Link} Link */

export class LinkCard {
  #dialog = document.getElementById("card");
  #url = "";
  #say;

  /** @param {(text: string) => void} say  tells people who listen */
  constructor(say) {
    this.#say = say;
    document.getElementById("card-close").addEventListener("click", () => this.#dialog.close());
    document.getElementById("card-copy").addEventListener("click", () => this.#copy());
    document.getElementById("card-open").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close(); // Beside the card.
    });
  }

  /**
   * @param {Link} link
   * @param {HTMLCanvasElement | null} frame  that it was found in, if it is still there
   */
  show(link, frame) {
    this.#url = link.url;
    document.getElementById("card-site").textContent = siteOf(link);
    document.getElementById("card-url").replaceChildren(...emphasizeSite(link));
    document.getElementById("card-print").hidden = frame === null;
    if (frame) drawPrint(document.getElementById("card-strip"), frame, link);
    fillItems(document.getElementById("card-warnings"), listWarnings(link));
    document.getElementById("card-facts").replaceChildren(...listFacts(link).flatMap(createFact));
    this.#offer(link.url);
    this.#dialog.showModal();
  }

  #offer(url) {
    const open = document.getElementById("card-open");
    const copy = document.getElementById("card-copy");
    open.hidden = !isOpenable(url);
    if (open.hidden) open.removeAttribute("href");
    else open.href = url;
    copy.textContent = "Copy";
  }

  async #copy() {
    const copy = document.getElementById("card-copy");
    try {
      await navigator.clipboard.writeText(this.#url);
      copy.textContent = "Copied";
      this.#say("Copied");
    } catch {
      getSelection().selectAllChildren(document.getElementById("card-url"));
      copy.textContent = "Selected";
      this.#say("The address is selected. Copy it from there.");
    }
  }
}

function emphasizeSite(link) {
  const [before, site, after] = splitAtSite(link);
  const strong = document.createElement("strong");
  strong.textContent = site;
  return [before, strong, after];
}

/** @returns {[string, string][]} */
function listFacts(link) {
  const facts = [
    ["Certainty", showPercent(link.confidence)],
    ["Site registered as", link.host.registrable ?? "not a registered name"],
  ];
  const changes = link.repairs.filter(isTelling).map(({ before, after }) => `${before} → ${after}`);
  if (changes.length > 0) facts.push(["Corrected while reading", changes.join(", ")]);
  const others = (link.alternatives ?? []).map(({ url }) => url);
  if (others.length > 0) facts.push(["May also be", others.join(", ")]);
  return facts;
}

/** Spaces that went out tell nobody anything. */
function isTelling({ before, after }) {
  return before.replaceAll(" ", "") !== after;
}

function createFact([name, value]) {
  const term = document.createElement("dt");
  const detail = document.createElement("dd");
  term.textContent = name;
  detail.textContent = value;
  return [term, detail];
}

function fillItems(list, texts) {
  list.hidden = texts.length === 0;
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}
