/** What a person should know about an address before opening it. */

/**
 * @typedef {object} Link  as the service answers it
 * @property {string} url
 * @property {string} raw
 * @property {string} scheme
 * @property {number} confidence
 * @property {number[][]} polygon
 * @property {{polygon: number[][], text: string}[]} lines
 * @property {{before: string, after: string}[]} repairs
 * @property {{registrable: string | null, punycode: string | null, mixed_script: boolean,
 *   is_ip: boolean, has_credentials: boolean}} host
 * @property {{url: string, confidence: number}[]} [alternatives]
 * @property {string} [track_id]  in a stream
 * @property {boolean} [confirmed]  in a stream: several frames agree
 */

const SURE = 0.9;

/**
 * Returns where in the URL its host stands, without user and port.
 * @param {string} url
 * @returns {[number, number]}  start and end
 */
export function locateHost(url) {
  const from = url.indexOf("://") + 3;
  const [authority] = url.slice(from).split(/[/\\?#]/);
  const start = from + authority.lastIndexOf("@") + 1;
  const host = url.slice(start, from + authority.length).replace(/:\d*$/, "");
  return [start, start + host.length];
}

/** Returns what to call the site: the name that somebody registered, else the whole host. */
export function siteOf(link) {
  return link.host.registrable ?? link.url.slice(...locateHost(link.url));
}

/**
 * Splits the URL into what stands before, in and after the name of its site.
 * @param {Link} link
 * @returns {[string, string, string]}
 */
export function splitAtSite(link) {
  const { url } = link;
  const [from, end] = locateHost(url);
  const site = siteOf(link).toLowerCase();
  const at = url.slice(from, end).toLowerCase().lastIndexOf(site);
  const [start, stop] = at < 0 ? [from, end] : [from + at, from + at + site.length];
  return [url.slice(0, start), url.slice(start, stop), url.slice(stop)];
}

/** Tells whether a browser can open the address at all; nothing but web addresses is opened. */
export function isOpenable(url) {
  return /^https?:\/\//i.test(url);
}

/**
 * Returns the reasons for caution, the gravest first.
 * @param {Link} link
 * @returns {string[]}
 */
export function listWarnings(link) {
  const { host } = link;
  return [
    host.mixed_script && "The name mixes alphabets. That is how a false site imitates a known one.",
    host.punycode && `Its name on the network is ${host.punycode}.`,
    host.has_credentials &&
      "A user’s name stands before the site’s. That is how a false site is disguised.",
    host.is_ip && "It is a bare number. Sites that want to be known have a name.",
    !host.is_ip && host.registrable === null && "It is a local name, which nobody registered.",
    isUnsure(link) && "Not every character is certain. Compare it with the print.",
    link.confirmed === false && "Seen only briefly so far. Hold still, so that it is read again.",
    link.scheme === "http" && "Not encrypted: others on the network can see what you do there.",
    !isOpenable(link.url) &&
      "Browsers cannot open this kind of address. Copy it for a program that can.",
  ].filter(Boolean);
}

/** @param {Link} link */
export function isUnsure(link) {
  return link.confidence < SURE;
}

/** @param {number} ratio  0 to 1 */
export function showPercent(ratio) {
  return `${Math.floor(ratio * 100)} %`;
}
