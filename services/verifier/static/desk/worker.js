// Keeps the desk's own files, so that the page opens without a network. It holds nothing that people show and no pack.
// VERSION, a digest of the files, and FILES stand before this: with another digest comes another cache.

const PREFIX = 'passerelle-desk-files-';
const CACHE = PREFIX + VERSION;

self.addEventListener('install', event => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    // All or nothing, and from the service itself rather than from the browser's cache.
    await cache.addAll(FILES.map(file => new Request(file, {cache: 'reload'})));
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    const older = names.filter(name => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(older.map(name => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', event => {
  const {origin, pathname} = new URL(event.request.url);
  const isOurs = event.request.method === 'GET' && origin === self.location.origin && FILES.includes(pathname);
  if (isOurs) event.respondWith(fromCache(event.request));
});

/** One version of all files, so that scripts of two builds never meet. */
async function fromCache(request) {
  const cache = await caches.open(CACHE);
  return await cache.match(request, {ignoreSearch: true}) ?? fetch(request);
}
