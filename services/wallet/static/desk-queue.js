// Proofs that wait on a station for the line. Each is sealed in the moment it is made, under a key of the service that was made for
// it alone: nothing on this device can read it again, this page included.

import { storage } from "/assets/storage.js";

const DATABASE = "passerelle-desk-queue";
const SEALED = "sealed";
/** How many may wait. */
const MOST = 20;

const within = storage(DATABASE, 1, [[SEALED, "id"]]);

export const waiting = () => within(SEALED, "readonly", (rows) => rows.getAll());
export const drop = (id) => within(SEALED, "readwrite", (rows) => rows.delete(id));

/** How many wait; none where the browser keeps nothing. */
export const count = () => waiting().then((rows) => rows.length, () => 0);

const utf8 = (text) => new TextEncoder().encode(text);

function toText(bytes) {
  let binary = "";
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** A number of 32 bits, and bytes with their length before them (RFC 7518, 4.6.2). */
const number = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const measured = (bytes) => [...number(bytes.length), ...bytes];

/** The content key of ECDH-ES with A256GCM: one round of the Concat KDF. */
async function contentKey(secret) {
  const input = [
    ...number(1), ...new Uint8Array(secret), ...measured(utf8("A256GCM")), ...measured([]), ...measured([]), ...number(256),
  ];
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(input));
  return crypto.subtle.importKey("raw", digest, { name: "AES-GCM" }, false, ["encrypt"]);
}

/** A JWE in compact form (RFC 7516) to a public key. */
async function seal({ kty, crv, x, y, kid }, content) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, curve, false, []);
  const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const exported = await crypto.subtle.exportKey("jwk", own.publicKey);
  const epk = { kty: exported.kty, crv: exported.crv, x: exported.x, y: exported.y };
  const header = toText(utf8(JSON.stringify({ alg: "ECDH-ES", enc: "A256GCM", kid, epk })));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: utf8(header), tagLength: 128 };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(how, await contentKey(secret), utf8(JSON.stringify(content))));
  const end = sealed.length - 16;
  return [header, "", toText(iv), toText(sealed.slice(0, end)), toText(sealed.slice(end))].join(".");
}

/** Seals a proof and keeps it; false when as many wait as may. `ready` is what the service prepared. */
export async function keep(ready, content) {
  if ((await count()) >= MOST) return false;
  const sealed = await seal(ready.key, { ...content, id: ready.id });
  await within(SEALED, "readwrite", (rows) => rows.put({ id: ready.id, sealed, expiresAt: ready.expiresAt }));
  return true;
}
