// Lets the wallet's page for times without a network open then. It answers for that page and its files, and for a page that
// could not be reached; everything else goes by untouched. It holds nothing of the person.
// VERSION, a digest of the files, and FILES stand before this.

const PREFIX = 'passerelle-wallet-files-';
const CACHE = PREFIX + VERSION;
const PAGE = '/offline';

self.addEventListener('install', event => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES.map(file => new Request(file, {cache: 'reload'})));
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter(name => name.startsWith(PREFIX) && name !== CACHE).map(name => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', event => {
  const {request} = event;
  const {origin, pathname} = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (pathname === PAGE) event.respondWith(fromCache(request));
  else if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => Response.redirect(PAGE)));
  else if (FILES.includes(pathname)) event.respondWith(fetch(request).catch(() => fromCache(request)));
});

async function fromCache(request) {
  const cache = await caches.open(CACHE);
  return await cache.match(request, {ignoreSearch: true}) || fetch(request);
}
