/** One picture, one answer: `POST /v1/detect`, or `POST /v1/read` for what was cut out of one. */

/** The service refused; `status` is 0 where it was not reached. */
export class DetectError extends Error {
  /** @param {{status: number, title?: string, code?: string, request_id?: string}} problem */
  constructor(problem) {
    super(problem.title ?? "the service was not reached");
    this.problem = problem;
  }
}

/**
 * Returns the links in the picture, and the bytes that were sent; rejects with a `DetectError`.
 * @param {Blob} picture  JPEG, PNG or WebP
 * @param {string | null} key
 */
export async function detectLinks(picture, key) {
  return { answer: await post("v1/detect", picture, picture.type, key), bytes: picture.size };
}

/**
 * Returns the links in a page of which only cutouts are sent, and the bytes that were; rejects with
 * a `DetectError`.
 * @param {{cutouts: Blob, layout: object, sketch?: Blob | null}} parts  one picture of all cutouts,
 *     where they belong, with the prefixes, and where there is ink around them
 * @param {string | null} key
 */
export async function sendCutouts({ cutouts, layout, sketch = null }, key) {
  const form = new FormData();
  form.append("layout", JSON.stringify(layout));
  form.append("cutouts", cutouts);
  if (sketch) form.append("sketch", sketch);
  // Turned into its bytes here, so that they can be counted.
  const whole = new Response(form);
  // The type of a blob is in lower case, which its boundary is not.
  const type = whole.headers.get("Content-Type");
  const body = await whole.blob();
  return { answer: await post("v1/read", body, type, key), bytes: body.size };
}

/** Returns what the service says under a path that needs no key; rejects with a `DetectError`. */
export function get(path) {
  return ask(path, {});
}

function post(path, body, type, key) {
  const headers = { "Content-Type": type, Accept: "application/json" };
  if (key) headers.Authorization = `Bearer ${key}`;
  return ask(path, { method: "POST", body, headers });
}

async function ask(path, request) {
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new DetectError({ status: 0 });
  }
  if (!response.ok) throw new DetectError(await readProblem(response));
  return response.json();
}

/** A proxy in between may answer with something else than a problem document. */
async function readProblem(response) {
  const problem = await response.json().catch(() => ({}));
  return { ...problem, status: response.status };
}
