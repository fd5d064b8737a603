/** What frames cost: the bytes that were sent for each, in either way of finding links. */

/** @typedef {"service" | "device"} Mode  who finds where the links are */

const PLACES = { service: "as whole pictures", device: "as cutouts" };

export class Meter {
  #sums = { service: { frames: 0, bytes: 0 }, device: { frames: 0, bytes: 0 } };
  #text;

  /** @param {HTMLElement} text  where the figures are shown */
  constructor(text) {
    this.#text = text;
  }

  /**
   * @param {Mode} mode
   * @param {number} bytes
   */
  count(mode, bytes) {
    const sum = this.#sums[mode];
    sum.frames += 1;
    sum.bytes += bytes;
    this.#text.textContent = this.#describe();
    this.#text.hidden = false;
  }

  #describe() {
    const used = Object.entries(this.#sums).filter(([, { frames }]) => frames > 0);
    const parts = used.map(([mode, sum]) => `${showSize(sum.bytes / sum.frames)} ${PLACES[mode]}`);
    return `Sent for each frame: ${parts.join(", ")}.`;
  }
}

function showSize(bytes) {
  return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
}
