/** The API key: asked for when the service wants one, forgotten when the tab is closed. */

const NAME = "printlink.key";

export class KeyKeeper {
  #dialog = document.getElementById("key");
  #field = document.getElementById("key-value");
  #storage;
  #key;

  /**
   * @param {Storage | null} storage  null: the key is kept as long as the page
   * @param {() => void} onKey  called when a key was given
   */
  constructor(storage, onKey) {
    this.#storage = storage;
    this.#key = storage?.getItem(NAME) ?? null;
    document.getElementById("key-close").addEventListener("click", () => this.#dialog.close());
    document.getElementById("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep(this.#field.value.trim());
      this.#dialog.close();
      onKey();
    });
  }

  /** @returns {string | null} */
  read() {
    return this.#key;
  }

  /** Asks for a key, or for a better one. */
  ask() {
    document.getElementById("key-why").textContent = this.#key
      ? "The service did not take the key. Check it, or ask whoever runs the service for another."
      : "This service answers only with a key. Whoever runs it can give you one.";
    this.#field.value = "";
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #keep(key) {
    this.#key = key;
    this.#storage?.setItem(NAME, key);
  }
}
