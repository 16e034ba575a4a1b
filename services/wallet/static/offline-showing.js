// Showing an SD-JWT VC (RFC 9901): which parts go out, and the key binding that this phone signs for one desk and moment.

import {signedBy} from "/assets/wallet-key.js";

const toBase64url = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

const fromBase64url = text =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), character => character.charCodeAt(0));

const utf8 = text => new TextEncoder().encode(text);

const encoded = value => toBase64url(utf8(JSON.stringify(value)));

/** The disclosures of a credential: `{encoded, digest, name, value}`; elements of lists have no name. */
async function disclosures(credential) {
  const parts = credential.split('~').slice(1).filter(part => part !== '');
  return Promise.all(parts.map(async part => {
    const items = JSON.parse(new TextDecoder().decode(fromBase64url(part)));
    const digest = toBase64url(await crypto.subtle.digest('SHA-256', utf8(part)));
    return {encoded: part, digest, name: items.length === 3 ? items[1] : null, value: items[items.length - 1]};
  }));
}

/** The names of the claims that the person may withhold: those that stand in disclosures of their own. */
export async function choices(credential) {
  const payload = JSON.parse(new TextDecoder().decode(fromBase64url(credential.split('.')[1])));
  const top = new Set(payload._sd || []);
  return (await disclosures(credential)).filter(one => top.has(one.digest)).map(one => one.name);
}

/** The public key to which a credential is bound (RFC 9901, 4.1.2). */
export const boundTo = credential => JSON.parse(new TextDecoder().decode(fromBase64url(credential.split('.')[1]))).cnf.jwk;

/** The credential with these claims and all that stands in them; ends with a tilde. */
async function select(credential, names) {
  const all = await disclosures(credential);
  const wanted = all.filter(one => names.includes(one.name) && one.name !== null);
  const chosen = new Set(wanted);
  // What stands in a chosen claim goes with it.
  for (const one of chosen) {
    const text = JSON.stringify(one.value);
    all.filter(other => !chosen.has(other) && text.includes(`"${other.digest}"`)).forEach(other => chosen.add(other));
  }
  return [credential.split('~')[0], ...all.filter(one => chosen.has(one)).map(one => one.encoded), ''].join('~');
}

/** What a desk's code says, `{nonce, audience}`; nothing where it is none. */
export function readCode(text) {
  const found = /^passerelle-desk:\?nonce=([A-Za-z0-9_-]{16,128})&audience=([A-Za-z0-9:._%-]{1,512})$/.exec(text.trim());
  return found ? {nonce: found[1], audience: found[2]} : null;
}

/** An answer to a desk's code, signed by this phone's key (RFC 9901, 4.3). `now` is in milliseconds. */
export async function answer({credential, names, code, key, now}) {
  const selected = await select(credential, names);
  const hash = toBase64url(await crypto.subtle.digest('SHA-256', utf8(selected)));
  const claims = {iat: Math.floor(now / 1000), aud: code.audience, nonce: code.nonce, sd_hash: hash};
  const input = `${encoded({typ: 'kb+jwt', alg: key.privateKey.algorithm.name === 'ECDSA' ? 'ES256' : 'EdDSA'})}.${encoded(claims)}`;
  const signature = await signedBy(key, utf8(input));
  return `${selected}${input}.${toBase64url(signature)}`;
}

/** The chosen parts without any answer: whoever has a copy can show it as well. */
export const withoutAnswer = ({credential, names}) => select(credential, names);
