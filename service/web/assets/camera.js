/** The camera: opening it, its torch and zoom, and why it may not open. */

/** @typedef {"insecure" | "refused" | "missing" | "taken" | "failed"} CameraReason */

/** @type {Record<string, CameraReason>} */
const REASONS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "taken",
  AbortError: "taken",
};

export class CameraError extends Error {
  /** @param {CameraReason} reason */
  constructor(reason) {
    super(`the camera cannot be used: ${reason}`);
    this.reason = reason;
  }
}

export class Camera {
  #track;

  /** @param {MediaStream} stream */
  constructor(stream) {
    this.stream = stream;
    this.#track = stream.getVideoTracks()[0];
  }

  get deviceId() {
    return this.#track.getSettings().deviceId;
  }

  get hasTorch() {
    return Boolean(this.#capabilities.torch);
  }

  /** @returns {{min: number, max: number, step: number, value: number} | null} */
  get zoom() {
    const range = this.#capabilities.zoom;
    if (!range || range.max <= range.min) return null;
    const value = this.#track.getSettings().zoom ?? range.min;
    return { min: range.min, max: range.max, step: range.step || 0.1, value };
  }

  /** @param {boolean} isOn */
  setTorch(isOn) {
    return this.#track.applyConstraints({ advanced: [{ torch: isOn }] });
  }

  /** @param {number} value */
  setZoom(value) {
    return this.#track.applyConstraints({ advanced: [{ zoom: value }] });
  }

  /** @param {() => void} callback  called when the camera is taken away, not on `close` */
  onEnded(callback) {
    this.#track.addEventListener("ended", callback, { once: true });
  }

  close() {
    for (const track of this.stream.getTracks()) track.stop();
  }

  get #capabilities() {
    return this.#track.getCapabilities?.() ?? {};
  }
}

/**
 * Opens the rear camera, or the one named; rejects with a `CameraError`.
 * @param {string} [deviceId]
 */
export async function openCamera(deviceId) {
  if (!navigator.mediaDevices) throw new CameraError("insecure");
  const which = deviceId
    ? { deviceId: { exact: deviceId } }
    : { facingMode: { ideal: "environment" } };
  const video = { ...which, width: { ideal: 1920 }, height: { ideal: 1440 } };
  try {
    return new Camera(await navigator.mediaDevices.getUserMedia({ video, audio: false }));
  } catch (error) {
    throw new CameraError(REASONS[error.name] ?? "failed");
  }
}

/**
 * Returns the camera that comes after `deviceId`, or null where there is only one.
 * @param {string} deviceId
 */
export async function findNextCamera(deviceId) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const ids = devices.filter((one) => one.kind === "videoinput").map((one) => one.deviceId);
  return ids.length > 1 ? ids[(ids.indexOf(deviceId) + 1) % ids.length] : null;
}

/** Tells whether the camera may be opened without asking. */
export async function isCameraAllowed() {
  try {
    const permission = await navigator.permissions.query({ name: "camera" });
    return Boolean(navigator.mediaDevices) && permission.state === "granted";
  } catch {
    return false; // Browsers that do not know this permission.
  }
}
