// SD-JWT (RFC 9901), parsed as 7.1 says: every digest is used at most once, every disclosure exactly once.

import {fromBase64url, sha256, toBase64url, utf8} from './bytes.js';
import {Fault} from './fault.js';
import {checkSize, isObject, MAX_BYTES, MAX_DEPTH, parse} from './json.js';
import {checkDates, checkSignature, checkType, kindOf, takeApart} from './jws.js';
import {multikeyOfJwk} from './keys.js';
import {numericDate, SKEW} from './time.js';

const MAX_DISCLOSURES = 500;
/** How old a key binding may be when it is read, in milliseconds. */
const KEY_BINDING_AGE = 600_000;

const digestOf = async text => toBase64url(await sha256(utf8(text)));

const wrong = code => new Fault('form', code);

/** The token, its claims with everything that is disclosed, and the key binding where there is one. */
export async function parseSdJwt(text) {
  if (text.length > MAX_BYTES) throw wrong('tooLarge');
  const parts = text.split('~');
  const keyBinding = parts.pop() || null;
  if (parts.length === 0) throw wrong('sdJwtForm');
  const [token, ...encoded] = parts;
  if (encoded.length > MAX_DISCLOSURES) throw wrong('tooManyDisclosures');
  const taken = takeApart(token);
  const {_sd_alg: hash, ...payload} = taken.claims;
  if (hash !== undefined && hash !== 'sha-256') throw wrong('hashAlgorithm');
  const disclosures = new Map();
  for (const one of encoded) {
    const disclosure = readDisclosure(one);
    const digest = await digestOf(one);
    if (disclosures.has(digest)) throw wrong('disclosureTwice');
    disclosures.set(digest, disclosure);
  }
  const claims = new Resolving(disclosures).resolve(payload, MAX_DEPTH);
  if (disclosures.size > 0) throw wrong('disclosureUnused');
  // What was disclosed may be large or deep only together.
  checkSize(claims);
  return {...taken, token, claims, keyBinding};
}

/** `[salt, name, value]` of a claim, `[salt, value]` of an element of a list. */
function readDisclosure(encoded) {
  const bytes = fromBase64url(encoded);
  const items = bytes && parse(bytes);
  const named = items?.length === 3;
  const sound = Array.isArray(items) && (named || items.length === 2) && typeof items[0] === 'string'
    && (!named || typeof items[1] === 'string');
  if (!sound) throw wrong('disclosureForm');
  if (named && (items[1] === '_sd' || items[1] === '...')) throw wrong('reservedName');
  return {name: named ? items[1] : null, value: items.at(-1)};
}

class Resolving {
  #digests = new Set();

  /** `disclosures` by digest; taken out when used. */
  constructor(disclosures) {
    this.disclosures = disclosures;
  }

  resolve(value, depth) {
    if (!Array.isArray(value) && !isObject(value)) return value;
    if (depth === 0) throw wrong('tooDeep');
    return Array.isArray(value) ? this.#list(value, depth - 1) : this.#object(value, depth - 1);
  }

  #object(members, depth) {
    const {_sd: digests = [], ...plain} = members;
    if (!Array.isArray(digests)) throw wrong('sdJwtForm');
    if ('...' in plain || '_sd_alg' in plain) throw wrong('reservedName');
    const resolved = Object.create(null);
    for (const [name, value] of Object.entries(plain)) resolved[name] = this.resolve(value, depth);
    for (const digest of digests) {
      const disclosure = this.#take(digest);
      if (!disclosure) continue;
      if (disclosure.name === null) throw wrong('disclosureForm');
      if (disclosure.name in resolved) throw wrong('claimTwice');
      resolved[disclosure.name] = this.resolve(disclosure.value, depth);
    }
    return resolved;
  }

  #list(items, depth) {
    const resolved = [];
    for (const item of items) {
      if (!isObject(item) || !('...' in item)) {
        resolved.push(this.resolve(item, depth));
        continue;
      }
      if (Object.keys(item).length !== 1) throw wrong('sdJwtForm');
      const disclosure = this.#take(item['...']);
      if (!disclosure) continue;
      if (disclosure.name !== null) throw wrong('disclosureForm');
      resolved.push(this.resolve(disclosure.value, depth));
    }
    return resolved;
  }

  /** The disclosure of a digest; nothing for what is withheld and for decoys. */
  #take(digest) {
    if (typeof digest !== 'string') throw wrong('sdJwtForm');
    if (this.#digests.has(digest)) throw wrong('digestTwice');
    this.#digests.add(digest);
    const found = this.disclosures.get(digest);
    this.disclosures.delete(digest);
    return found;
  }
}

/** The Multikey in `cnf` (RFC 7800, 3.2); nothing where the token is bound to none. */
export function holderKey(claims) {
  if (!('cnf' in claims)) return null;
  const key = multikeyOfJwk(claims.cnf?.jwk);
  if (!key) throw new Fault('form', 'holderKey', {at: '/cnf'});
  return key;
}

/** RFC 9901, 7.3: the key binding is by the bound key, for us, for this question, now, over this text. */
export async function checkKeyBinding(text, token, key, {audience, nonce, now}) {
  const binding = code => new Fault('holderBinding', code);
  const claims = await readKeyBinding(token, key, now);
  if (audience !== null && claims.aud !== audience) throw binding('audience');
  if (nonce !== null && claims.nonce !== nonce) throw binding('nonce');
  const made = numericDate(claims, 'iat');
  if (typeof claims.nonce !== 'string' || typeof claims.aud !== 'string' || made === null) {
    throw binding('keyBindingForm');
  }
  if (made > now + SKEW || made < now - KEY_BINDING_AGE) throw binding('keyBindingTime');
  const selected = text.slice(0, text.lastIndexOf('~') + 1);
  if (claims.sd_hash !== await digestOf(selected)) throw binding('sdHash');
}

async function readKeyBinding(token, key, now) {
  try {
    const parts = takeApart(token);
    kindOf(parts.header);
    checkType(parts.header, 'kb+jwt');
    await checkSignature(parts, key);
    checkDates(parts.claims, now);
    return parts.claims;
  } catch (error) {
    throw error instanceof Fault ? error.under('holderBinding') : error;
  }
}
