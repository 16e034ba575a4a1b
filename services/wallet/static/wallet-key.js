// The device's own key: made here, kept by the browser, never readable by anybody, this page included.

import { PasskeyError, post } from "/assets/passkey.js";
import { storage } from "/assets/storage.js";
import { tried } from "/assets/wallet-pin-wait.js";
import { presence } from "/assets/wallet-presence.js";
import { say } from "/assets/words.js";

const DATABASE = "passerelle-wallet";
const STORE = "keys";
// Keys that serve credentials alone, by thumbprint: those of further copies, and those of a kind that the device's is not.
const COPIES = "copies";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const toText = (buffer) => {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const within = storage(DATABASE, 2, [[STORE, "account"], [COPIES, "thumbprint"]]);
const store = (mode, act, name = STORE) => within(name, mode, act);

export const possible = () => Boolean(window.crypto && crypto.subtle && window.indexedDB);

// The kinds of keys. The device's own is of P-256, which every browser makes.
const P256 = { crv: "P-256", generated: { name: "ECDSA", namedCurve: "P-256" }, members: ["crv", "kty", "x", "y"] };
const ED25519 = { crv: "Ed25519", generated: { name: "Ed25519" }, members: ["crv", "kty", "x"] };

/** A signature by a key of this device, as its kind makes them. */
export function signedBy({ privateKey }, bytes) {
  const { name } = privateKey.algorithm;
  return crypto.subtle.sign(name === "ECDSA" ? { name, hash: "SHA-256" } : { name }, privateKey, bytes);
}

/** The account whose pages these are, from the page itself. */
export const account = () => document.getElementById("person").dataset.account;

/** At an officer's desk: the key that the service keeps. This browser is the officer's and holds none of the person's. */
function kept() {
  const desk = document.getElementById("desk");
  return desk ? { thumbprint: desk.dataset.keptKey, desk: true } : undefined;
}

/** The key of this device for this account, if the browser still has it. */
export async function find() {
  if (kept()) return kept();
  if (!possible()) return undefined;
  try {
    return await store("readonly", (keys) => keys.get(account()));
  } catch {
    return undefined;
  }
}

/** The key of this device to which something is bound, by its public half. */
export async function holding({ x }) {
  const key = await find();
  if (!key || key.publicKey.x === x) return key;
  return (await copies()).find(({ publicKey }) => publicKey.x === x);
}

export async function forget() {
  if (!possible()) return;
  await store("readwrite", (keys) => keys.delete(account()));
  for (const copy of await copies()) {
    await store("readwrite", (keys) => keys.delete(copy.thumbprint), COPIES);
  }
}

/** The keys of further copies that this device holds for this account. */
async function copies() {
  const all = await store("readonly", (keys) => keys.getAll(), COPIES);
  return all.filter((copy) => copy.account === account());
}

/** So many keys of a kind for what one offer gives. Asked again, the same ones: the service may have them already. */
async function copyKeysOf(kind, offer, count) {
  const ours = (copy) => copy.offer === offer && copy.publicKey.crv === kind.crv;
  const known = (await copies()).filter(ours).slice(0, count);
  while (known.length < count) {
    const copy = { ...(await generate(kind)), account: account(), offer };
    await store("readwrite", (keys) => keys.put(copy), COPIES);
    known.push(copy);
  }
  // The order of the store is by thumbprint, so it is the same each time.
  return known.sort((one, other) => (one.thumbprint < other.thumbprint ? -1 : 1)).map((copy) => copy.publicKey);
}

/**
 * Keys beside the device's for what one offer gives: of P-256 for further copies, of Ed25519 where the issuer takes nothing else. A
 * browser that makes none of those says so here, before anything is asked of the issuer.
 */
export async function copyKeys({ id, furtherKeys, ed25519Keys }) {
  if (kept()) return [];
  try {
    const own = await copyKeysOf(ED25519, id, ed25519Keys || 0);
    return [...(await copyKeysOf(P256, id, furtherKeys)), ...own];
  } catch (error) {
    // Chromium before 137 and other browsers of their time know no such algorithm.
    if (/^NotSupported/.test(error.name)) throw new PasskeyError(say("key-kind-missing"));
    throw error;
  }
}

/** A key pair that nobody can read, this page included. */
export async function generate({ crv, generated, members } = P256) {
  const pair = await crypto.subtle.generateKey(generated, false, ["sign"]);
  const exported = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const publicKey = {};
  // RFC 7638: required members in lexicographic order.
  for (const name of members) publicKey[name] = exported[name];
  if (publicKey.crv !== crv) throw new PasskeyError(say("key-impossible"));
  const thumbprint = toText(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(publicKey))));
  return { privateKey: pair.privateKey, publicKey, thumbprint };
}

