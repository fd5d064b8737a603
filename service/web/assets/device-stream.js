/** Live looking with the detector on this device: the next frame when the last one is answered. */

import { DetectError } from "./detect.js";
import { DeviceError } from "./device.js";
import { chooseWait } from "./stream.js";

/** At most two frames a second: the device is to stay cool, and what it sends small. */
const LEAST_INTERVAL_MS = 500;
const IDLE_MS = 250;

/** Stands in for a `FrameStream`. */
export class DeviceStream {
  #options;
  #detector;
  #timer = 0;
  #attempt = 0;
  /** Changes with every start and stop; what began before counts no more. */
  #run = 0;

  /**
   * @param {object} options  as those of `FrameStream`
   * @param {import("./device.js").DeviceDetector} detector
   */
  constructor(options, detector) {
    this.#options = options;
    this.#detector = detector;
  }

  start() {
    this.#halt();
    this.#attempt = 0;
    this.#options.onState("connecting");
    this.#look(this.#run);
  }

  retry() {
    this.start();
  }

  stop() {
    this.#halt();
    this.#options.onState("stopped");
  }

  #halt() {
    clearTimeout(this.#timer);
    this.#run += 1;
  }

  async #look(run) {
    const began = performance.now();
    const frame = await this.#options.takeFrame();
    let waitMs = IDLE_MS;
    try {
      if (frame) {
        const { answer, bytes } = await this.#detector.read(frame.canvas, this.#options.readKey());
        if (run !== this.#run) return;
        this.#options.onSent(bytes);
        this.#attempt = 0;
        this.#options.onState("open");
        this.#options.onAnswer(answer, frame);
        waitMs = Math.max(0, LEAST_INTERVAL_MS - (performance.now() - began));
      }
    } catch (error) {
      if (run !== this.#run) return;
      waitMs = this.#refuse(error);
    }
    if (run === this.#run && waitMs !== null) {
      this.#timer = setTimeout(() => this.#look(run), waitMs);
    }
  }

  /** Says what went wrong, and returns after how many milliseconds to try again; null: not at all. */
  #refuse(error) {
    if (error instanceof DeviceError) {
      this.#options.onDeviceFailed();
      return null;
    }
    if (!(error instanceof DetectError)) throw error;
    const state = nameState(error.problem);
    if (state === null) this.#options.onProblem(error.problem);
    else this.#options.onState(state);
    this.#attempt += 1;
    return state === "key" ? null : chooseWait(this.#attempt);
  }
}

/** Returns the state that a refusal leaves behind, null where it is about this frame only. */
function nameState({ status, code }) {
  if (status === 0) return "lost";
  if (status === 401 || status === 403) return "key";
  if (code === "not_ready") return "starting";
  return status === 429 || status === 503 || status === 504 ? "busy" : null;
}
