/** Live looking: the camera's frames to the service, its boxes back onto the moving picture. */

import { DeviceStream } from "./device-stream.js";
import { FRAME_SIDE_PX, drawInto, fitInside } from "./frame.js";
import { MotionTracker, toMatrix } from "./motion.js";
import { PyramidTaker } from "./pyramid.js";
import { FrameStream } from "./stream.js";

/** The frame that is shown, the one in flight, and one that came late. */
const CANVASES = 3;

export class Scanner {
  #video;
  #overlay;
  #onLinks;
  #options;
  #stream;
  #pyramids = new PyramidTaker();
  #canvases = Array.from({ length: CANVASES }, () => document.createElement("canvas"));
  #turn = 0;
  #isOn = false;
  /** Frames that are in flight or shown, with the motion since. */
  #sent = null;
  #shown = null;

  /**
   * @param {object} parts
   * @param {HTMLVideoElement} parts.video
   * @param {import("./overlay.js").Overlay} parts.overlay
   * @param {() => string | null} parts.readKey
   * @param {(links: object[]) => void} parts.onLinks
   * @param {(bytes: number) => void} parts.onSent
   * @param {() => void} parts.onDeviceFailed  its detector cannot look
   * @param {(problem: object) => void} parts.onProblem
   * @param {(state: string, waitMs?: number) => void} parts.onState
   */
  constructor({ video, overlay, onLinks, ...reactions }) {
    this.#video = video;
    this.#overlay = overlay;
    this.#onLinks = onLinks;
    this.#options = {
      ...reactions,
      takeFrame: () => this.#takeFrame(),
      onAnswer: (answer, frame) => this.#show(answer, frame),
    };
    this.#stream = new FrameStream(this.#options);
    // Nobody looks: neither frames nor a connection are worth their while.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#stream.stop();
      else this.restart();
    });
  }

  /** The canvas of the frame whose links are shown, or null. */
  get frame() {
    return this.#shown?.canvas ?? null;
  }

  /** @param {MediaStream} media */
  async start(media) {
    this.#video.srcObject = media;
    await this.#video.play();
    this.#isOn = true;
    this.#stream.start();
    this.#watch();
  }

  stop() {
    this.#isOn = false;
    this.#stream.stop();
    this.#sent = null;
    this.#shown = null;
    this.#video.srcObject = null;
    this.#overlay.clear();
  }

  /**
   * Looks with the detector on this device or, without one, lets the service look.
   * @param {import("./device.js").DeviceDetector | null} detector
   */
  lookWith(detector) {
    this.#stream.stop();
    const options = this.#options;
    this.#stream = detector ? new DeviceStream(options, detector) : new FrameStream(options);
    this.restart();
  }

  /** Connects anew, as with another key. */
  restart() {
    if (this.#isOn) this.#stream.start();
  }

  retry() {
    this.#stream.retry();
  }

  #takeFrame() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width) return null;
    const canvas = this.#nextCanvas();
    const size = fitInside({ width, height }, FRAME_SIDE_PX);
    drawInto(canvas, this.#video, size);
    const pyramid = this.#pyramids.take(canvas, size);
    const frame = { canvas, size, tracker: new MotionTracker(pyramid), fine: pyramid[0].width };
    this.#sent = frame;
    return frame;
  }

  /** Returns a canvas that is not shown. */
  #nextCanvas() {
    do {
      this.#turn = (this.#turn + 1) % CANVASES;
    } while (this.#canvases[this.#turn] === this.#shown?.canvas);
    return this.#canvases[this.#turn];
  }

  #show(answer, frame) {
    if (!this.#isOn) return;
    this.#shown = frame;
    this.#overlay.show(answer.links, answer.frame);
    this.#follow(this.#pyramidNow());
    this.#onLinks(answer.links);
  }

  /** Runs with every picture of the camera. */
  #watch() {
    if (!this.#isOn) return;
    const again = () => this.#watch();
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(again);
    else requestAnimationFrame(again);
    if (document.hidden || !this.#video.videoWidth) return;
    const pyramid = this.#pyramidNow();
    this.#sent?.tracker.follow(pyramid);
    this.#follow(pyramid);
  }

  #pyramidNow() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    return this.#pyramids.take(this.#video, { width, height });
  }

  #follow(pyramid) {
    if (this.#shown === null) return;
    const { tracker, size, fine } = this.#shown;
    const motion = tracker.follow(pyramid);
    this.#overlay.move(motion && toMatrix(motion, size, size.width / fine));
  }
}
