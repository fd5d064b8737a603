/** The page: puts its parts together and says who reacts to what. */

import { CameraError, findNextCamera, isCameraAllowed, openCamera } from "./camera.js";
import { LinkCard } from "./card.js";
import { DetectError, detectLinks } from "./detect.js";
import { DeviceDetector, DeviceError, findOffer } from "./device.js";
import { encodeJpeg } from "./frame.js";
import { LinkHistory } from "./history.js";
import { KeyKeeper } from "./key.js";
import { LinkList } from "./list.js";
import { Meter } from "./meter.js";
import { Notice, Speaker } from "./notice.js";
import { Overlay } from "./overlay.js";
import { Scanner } from "./scanner.js";
import { drawPicture, watchPictures } from "./sources.js";
import { openStorage } from "./storage.js";
import * as words from "./words.js";

const find = (id) => document.getElementById(id);

const STATE_WORDS = {
  connecting: "Connecting",
  open: "Looking",
  lost: "No connection",
  starting: "Starting",
  restarting: "Restarting",
  busy: "Busy",
  key: "Key needed",
  stopped: "Camera off",
};

/** In the browser's storage: there while the detector on this device is wanted. */
const ON_DEVICE = "printlink.device";

class Page {
  #camera = null;
  /** The picture that was chosen last, to be sent again. */
  #picture = null;
  #view = find("view");
  #still = find("still");
  #speaker = new Speaker();
  #notice = new Notice((action) => this.#act(action));
  #key = new KeyKeeper(openStorage("sessionStorage"), () => this.#useKey());
  #card = new LinkCard((text) => this.#speaker.say(text));
  #history = new LinkHistory(openStorage("localStorage"));
  #overlay = new Overlay(find("overlay"));
  #links = new LinkList(find("links"), {
    onChoose: (link) => this.#open(link),
    onPoint: (url) => this.#overlay.point(url),
  });
  #past = new LinkList(find("past"), { onChoose: (link) => this.#card.show(link, null) });
  #announced = "";
  #meter = new Meter(find("sent"));
  #settings = openStorage("localStorage");
  #device = new DeviceDetector();
  #scanner = new Scanner({
    video: find("video"),
    overlay: this.#overlay,
    readKey: () => this.#key.read(),
    onLinks: (links) => this.#showLinks(links),
    onSent: (bytes) => this.#meter.count(this.#mode, bytes),
    onDeviceFailed: () => this.#loseDevice(),
    onProblem: (problem) => this.#notice.show(words.describeProblem(problem)),
    onState: (state) => this.#showState(state),
  });

  constructor() {
    find("camera").addEventListener("click", () => this.#toggleCamera());
    find("choose").addEventListener("click", () => find("file").click());
    find("torch").addEventListener("click", () => this.#toggleTorch());
    find("flip").addEventListener("click", () => this.#flip());
    find("zoom-by").addEventListener("input", (event) => {
      this.#camera?.setZoom(event.target.valueAsNumber);
    });
    find("device").addEventListener("change", () => this.#followSwitch());
    find("clear").addEventListener("click", () => this.#clearHistory());
    for (const picture of [find("video"), this.#still]) {
      picture.addEventListener("click", (event) => this.#tap(event));
    }
    addEventListener("online", () => this.#scanner.retry());
    const places = { fields: [find("file"), find("photo")], target: this.#view };
    watchPictures(places, (file) => this.#lookAt(file));
    this.#showHistory();
    if (this.#settings?.getItem(ON_DEVICE)) {
      find("device").checked = true;
      find("device-switch").hidden = false;
      this.#followSwitch();
    }
    this.#offerDevice();
  }

  /** Shows the switch where the service has a detector for browsers. */
  async #offerDevice() {
    const offer = await findOffer().catch(() => null);
    if (offer !== null) find("device-switch").hidden = false;
  }

  /** The detector on this device while the switch is on, else null. */
  get #detector() {
    return find("device").checked ? this.#device : null;
  }

  get #mode() {
    return find("device").checked ? "device" : "service";
  }

  /** Does as the switch says. */
  #followSwitch() {
    const isOn = find("device").checked;
    if (isOn) this.#settings?.setItem(ON_DEVICE, "on");
    else this.#settings?.removeItem(ON_DEVICE);
    find("what-is-sent").textContent = words.WHAT_IS_SENT[this.#mode];
    this.#notice.hide();
    this.#scanner.lookWith(this.#detector);
    if (!this.#camera && this.#picture) this.#lookAt(this.#picture);
  }

  /** Sends nothing in its place until the person has read why. */
  #loseDevice() {
    this.#stopCamera();
    this.#picture = null;
    find("device").checked = false;
    this.#followSwitch();
    this.#notice.show(words.DEVICE_FAILED);
  }

  /** Opens the camera, which asks the person unless it may. */
  async startCamera(deviceId) {
    this.#stopCamera();
    this.#notice.hide();
    try {
      this.#camera = await openCamera(deviceId);
      await this.#scanner.start(this.#camera.stream);
    } catch (error) {
      this.#stopCamera();
      const reason = error instanceof CameraError ? error.reason : "failed";
      this.#notice.show(words.describeCamera(reason));
      return;
    }
    this.#camera.onEnded(() => this.#loseCamera());
    this.#setView("video");
    await this.#showControls();
  }

  #toggleCamera() {
    if (this.#camera) {
      this.#stopCamera();
      this.#notice.hide();
    } else {
      this.startCamera();
    }
  }

  #stopCamera() {
    this.#scanner.stop();
    this.#camera?.close();
    this.#camera = null;
    this.#setView("welcome");
    this.#showLinks([]);
    this.#showControls();
  }

  #loseCamera() {
    this.#stopCamera();
    this.#notice.show(words.describeCamera("ended"));
  }

  async #flip() {
    const next = await findNextCamera(this.#camera.deviceId);
    if (next) await this.startCamera(next);
  }

  async #toggleTorch() {
    const torch = find("torch");
    const isOn = torch.getAttribute("aria-pressed") !== "true";
    await this.#camera.setTorch(isOn);
    torch.setAttribute("aria-pressed", String(isOn));
  }

  /** Shows the controls that this camera has. */
  async #showControls() {
    const camera = this.#camera;
    find("camera").textContent = camera ? "Stop camera" : "Start camera";
    find("camera").classList.toggle("primary", camera === null);
    find("torch").hidden = !camera?.hasTorch;
    find("torch").setAttribute("aria-pressed", "false");
    const zoom = camera?.zoom ?? null;
    find("zoom").hidden = zoom === null;
    if (zoom) Object.assign(find("zoom-by"), zoom);
    find("flip").hidden = !camera || (await findNextCamera(camera.deviceId)) === null;
  }

  async #lookAt(file) {
    this.#picture = file;
    this.#stopCamera();
    this.#notice.hide();
    this.#state("connecting", "Reading the picture");
    try {
      if (await this.#draw(file)) this.#showAnswer(await this.#findLinks());
    } catch (error) {
      if (error instanceof DeviceError) this.#loseDevice();
      else if (error instanceof DetectError) this.#refuse(error.problem);
      else throw error;
    }
  }

  async #draw(file) {
    try {
      await drawPicture(file, this.#still);
      this.#setView("still");
      return true;
    } catch {
      this.#state("lost", "No picture");
      this.#notice.show(words.NOT_A_PICTURE);
      return false;
    }
  }

  /** Returns the answer for the picture that is drawn. */
  async #findLinks() {
    const [mode, key] = [this.#mode, this.#key.read()];
    const { answer, bytes } = this.#detector
      ? await this.#device.read(this.#still, key)
      : await detectLinks(await encodeJpeg(this.#still), key);
    this.#meter.count(mode, bytes);
    return answer;
  }

  #showAnswer({ links, frame }) {
    this.#overlay.show(links, frame);
    this.#showLinks(links);
    this.#state("open", words.countLinks(links.length));
    if (links.length === 0) this.#speaker.say(words.countLinks(0));
  }

  #refuse(problem) {
    this.#state("lost", "Not read");
    this.#notice.show(words.describeProblem(problem));
    if (problem.status === 401 || problem.status === 403) this.#key.ask();
  }

  #tap(event) {
    const link = this.#overlay.find(event);
    if (link) this.#open(link);
  }

  #open(link) {
    const isStill = this.#view.dataset.showing === "still";
    this.#card.show(link, isStill ? this.#still : this.#scanner.frame);
  }

  #showLinks(links) {
    this.#links.show(links);
    find("none").hidden = links.length > 0;
    const settled = links.filter((link) => link.confirmed !== false);
    if (this.#history.add(settled)) this.#showHistory();
    this.#announce(settled);
  }

  #announce(links) {
    const names = links.map((link) => link.url).join(", ");
    if (names === this.#announced) return;
    this.#announced = names;
    if (names) this.#speaker.say(`${words.countLinks(links.length)}: ${names}`);
  }

  #showHistory() {
    const { links } = this.#history;
    find("history").hidden = links.length === 0;
    find("history-count").textContent = String(links.length);
    this.#past.show(links);
  }

  #clearHistory() {
    this.#history.clear();
    this.#showHistory();
    find("found").focus();
    this.#speaker.say("History cleared");
  }

  #showState(state) {
    this.#state(state, STATE_WORDS[state]);
    if (state === "open") this.#notice.hide();
    if (["lost", "starting", "restarting", "busy", "key"].includes(state)) {
      this.#notice.show(words.describeStream(state));
      this.#overlay.clear();
    }
    if (state === "key") this.#key.ask();
  }

  #state(name, text) {
    const state = find("state");
    state.dataset.state = name;
    if (state.textContent !== text) state.textContent = text;
  }

  #setView(showing) {
    this.#view.dataset.showing = showing;
    const shape = { video: find("video"), still: this.#still }[showing];
    const width = shape?.videoWidth ?? shape?.width;
    const height = shape?.videoHeight ?? shape?.height;
    this.#view.style.aspectRatio = width && height ? `${width} / ${height}` : "";
  }

  #useKey() {
    this.#notice.hide();
    if (this.#camera) this.#scanner.restart();
    else if (this.#picture) this.#lookAt(this.#picture);
  }

  #act(action) {
    const acts = {
      camera: () => this.startCamera(),
      choose: () => find("file").click(),
      photo: () => find("photo").click(),
      retry: () => (this.#camera ? this.#scanner.retry() : this.#lookAt(this.#picture)),
      key: () => this.#key.ask(),
    };
    acts[action]();
  }
}

const page = new Page();
if (await isCameraAllowed()) await page.startCamera();
// Without a secure address there is none, and the page works without.
await navigator.serviceWorker?.register("sw.js");
