// Keeps the page for when there is no network. What the chain says is never kept here: the page itself keeps the last state of
// a loan and says that it is old.
const SHELF = 'latchkey-1';

self.addEventListener('install', (event) => {
  event.waitUntil(keepPage());
  self.skipWaiting();
});

/** The page and what it names: the first visit loads them before anything passes through here. */
async function keepPage() {
  const shelf = await caches.open(SHELF);
  const page = await (await fetch('./')).text();
  const named = [...page.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => path);
  await shelf.addAll(['./', './rules.wasm', ...new Set(named)]);
  // Which node the page asks. Some are delivered without it.
  const config = await fetch('./config.json');
  if (config.ok) await shelf.put('./config.json', config);
}

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(fresh(request));
});

/** From the network, and from the shelf where there is none. */
async function fresh(request) {
  const shelf = await caches.open(SHELF);
  try {
    const answer = await fetch(request);
    if (answer.ok) await shelf.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await shelf.match(request, { ignoreSearch: true, ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}
