/** The detector's own thread: TF.js and the model, loaded once; frames in, what to send of them out. */

import { planCutouts } from "./cutouts.js";
import { greyOf } from "./line.js";
import { shrinkPicture } from "./shrink.js";
import { sketchInk } from "./sketch.js";

let detector = null;
let limits = null;
/** The picture that was looked at last. */
let page = null;

self.addEventListener("message", async ({ data: { number, ...question } }) => {
  try {
    self.postMessage({ number, ...(await answer(question)) });
  } catch (error) {
    self.postMessage({ number, error: String(error) });
  }
});

function answer({ picture, arounds, offer }) {
  if (picture) return look(picture);
  return arounds ? { sketch: sketchInk(page, arounds) } : load(offer);
}

async function load({ folder, min_score, max_prefixes }) {
  const [tf, { loadDetector }] = await Promise.all([
    import("./tfjs.js"),
    import(`${folder}detector.js`),
  ]);
  tf.setWasmPaths(new URL("./", import.meta.url).href);
  await tf.setBackend("wasm");
  await tf.ready();
  detector = await loadDetector(tf, folder.replace(/\/$/, ""));
  limits = { min_score, max_prefixes };
  return { seesColour: detector.contract.channels !== 1 };
}

/** Returns the prefixes in a picture, and what to cut out of it for each. */
async function look(picture) {
  page = picture;
  const found = (await detect(picture)).filter(({ score }) => score >= limits.min_score);
  const prefixes = found.slice(0, limits.max_prefixes).map(describePrefix);
  const boxes = prefixes.map(({ box: [left, top, right, bottom] }) => ({ left, top, right, bottom }));
  return { prefixes, plans: boxes.length === 0 ? [] : planCutouts(greyOf(picture), boxes) };
}

/** The detector shrinks pictures by itself, but not to the very grey levels that the service has. */
async function detect(picture) {
  const { channels, long_side: longest } = detector.contract;
  const small = channels === 1 ? shrinkPicture(picture, longest) : picture;
  const [across, down] = [picture.width / small.width, picture.height / small.height];
  const found = await detector.detect(small);
  return found.map(({ box: [top, left, bottom, right], ...rest }) => ({
    box: [top * down, left * across, bottom * down, right * across],
    ...rest,
  }));
}

/** The service reads on from these sides: rounded to a hundredth of a pixel, doubtful links change. */
function describePrefix({ box: [top, left, bottom, right], score, label }) {
  const box = [left, top, right, bottom].map((side) => Number(side.toFixed(4)));
  return { label, score: Number(score.toFixed(4)), box };
}
