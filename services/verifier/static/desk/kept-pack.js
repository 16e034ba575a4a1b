// The pack that this browser keeps for the desk: the file, and the key of a signer whom the officer trusted for it.
// Nothing else is kept, and nothing of what people show.

const CACHE = 'passerelle-desk-pack';
const ADDRESS = '/desk/kept-pack';
const TRUSTED = 'x-trusted-key';

/** Keeps a file in place of the one before. `trustedKey` is null where the page itself knows the signer. */
export async function keepPack(file, trustedKey) {
  const headers = trustedKey === null ? {} : {[TRUSTED]: trustedKey};
  const cache = await caches.open(CACHE);
  await cache.put(ADDRESS, new Response(file, {headers}));
}

/** `{file, trustedKey}`, or nothing. */
export async function keptPack() {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(ADDRESS);
  return kept ? {file: new Uint8Array(await kept.arrayBuffer()), trustedKey: kept.headers.get(TRUSTED)} : null;
}

export const forgetPack = () => caches.delete(CACHE);
