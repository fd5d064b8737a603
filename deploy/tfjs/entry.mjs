// What the page and a model's `detector.js` use of TF.js; all else is left out.

export { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
export { loadGraphModel } from "@tensorflow/tfjs-converter";
export { ready, setBackend, tensor4d } from "@tensorflow/tfjs-core";
