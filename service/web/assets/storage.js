/** The browser's storage, where it is allowed. */

/**
 * Returns the storage, or null where the browser's settings forbid it.
 * @param {"localStorage" | "sessionStorage"} name
 * @returns {Storage | null}
 */
export function openStorage(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}
