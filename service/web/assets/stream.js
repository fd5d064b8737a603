/** Frames over the WebSocket: one at a time, the next when the last is answered; reconnects. */

/**
 * @typedef {"connecting" | "open" | "lost" | "starting" | "restarting" | "busy" | "key" | "stopped"
 * } StreamState
 */
/** @typedef {{canvas: HTMLCanvasElement}} SentFrame  and what the caller wants back with it */

import { encodeJpeg } from "./frame.js";

/** At most eight frames a second. */
const LEAST_INTERVAL_MS = 125;
/** A frame this late may have been dropped for a newer one: another is sent. */
const PATIENCE_MS = 5000;
/** Connections that answer nothing for this long are given up. */
const SILENCE_MS = 20000;
/** Where there is nothing to send yet, look again after this. */
const IDLE_MS = 250;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;

const CLOSED_BY_US = 1000;
const GIVEN_UP = 4000;
/** Close codes of RFC 6455 and its registry. */
const RESTARTING = 1012;
const TRY_LATER = 1013;

/**
 * Returns how long to wait before the attempt, in milliseconds; half of it is chance, so that
 * many pages do not come back at once.
 * @param {number} attempt  from 0
 */
export function chooseWait(attempt, chance = Math.random()) {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return most * (0.5 + chance / 2);
}

/** Returns the address of the stream beside the page. */
export function streamAddress(page = document.baseURI) {
  const address = new URL("v1/stream", page);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}

export class FrameStream {
  #options;
  #socket = null;
  #timer = 0;
  #attempt = 0;
  /** @type {Map<number, SentFrame>}  sent and not answered, by number */
  #frames = new Map();
  #count = 0;
  #sentAt = 0;
  #heardAt = 0;
  /** What the service said last that is about no frame: why it is going to close. */
  #complaint = null;

  /**
   * @param {object} options
   * @param {() => string | null} options.readKey
   * @param {() => Promise<SentFrame | null>} options.takeFrame  null: nothing to send now
   * @param {(answer: object, frame: SentFrame) => void} options.onAnswer
   * @param {(bytes: number) => void} options.onSent
   * @param {(problem: object) => void} options.onProblem  a frame was refused
   * @param {(state: StreamState, waitMs?: number) => void} options.onState
   */
  constructor(options) {
    this.#options = options;
  }

  start() {
    this.#attempt = 0;
    this.#connect();
  }

  /** Tries again now, if it was going to try later. */
  retry() {
    if (this.#socket === null) this.#connect();
  }

  stop() {
    this.#hangUp();
    this.#options.onState("stopped");
  }

  #connect() {
    this.#hangUp();
    this.#options.onState("connecting");
    const socket = new WebSocket(streamAddress());
    this.#socket = socket;
    this.#frames.clear();
    this.#count = 0;
    this.#complaint = null;
    const ifCurrent = (react) => (event) => socket === this.#socket && react(event);
    socket.addEventListener(
      "open",
      ifCurrent(() => this.#greet()),
    );
    socket.addEventListener(
      "message",
      ifCurrent(({ data }) => this.#receive(JSON.parse(data))),
    );
    socket.addEventListener(
      "close",
      ifCurrent(({ code }) => this.#end(this.#explain(code))),
    );
  }

  #hangUp(code = CLOSED_BY_US) {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(code);
  }

  #greet() {
    this.#heardAt = performance.now();
    const key = this.#options.readKey();
    if (key) this.#socket.send(JSON.stringify({ type: "auth", api_key: key }));
    this.#sendNext();
  }

  async #sendNext() {
    const socket = this.#socket;
    if (performance.now() - this.#heardAt > SILENCE_MS) {
      this.#end("lost");
      return;
    }
    const frame = await this.#options.takeFrame();
    const blob = frame && (await encodeJpeg(frame.canvas));
    if (socket !== this.#socket || socket.readyState !== WebSocket.OPEN) return;
    if (frame) this.#send(frame, blob);
    else this.#heardAt = performance.now();
    this.#plan(frame ? PATIENCE_MS : IDLE_MS);
  }

  #send(frame, blob) {
    this.#frames.set(this.#count, frame);
    this.#count += 1;
    this.#sentAt = performance.now();
    this.#socket.send(blob);
    this.#options.onSent(blob.size);
  }

  #plan(delayMs) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sendNext(), delayMs);
  }

  #receive(message) {
    this.#heardAt = performance.now();
    if (message.type === "result") this.#takeAnswer(message);
    else if (message.type === "error") this.#takeError(message);
  }

  #takeAnswer(answer) {
    const frame = this.#forget(answer.frame_id);
    this.#options.onState("open");
    this.#attempt = 0;
    if (frame) this.#options.onAnswer(answer, frame);
    this.#plan(Math.max(0, LEAST_INTERVAL_MS - (performance.now() - this.#sentAt)));
  }

  /** Returns the frame of this number; those before it were dropped. */
  #forget(number) {
    const frame = this.#frames.get(number);
    for (const earlier of this.#frames.keys()) {
      if (earlier <= number) this.#frames.delete(earlier);
    }
    return frame;
  }

  #takeError({ frame_id: number, error }) {
    if (number === null) {
      this.#complaint = error;
      return;
    }
    this.#forget(number);
    if (error.status === 429 || error.status === 503 || error.status === 504) {
      this.#options.onState("busy");
      this.#attempt += 1;
      this.#plan(chooseWait(this.#attempt));
    } else {
      this.#options.onProblem(error);
      this.#plan(chooseWait(1));
    }
  }

  /** Returns the state that a closed connection leaves behind. */
  #explain(code) {
    const { status, code: complaint } = this.#complaint ?? {};
    if (status === 401) return "key";
    if (code === RESTARTING) return "restarting";
    if (code === TRY_LATER) return complaint === "not_ready" ? "starting" : "busy";
    return "lost";
  }

  /** Gives the connection up; all but a wrong key is tried again after a while. */
  #end(state) {
    this.#hangUp(GIVEN_UP);
    if (state === "key") {
      this.#options.onState("key");
      return;
    }
    const waitMs = chooseWait(this.#attempt);
    this.#attempt += 1;
    this.#options.onState(state, waitMs);
    this.#timer = setTimeout(() => this.#connect(), waitMs);
  }
}
