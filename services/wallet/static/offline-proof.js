// Making the yearly proof without a network: the passkey and the key of this phone sign at once, with the challenge that was
// taken along. What comes of it waits sealed on the phone until it can be sent.

import {assert} from "/assets/passkey.js";
import {find} from "/assets/wallet-key.js";
import {keepProof} from "/assets/offline-kept.js";

const SALT_BYTES = 16;

const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));

function toText(buffer) {
  let binary = '';
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** JCS (RFC 8785) of objects, lists and texts: members in order, nothing between them. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value && typeof value === 'object') {
    const members = Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${canonical(value[name])}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Salt, kind and content, as crates/entitlement/src/bundle.rs digests them. */
async function part(salt, kind, head, rest) {
  const bytes = new Uint8Array(salt.length + 1 + head.byteLength + rest.length);
  bytes.set(salt);
  bytes[salt.length] = kind;
  bytes.set(new Uint8Array(head.buffer), salt.length + 1);
  bytes.set(rest, salt.length + 1 + head.byteLength);
  return toText(await crypto.subtle.digest('SHA-256', bytes));
}

const freshSalt = () => crypto.getRandomValues(new Uint8Array(SALT_BYTES));

async function ofFrame({millis, jpeg}) {
  const [salt, head] = [freshSalt(), new DataView(new ArrayBuffer(4))];
  head.setUint32(0, millis);
  return {digest: await part(salt, 0, head, toBytes(jpeg)), frame: {millis, jpeg, salt: toText(salt)}};
}

async function ofPlace(place) {
  const [salt, head] = [freshSalt(), new DataView(new ArrayBuffer(8))];
  head.setInt16(0, place.latitudeTenths);
  head.setInt16(2, place.longitudeTenths);
  head.setUint32(4, place.accuracyMetres);
  return {digest: await part(salt, 1, head, new Uint8Array(0)), place: {...place, salt: toText(salt)}};
}

/** The key of this phone for the account of a proof, or nothing when the browser has erased it. */
export async function keyOf(proof) {
  document.getElementById('person').dataset.account = proof.account;
  return find();
}

/** Signs now and keeps what is to be sent; `frames` and `where` may be missing. */
export async function make(proof, key, {frames, where}) {
  const taken = await Promise.all((frames || []).map(ofFrame));
  const placed = where && taken.length ? await ofPlace(where) : null;
  const assertion = await assert(proof.publicKey);
  const passkey = proof.passkeys.find(({credentialId}) => credentialId === assertion.id);
  const capturedAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const {authenticatorData, clientDataJSON, signature: asserted} = assertion.response;
  const parts = taken.map(({digest}) => digest).concat(placed ? placed.digest : []);
  const signed = {
    challenge: proof.challenge,
    holderKey: proof.holderKey,
    passkey: {...passkey, rpId: proof.rpId, origin: proof.origin},
    assertion: {authenticatorData, clientDataJSON, signature: asserted},
    capturedAt,
  };
  if (parts.length) signed.parts = parts;
  const deviceKind = taken.length ? proof.deviceKind : null;
  if (deviceKind) signed.deviceKind = deviceKind;
  const bytes = new TextEncoder().encode(canonical(signed));
  const signature = toText(await crypto.subtle.sign({name: 'ECDSA', hash: 'SHA-256'}, key.privateKey, bytes));
  const {account, ...rest} = proof;
  await keepProof(account, {
    ...rest,
    frames: taken.map(({frame}) => frame),
    made: {
      deviceKey: key.thumbprint, capturedAt, frames: taken.length, assertion, signature,
      ...(placed ? {place: placed.place} : {}),
      ...(deviceKind ? {deviceKind} : {}),
    },
  });
  return capturedAt;
}
