// Makes what the page needs of TF.js to run a detector, from the pinned packages:
//
//     cd deploy/tfjs && npm ci --ignore-scripts && npm run build
//
// The same packages make the same bytes; SHA256SUMS has their digests.

import { createHash } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, "..", "..", "service", "web", "assets");
const { dependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf-8"));
const version = dependencies["@tensorflow/tfjs-core"];
const wasm = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json");
const binary = "tfjs-backend-wasm-simd.wasm";

const made = { "tfjs.js": join(assets, "tfjs.js"), [binary]: join(assets, binary) };
await build({
  entryPoints: [join(here, "entry.mjs")],
  outfile: made["tfjs.js"],
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
  banner: { js: `/*! TensorFlow.js ${version}, Apache-2.0, see tfjs.LICENSE.txt */` },
});
await copyFile(join(dirname(wasm), "dist", binary), made[binary]);

const digest = async (path) => createHash("sha256").update(await readFile(path)).digest("hex");
const lines = await Promise.all(
  Object.entries(made).map(async ([name, path]) => `${await digest(path)}  ${name}\n`),
);
await writeFile(join(here, "SHA256SUMS"), lines.join(""));
