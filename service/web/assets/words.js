/** Everything that can go wrong, in plain words: what happened and what to do. */

/** @typedef {"camera" | "choose" | "photo" | "retry" | "key"} Action */
/** @typedef {{title: string, text: string, actions: Action[]}} Words */

/** @type {Record<Action, string>} */
export const ACTION_NAMES = {
  camera: "Start camera",
  choose: "Choose a picture",
  photo: "Take a photo",
  retry: "Try now",
  key: "Enter key",
};

/** @type {Record<import("./camera.js").CameraReason | "ended", Words>} */
const CAMERA = {
  insecure: {
    title: "The camera needs a secure address",
    text:
      "Browsers open the camera only on pages whose address begins with https:// (or on this very " +
      "computer). Ask for the secure address of this page, or take a photo instead.",
    actions: ["photo", "choose"],
  },
  refused: {
    title: "The camera is blocked",
    text:
      "Allow the camera for this page, with the sign beside its address or in the browser’s " +
      "settings, then start it again.",
    actions: ["camera", "choose"],
  },
  missing: {
    title: "No camera was found",
    text: "Connect one and try again, or choose a picture.",
    actions: ["camera", "choose"],
  },
  taken: {
    title: "The camera is in use",
    text: "Close other programs and tabs that use the camera, then start it again.",
    actions: ["camera", "choose"],
  },
  failed: {
    title: "The camera did not start",
    text: "Try once more. If it fails again, choose a picture instead.",
    actions: ["camera", "choose"],
  },
  ended: {
    title: "The camera was switched off",
    text: "The device or another program took it away. You can start it again.",
    actions: ["camera", "choose"],
  },
};

/** @type {Record<"lost" | "starting" | "restarting" | "busy" | "key", Words>} */
const STREAM = {
  lost: {
    title: "The connection is lost",
    text: "Check your network. The page keeps trying by itself.",
    actions: ["retry"],
  },
  starting: {
    title: "The service is starting",
    text: "It loads its model, which can take a minute. The page keeps trying by itself.",
    actions: ["retry"],
  },
  restarting: {
    title: "The service is restarting",
    text: "It should be back in a moment. The page keeps trying by itself.",
    actions: ["retry"],
  },
  busy: {
    title: "The service is busy",
    text: "Too many people use it at this moment. The page slows down and keeps trying.",
    actions: [],
  },
  key: {
    title: "The service wants an API key",
    text: "Enter the key that you were given.",
    actions: ["key"],
  },
};

/** @type {Record<number, Words>}  by HTTP status; 0: not reached */
const PICTURE = {
  0: {
    title: "The service was not reached",
    text: "Check your network, then try again.",
    actions: ["retry"],
  },
  401: STREAM.key,
  403: STREAM.key,
  413: {
    title: "The picture is too large",
    text: "Choose a smaller one, or cut out the part with the links.",
    actions: ["choose"],
  },
  415: {
    title: "This is not a picture that can be read",
    text: "Choose a JPEG, PNG or WebP picture.",
    actions: ["choose"],
  },
  422: {
    title: "The picture cannot be read",
    text: "It is damaged or too small. Choose another.",
    actions: ["choose"],
  },
  429: { ...STREAM.busy, text: "Wait a moment, then try again.", actions: ["retry"] },
  503: {
    title: "The service is not ready",
    text: "It is starting or stopping. Wait a moment, then try again.",
    actions: ["retry"],
  },
  504: {
    title: "The picture took too long",
    text: "The service is busy. Wait a moment, then try again.",
    actions: ["retry"],
  },
};

/** @param {import("./camera.js").CameraReason | "ended"} reason */
export function describeCamera(reason) {
  return CAMERA[reason];
}

/** @param {"lost" | "starting" | "restarting" | "busy" | "key"} state */
export function describeStream(state) {
  return STREAM[state];
}

/**
 * @param {{status: number, title?: string, request_id?: string}} problem
 * @returns {Words}
 */
export function describeProblem({ status, title, request_id: id }) {
  return (
    PICTURE[status] ?? {
      title: title ?? "Something went wrong",
      text: id
        ? `Try again. If it stays, tell whoever runs the service this number: ${id}`
        : "Try again in a moment.",
      actions: ["retry"],
    }
  );
}

/** @type {Words} */
export const DEVICE_FAILED = {
  title: "This device cannot find the links by itself",
  text:
    "Its browser may be too old, or the service offers nothing for it. Go on, and whole pictures " +
    "are sent to the service, which finds the links there.",
  actions: ["camera", "choose"],
};

/** @type {Record<import("./meter.js").Mode, string>} */
export const WHAT_IS_SENT = {
  service: "Pictures are sent to the service that this page came from.",
  device: "Only the lines around links are sent to the service that this page came from.",
};

/** @type {Words} */
export const NOT_A_PICTURE = PICTURE[415];

/** @param {number} count */
export function countLinks(count) {
  if (count === 0) return "No links found";
  return count === 1 ? "1 link found" : `${count} links found`;
}
