// Detects in one frame with a web export: node detect_once.mjs EXPORT FRAME WIDTH HEIGHT
// FRAME holds RGBA bytes; what is found goes to the standard output as JSON.

import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";

const [folder, framePath, width, height] = process.argv.slice(2);
const wasm = dirname(fileURLToPath(import.meta.resolve("@tensorflow/tfjs-backend-wasm")));
setWasmPaths(`${wasm}/`);
await tf.setBackend("wasm");

const readJson = async (...names) => JSON.parse(await readFile(join(folder, ...names), "utf-8"));

async function load(place) {
  const { modelTopology, weightsManifest } = await readJson(place, "model.json");
  const parts = weightsManifest.flatMap((group) => group.paths);
  const shards = await Promise.all(parts.map((name) => readFile(join(folder, place, name))));
  const artifacts = {
    modelTopology,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(Buffer.concat(shards)).buffer,
  };
  return loadGraphModel({ load: async () => artifacts });
}

const { Detector } = await import(pathToFileURL(resolve(folder, "detector.js")));
const contract = await readJson("detector.json");
const second = contract.refine ? await load("refiner") : null;
const detector = new Detector(tf, await load("."), contract, second);
const frame = { data: await readFile(framePath), width: Number(width), height: Number(height) };
console.log(JSON.stringify(await detector.detect(frame)));
