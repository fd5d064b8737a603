/** The detector on this device: it looks at frames here, and only cutouts go to the service. */

import { coverBlocks, gatherGrey, packBoxes } from "./blocks.js";
import { mayGoOn, takeLines, takeWhole } from "./cutouts.js";
import { get, sendCutouts } from "./detect.js";
import { isSure, joinLinks, listCoveredShort, listDoubtful } from "./doubt.js";
import { encodeExactly, encodeJpeg, encodeSmall } from "./frame.js";

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
  #seesColour = false;
  #copy = document.createElement("canvas");

  /** Loads the detector, once for all who ask. */
  async #load() {
    const offer = await findOffer();
    if (offer === null) throw new DeviceError("the service has no detector for browsers");
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#settle(data));
    this.#worker.addEventListener("error", () => this.#giveUp());
    const folder = new URL(offer.path, document.baseURI).href;
    const { seesColour } = await this.#ask({ offer: { ...offer, folder } });
    this.#seesColour = seesColour;
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
    const picture = this.#readPixels(frame);
    const asSent = await this.#readAsSent(picture);
    const { prefixes, plans } = await this.#ask({ picture: asSent }, [asSent.data.buffer]);
    if (prefixes.length === 0) return { answer: { links: [], frame: sizeOf(picture) }, bytes: 0 };
    return this.#readTwice(picture, { prefixes, plans }, key);
  }

  /**
   * Reads all links from small, coarse cutouts, and what that leaves in doubt once more from the very
   * pixels that the whole frame would have; again where that shows that a link has more lines.
   */
  async #readTwice(picture, { prefixes, plans }, key) {
    const quick = { boxes: plans.flatMap((plan) => takeLines(plan.quick, 1)), prefixes };
    let { answer, bytes } = await sendCutouts(await cut(picture, quick, encodeSmall), key);
    let doubtful = listDoubtful(prefixes, answer.links, plans);
    let links = doubtful.length === 0 ? answer.links : answer.links.filter(isSure);
    while (doubtful.length > 0) {
      const again = doubtful.map(({ number }) => prefixes[number]);
      const boxes = doubtful.flatMap(({ number, lines }) => takeWhole(plans[number], lines));
      const open = doubtful.filter(({ number, lines }) => mayGoOn(plans[number], lines));
      const sketch = await this.#sketch(open.map(({ number }) => plans[number].around));
      const parts = await cut(picture, { boxes, prefixes: again }, encodeJpeg);
      const next = await sendCutouts({ ...parts, sketch }, key);
      links = joinLinks(links, next.answer.links, again);
      [answer, bytes] = [next.answer, bytes + next.bytes];
      doubtful = listCoveredShort(doubtful, prefixes, answer.links);
    }
    return { answer: { ...answer, links }, bytes };
  }

  /** Returns the encoded sketch of what lies around some lines, null where none may go on below. */
  async #sketch(arounds) {
    const wanted = arounds.filter((around) => around !== null);
    if (wanted.length === 0) return null;
    const { sketch } = await this.#ask({ arounds: wanted });
    return sketch && encodeExactly(drawPixels(sketch));
  }

  /** A canvas that is read from is kept away from the GPU, which the frame's own is not to be. */
  #readPixels(source) {
    const { width, height } = source;
    Object.assign(this.#copy, { width, height });
    const context = this.#copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, 0, 0);
    return context.getImageData(0, 0, width, height);
  }

  /**
   * Returns the pixels that the service would see if the whole frame were sent. Those that it sees in
   * grey are sent in grey here: strong colours come back from a JPEG with another luma.
   */
  async #readAsSent(picture) {
    const seen = this.#seesColour ? picture : greyAll(picture);
    const bitmap = await createImageBitmap(await encodeJpeg(drawPixels(seen)));
    try {
      return this.#readPixels(bitmap);
    } finally {
      bitmap.close();
    }
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

/** Returns the picture of what the boxes cover, and where its parts belong. */
async function cut(picture, { boxes, prefixes }, encode) {
  const packed = packBoxes(coverBlocks(boxes, picture));
  const cutouts = await encode(drawPixels(gatherGrey(picture, packed)));
  return {
    cutouts,
    layout: { frame: sizeOf(picture), cutouts: packed.cutouts.map(listSides), prefixes },
  };
}

/** Returns the whole frame in grey. */
function greyAll(frame) {
  const { width, height } = frame;
  const whole = { box: { left: 0, top: 0, right: width, bottom: height }, to: { left: 0, top: 0 } };
  return gatherGrey(frame, { cutouts: [whole], width, height });
}

function drawPixels(pixels) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, sizeOf(pixels));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.putImageData(pixels, 0, 0);
  return canvas;
}

function sizeOf({ width, height }) {
  return { width, height };
}

function listSides({ box, to }) {
  return { box: [box.left, box.top, box.right, box.bottom], to: [to.left, to.top] };
}
