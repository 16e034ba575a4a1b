// What the person asked to keep on this phone, so that it can be shown without a network. Each credential is sealed with a
// key that this browser holds and gives to nobody, this page included; it goes with the sign-out and with the account.

import {storage} from '/assets/storage.js';

const DATABASE = 'passerelle-offline';
const KEYS = 'keys';
const KEPT = 'kept';
const ACTS = 'acts';
const PROOFS = 'proofs';

const within = storage(DATABASE, 2, [[KEYS, 'account'], [KEPT, 'id'], [ACTS, 'id'], [PROOFS, 'id']]);

/** The key of this browser for an account, made when there is none; it can be used and not read. */
async function sealingKey(account) {
  const known = await within(KEYS, 'readonly', keys => keys.get(account));
  if (known) return known.key;
  const key = await crypto.subtle.generateKey({name: 'AES-GCM', length: 256}, false, ['encrypt', 'decrypt']);
  await within(KEYS, 'readwrite', keys => keys.add({account, key}));
  return key;
}

/** The place of a sealed text belongs to what is sealed: it cannot be put in the place of another. */
const place = (account, id) => new TextEncoder().encode(`${account}/${id}`);

async function seal(account, id, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  const how = {name: 'AES-GCM', iv, additionalData: place(account, id)};
  return {account, id, iv, sealed: await crypto.subtle.encrypt(how, await sealingKey(account), text)};
}

async function open({account, id, iv, sealed}) {
  const how = {name: 'AES-GCM', iv, additionalData: place(account, id)};
  const text = await crypto.subtle.decrypt(how, await sealingKey(account), sealed);
  return JSON.parse(new TextDecoder().decode(text));
}

/** Keeps a credential, `{id, name, issuer, format, credential, holderKey, validUntil, claims}`. */
export async function keep(account, credential) {
  const row = await seal(account, credential.id, credential);
  await within(KEPT, 'readwrite', kept => kept.put(row));
}

export async function isKept(account, id) {
  const found = await within(KEPT, 'readonly', kept => kept.get(id));
  return Boolean(found) && found.account === account;
}

export const drop = id => within(KEPT, 'readwrite', kept => kept.delete(id));

/** Everything that is kept. The pages without a network know no session, so whoever holds the phone unlocked sees it. */
export async function all() {
  const rows = await within(KEPT, 'readonly', kept => kept.getAll());
  return Promise.all(rows.map(async row => ({account: row.account, ...await open(row)})));
}

/** Forgets what is kept, the acts that were not told yet, and the keys, so that a copy of the rest is worth nothing. */
export async function forgetAll() {
  if (!window.indexedDB) return;
  for (const name of [KEPT, ACTS, PROOFS, KEYS]) await within(name, 'readwrite', rows => rows.clear());
}

/** Notes an act that the service has not heard of, sealed like a credential. */
export async function note(account, act) {
  const row = await seal(account, act.id, act);
  await within(ACTS, 'readwrite', acts => acts.put(row));
}

export async function notes() {
  const rows = await within(ACTS, 'readonly', acts => acts.getAll());
  return Promise.all(rows.map(async row => ({account: row.account, ...await open(row)})));
}

export const told = id => within(ACTS, 'readwrite', acts => acts.delete(id));

/** Keeps a yearly proof: what was taken along for it, and once it is made, what waits to be sent. */
export async function keepProof(account, proof) {
  const row = await seal(account, proof.id, proof);
  await within(PROOFS, 'readwrite', proofs => proofs.put(row));
}

export async function proofs() {
  const rows = await within(PROOFS, 'readonly', kept => kept.getAll());
  return Promise.all(rows.map(async row => ({account: row.account, ...await open(row)})));
}

export const dropProof = id => within(PROOFS, 'readwrite', kept => kept.delete(id));
