// Showing what is kept: which parts of an SD-JWT go out (RFC 9901), or the whole of another, and what this phone signs for one desk
// and moment.

import {enveloped, fromBase64url, jws, proven, sha256, toBase64url} from "/assets/offline-signing.js";

const read = part => JSON.parse(new TextDecoder().decode(fromBase64url(part)));

const payloadOf = credential => read(credential.split('.')[1]);

/** How this is shown; what was kept before copies had their names in every language is an SD-JWT VC. */
const showing = kept => (kept.names ? kept.showing : 'keyBinding');

/** Whether this phone can sign a showing by itself. */
export const isShown = kept => Boolean(showing(kept));

/** Whether it is shown as a whole or not at all. */
export const isWhole = kept => showing(kept) !== 'keyBinding';

/** The disclosures of a credential: `{encoded, digest, name, value}`; elements of lists have no name. */
async function disclosures(credential) {
  const parts = credential.split('~').slice(1).filter(part => part !== '');
  return Promise.all(parts.map(async part => {
    const items = read(part);
    return {encoded: part, digest: toBase64url(await sha256(part)), name: items.length === 3 ? items[1] : null, value: items[items.length - 1]};
  }));
}

/** Where the claims stand that may be withheld: in the subject where the credential is one of the VC Data Model. */
function digests({format, credential}) {
  const payload = payloadOf(credential);
  const place = format === 'dc+sd-jwt' ? payload : payload.credentialSubject || {};
  return new Set(place._sd || []);
}

/** The names of the claims that the person may withhold: those that stand in disclosures of their own. */
export async function choices(kept) {
  if (isWhole(kept)) return [];
  const top = digests(kept);
  return (await disclosures(kept.credential)).filter(one => top.has(one.digest)).map(one => one.name);
}

/** The public key to which it is bound (RFC 9901, 4.1.2); none where its device was lost when it was kept. */
export function boundTo({names, holder, credential}) {
  if (names) return holder ? holder.publicKey : null;
  return payloadOf(credential).cnf.jwk;
}

/** The credential with these claims and all that stands in them; ends with a tilde. */
async function select(kept, names) {
  const all = await disclosures(kept.credential);
  const top = digests(kept);
  const chosen = new Set(all.filter(one => top.has(one.digest) && names.includes(one.name)));
  // What stands in a chosen claim goes with it.
  for (const one of chosen) {
    const text = JSON.stringify(one.value);
    all.filter(other => !chosen.has(other) && text.includes(`"${other.digest}"`)).forEach(other => chosen.add(other));
  }
  return [kept.credential.split('~')[0], ...all.filter(one => chosen.has(one)).map(one => one.encoded), ''].join('~');
}

/** What a desk's code says, `{nonce, audience}`; nothing where it is none. */
export function readCode(text) {
  const found = /^passerelle-desk:\?nonce=([A-Za-z0-9_-]{16,128})&audience=([A-Za-z0-9:._%-]{1,512})$/.exec(text.trim());
  return found ? {nonce: found[1], audience: found[2]} : null;
}

/** Chosen claims and a key binding (RFC 9901, 4.3). */
async function bound({kept, names, code, signer, now}) {
  const selected = await select(kept, names);
  const hash = toBase64url(await sha256(selected));
  const claims = {iat: Math.floor(now / 1000), aud: code.audience, nonce: code.nonce, sd_hash: hash};
  return selected + await jws(signer, {typ: 'kb+jwt'}, claims);
}

/** An answer to a desk's code. `signer` is {alg, sign}, with the key to which it is bound; `now` is in milliseconds. */
export function answer({kept, names, code, signer, now}) {
  const {credential, holder} = kept;
  const ways = {keyBinding: bound, envelope: enveloped, proof: proven};
  return ways[showing(kept)]({kept, names, credential, holder, code, signer, now});
}

/** The chosen parts, or the whole, without any answer: whoever has a copy can show it as well. */
export async function withoutAnswer({kept, names}) {
  if (!isWhole(kept)) return select(kept, names);
  return typeof kept.credential === 'string' ? kept.credential : JSON.stringify(kept.credential);
}
