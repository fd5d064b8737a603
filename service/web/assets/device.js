/** The detector on this device: it looks at frames here, and only cutouts go to the service. */

import { packBoxes } from "./cutouts.js";
import { get, sendCutouts } from "./detect.js";
import { encodeSmall } from "./frame.js";

/** @typedef {{path: string, min_score: number, max_prefixes: number}} Offer */

/** The worker or its model did not load. */
export class DeviceError extends Error {}

/**
 * Returns the detector that the service offers to browsers, or null; rejects with a `DetectError`.
 * @returns {Promise<Offer | null>}
 */
export async function findOffer() {
  const offer = await get("models/current");
  return offer.path ? offer : null;
}

export class DeviceDetector {
  #worker = null;
  /** @type {Promise<void> | null} */
  #loaded = null;
  #answers = new Map();
  #count = 0;
  #canvas = document.createElement("canvas");
  #copy = document.createElement("canvas");

  /** Loads the detector, once for all who ask. */
  async #load() {
    const offer = await findOffer();
    if (offer === null) throw new DeviceError("the service has no detector for browsers");
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#settle(data));
    this.#worker.addEventListener("error", () => this.#giveUp());
    await this.#ask({ ...offer, folder: new URL(offer.path, document.baseURI).href });
  }

  /**
   * Returns the links in the frame, and the bytes that were sent for it; rejects with a
   * `DeviceError` or a `DetectError`.
   * @param {HTMLCanvasElement} frame
   * @param {string | null} key
   */
  async read(frame, key) {
    this.#loaded ??= this.#load();
    await this.#loaded.catch((error) => {
      this.#giveUp();
      throw error;
    });
    const { width, height } = frame;
    const picture = this.#readPixels(frame);
    const { prefixes, boxes } = await this.#ask({ picture }, [picture.data.buffer]);
    if (prefixes.length === 0) return { answer: { links: [], frame: { width, height } }, bytes: 0 };
    const packed = packBoxes(boxes);
    const gathered = await this.#gather(frame, packed);
    const layout = { frame: { width, height }, cutouts: packed.cutouts.map(listSides), prefixes };
    return sendCutouts(gathered, layout, key);
  }

  /** A canvas that is read from is kept away from the GPU, which the frame's own is not to be. */
  #readPixels(frame) {
    const { width, height } = frame;
    Object.assign(this.#copy, { width, height });
    const context = this.#copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(frame, 0, 0);
    return context.getImageData(0, 0, width, height);
  }

  /** Draws the cutouts into one picture and encodes it. */
  async #gather(frame, { cutouts, width, height }) {
    Object.assign(this.#canvas, { width, height });
    const context = this.#canvas.getContext("2d");
    for (const { box, to } of cutouts) {
      const size = [box.right - box.left, box.bottom - box.top];
      context.drawImage(frame, to.left, to.top, ...size, box.left, box.top, ...size);
    }
    return encodeSmall(this.#canvas);
  }

  #ask(question, handedOver = []) {
    const number = this.#count;
    this.#count += 1;
    return new Promise((resolve, reject) => {
      this.#answers.set(number, { resolve, reject });
      this.#worker.postMessage({ ...question, number }, handedOver);
    });
  }

  #settle({ number, error, ...answer }) {
    const { resolve, reject } = this.#answers.get(number);
    this.#answers.delete(number);
    if (error === undefined) {
      resolve(answer);
      return;
    }
    this.#giveUp();
    reject(new DeviceError(error));
  }

  /** Lets the next frame begin anew. */
  #giveUp() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#loaded = null;
    for (const { reject } of this.#answers.values()) reject(new DeviceError("the worker failed"));
    this.#answers.clear();
  }
}

function listSides({ box, to }) {
  return { box: [box.left, box.top, box.right, box.bottom], to: [to.left, to.top] };
}