/** Keeps a key under its account. */
export const keep = (key) => store("readwrite", (keys) => keys.put(key));

/** What is kept under a name, of an account or of what will become one. */
export const keptAs = (name) => store("readonly", (keys) => keys.get(name));

/** The account of a key is known now: it is kept under that alone. */
export async function settle(key, id) {
  if (key.account === id) return;
  await keep({ ...key, account: id });
  await store("readwrite", (keys) => keys.delete(key.account));
}

/** The keys of this browser that open a wallet together with a PIN. Fails where the browser keeps nothing. */
export async function withPin() {
  if (!possible()) throw new PasskeyError(say("key-impossible"));
  return (await store("readonly", (keys) => keys.getAll())).filter((key) => key.pin);
}

/** How a wallet of this browser is opened, `pin` or `passkey`; nothing where it knows none. */
export async function known() {
  try {
    const keys = (await store("readonly", (rows) => rows.getAll())).filter((key) => key.account !== MAKING);
    if (!keys.length) return null;
    return keys.some((key) => key.pin) ? "pin" : "passkey";
  } catch {
    return null;
  }
}

// In the place of an account that is not known yet.
const MAKING = "";

/** The key of a wallet that is being made with a PIN: its answer has not come yet, or was lost. */
export const inTheMaking = () => store("readonly", (keys) => keys.get(MAKING));

/** Keeps the key of a wallet that is being made, and returns it; with `null`: forgets it. */
export async function made(key) {
  if (key) await store("readwrite", (keys) => keys.put({ ...key, account: MAKING }));
  else await store("readwrite", (keys) => keys.delete(MAKING));
  return key;
}

async function make() {
  const key = { ...(await generate()), account: account(), registered: false };
  await store("readwrite", (keys) => keys.put(key));
  return key;
}

/** The key of this device, made and registered when there is none. */
export async function ensure() {
  if (kept()) return kept();
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

/**
 * Signs what the service prepared, with this device's key, or with that of a copy where an item names it. At a desk the service
 * signs what stands in the record, with the person's PIN, card or key: `record` says which one, `{ of, id }`.
 */
export async function sign(key, toSign, record) {
  if (key.desk) {
    const shown = await presence(record.of, record.id);
    return (await tried(() => post("/v1/desk/signatures", { ...record, ...shown }))).signatures;
  }
  const signatures = [];
  for (const { id, input, key: named } of toSign) {
    const signer = named ? await store("readonly", (keys) => keys.get(named), COPIES) : key;
    if (!signer) throw new PasskeyError(say("key-erased"));
    signatures.push({ id, signature: toText(await signedBy(signer, toBytes(input))) });
  }
  return signatures;
}

/** A request that is no POST: mostly without a body. */
export async function send(method, url, body) {
  const headers = { accept: "application/json" };
  if (body) headers["content-type"] = "application/json";
  let response;
  try {
    response = await fetch(url, { method, credentials: "same-origin", headers, body: body && JSON.stringify(body) });
  } catch {
    throw new PasskeyError(say("script-unreachable"));
  }
  const text = await response.text();
  const json = text ? JSON.parse(text) : null;
  if (!response.ok) throw new PasskeyError((json && (json.detail || json.title)) || say("script-failed"), json);
  return json;
}

export const isProblem = (error, slug) => Boolean(error.problem && String(error.problem.type).endsWith(`/${slug}`));
