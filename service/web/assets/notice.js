/** What the page tells: a notice with what to do, and words for people who listen. */

import { ACTION_NAMES } from "./words.js";

export class Notice {
  #box = document.getElementById("notice");
  #act;
  #title = "";

  /** @param {(action: import("./words.js").Action) => void} act */
  constructor(act) {
    this.#act = act;
  }

  /** @param {import("./words.js").Words} words */
  show({ title, text, actions }) {
    if (!this.#box.hidden && this.#title === title) return; // Not read out again and again.
    this.#title = title;
    const [heading, detail, choices] = ["strong", "p", "div"].map((name) =>
      document.createElement(name),
    );
    heading.textContent = title;
    detail.textContent = text;
    choices.className = "choices";
    choices.append(...actions.map((action) => this.#createButton(action)));
    this.#box.replaceChildren(heading, detail, choices);
    this.#box.hidden = false;
  }

  hide() {
    this.#box.hidden = true;
  }

  #createButton(action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = ACTION_NAMES[action];
    button.addEventListener("click", () => this.#act(action));
    return button;
  }
}

/** Says things to screen readers, the last one within a while only. */
export class Speaker {
  #region = document.getElementById("said");
  #timer = 0;

  /** @param {string} text */
  say(text) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#region.textContent = text;
    }, 400);
  }
}
