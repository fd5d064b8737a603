/** One picture, one answer: `POST /v1/detect`. */

/** The service refused; `status` is 0 where it was not reached. */
export class DetectError extends Error {
  /** @param {{status: number, title?: string, code?: string, request_id?: string}} problem */
  constructor(problem) {
    super(problem.title ?? "the service was not reached");
    this.problem = problem;
  }
}

/**
 * Returns the links in the picture; rejects with a `DetectError`.
 * @param {Blob} picture  JPEG, PNG or WebP
 * @param {string | null} key
 */
export async function detectLinks(picture, key) {
  const headers = { "Content-Type": picture.type, Accept: "application/json" };
  if (key) headers.Authorization = `Bearer ${key}`;
  const response = await send(picture, headers);
  if (!response.ok) throw new DetectError(await readProblem(response));
  return response.json();
}

async function send(body, headers) {
  try {
    return await fetch("v1/detect", { method: "POST", body, headers });
  } catch {
    throw new DetectError({ status: 0 });
  }
}

/** A proxy in between may answer with something else than a problem document. */
async function readProblem(response) {
  const problem = await response.json().catch(() => ({}));
  return { ...problem, status: response.status };
}
