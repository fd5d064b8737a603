/** The service worker: keeps the page's own files, so that it opens at once and without a network. */

const CACHE = "printlink-@digest@";
const ASSETS = new URL("assets/@digest@/", self.location.href).href;
const HOME = new URL("./", self.location.href).href;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET") return;
  if (url.startsWith(ASSETS)) event.respondWith(fromCacheFirst(event.request));
  else if (url.split(/[?#]/)[0] === HOME) event.respondWith(fromNetworkFirst(event.request));
});

/** Keeps the page and every asset that it names. */
async function keepShell() {
  const cache = await caches.open(CACHE);
  const page = await fetch(HOME, { cache: "no-cache" });
  if (!page.ok) throw new Error(`expected the page, received status ${page.status}`);
  const named = (await page.clone().text()).matchAll(/"(assets\/[^"]+)"/g);
  await cache.put(HOME, page);
  await cache.addAll([...named].map(([, path]) => new URL(path, HOME).href));
}

async function dropOlder() {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith("printlink-") && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
}

/** An asset never changes: its folder is named after the content. */
async function fromCacheFirst(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function fromNetworkFirst(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(HOME);
    if (kept) return kept;
    throw error;
  }
}
