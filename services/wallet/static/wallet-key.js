// The device's own key: made here, kept by the browser, never readable by anybody, this page included.

import { PasskeyError, post } from "/assets/passkey.js";
import { say } from "/assets/words.js";

const DATABASE = "passerelle-wallet";
const STORE = "keys";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const toText = (buffer) => {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function store(mode, act) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "account" });
  const database = await settled(opening);
  try {
    return await settled(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

export const possible = () => Boolean(window.crypto && crypto.subtle && window.indexedDB);

/** The account whose pages these are, from the page itself. */
export const account = () => document.getElementById("person").dataset.account;

/** The key of this device for this account, if the browser still has it. */
export async function find() {
  if (!possible()) return undefined;
  try {
    return await store("readonly", (keys) => keys.get(account()));
  } catch {
    return undefined;
  }
}

export async function forget() {
  if (possible()) await store("readwrite", (keys) => keys.delete(account()));
}

async function make() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const publicKey = { kty, crv, x, y };
  // RFC 7638: required members in lexicographic order.
  const members = JSON.stringify({ crv, kty, x, y });
  const thumbprint = toText(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(members)));
  const key = { account: account(), privateKey: pair.privateKey, publicKey, thumbprint, registered: false };
  await store("readwrite", (keys) => keys.put(key));
  return key;
}

/** The key of this device, made and registered when there is none. */
export async function ensure() {
  if (!possible()) {
    throw new PasskeyError(say("key-impossible"));
  }
  let key = (await find()) || (await make());
  if (!key.registered) {
    try {
      await post("/v1/device-keys", { publicKey: key.publicKey });
    } catch (error) {
      if (!error.problem || error.problem.status !== 409) throw error;
      // It was marked as lost on another device: a lost key does not come back.
      await forget();
      key = await make();
      await post("/v1/device-keys", { publicKey: key.publicKey });
    }
    key.registered = true;
    await store("readwrite", (keys) => keys.put(key));
    // Browsers may clear what a page keeps after some weeks; this asks them not to.
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  }
  return key;
}

/** Signs what the service prepared, with this device's key. */
export async function sign(key, toSign) {
  const signatures = [];
  for (const { id, input } of toSign) {
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    signatures.push({ id, signature: toText(await crypto.subtle.sign(algorithm, key.privateKey, toBytes(input))) });
  }
  return signatures;
}

/** A request without a body: DELETE and the like. */
export async function send(method, url) {
  let response;
  try {
    response = await fetch(url, { method, credentials: "same-origin", headers: { accept: "application/json" } });
  } catch {
    throw new PasskeyError(say("script-unreachable"));
  }
  const text = await response.text();
  const json = text ? JSON.parse(text) : null;
  if (!response.ok) throw new PasskeyError((json && (json.detail || json.title)) || say("script-failed"), json);
  return json;
}

export const isProblem = (error, slug) => Boolean(error.problem && String(error.problem.type).endsWith(`/${slug}`));
