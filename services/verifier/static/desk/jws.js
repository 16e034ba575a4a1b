// Compact JWS (RFC 7515) with two algorithms, strict about everything that the header says.

import {fromBase64url, utf8} from './bytes.js';
import {Fault} from './fault.js';
import {MAX_BYTES, parseObject} from './json.js';
import {kindOfAlgorithm, readMultikey, verify} from './keys.js';
import {numericDate, SKEW} from './time.js';

/** A token in its three parts, whatever its algorithm. */
export function takeApart(token) {
  if (token.length > MAX_BYTES) throw new Fault('form', 'tooLarge');
  const parts = token.split('.');
  const wrong = () => new Fault('form', 'jwtForm');
  if (parts.length !== 3) throw wrong();
  const [header, claims] = parts.slice(0, 2).map(part => parseObject(fromBase64url(part)));
  const signature = fromBase64url(parts[2]);
  if (!header || !claims) throw wrong();
  // RFC 7515, 4.1.11: extensions that are critical and not understood. None is understood.
  if ('crit' in header || 'b64' in header || !signature) throw wrong();
  return {header, claims, signature, signed: utf8(token.slice(0, token.lastIndexOf('.')))};
}

/** The kind of key that `alg` names: ES256 or EdDSA, and no other. */
export function kindOf(header) {
  const kind = kindOfAlgorithm(header.alg);
  if (!kind) throw new Fault('form', 'jwtAlgorithm');
  return kind;
}

/** Media types compare without `application/` and without case (RFC 7515, 4.1.9). */
export function isType(found, expected) {
  return typeof found === 'string' && found.replace(/^application\//i, '').toLowerCase() === expected;
}

export function checkType(header, expected) {
  if (!isType(header.typ, expected)) throw new Fault('form', 'jwtType');
}

/** The algorithm must be of the kind of the key: no key verifies under what the token chose. */
export async function checkSignature(parts, multikey) {
  const kind = kindOf(parts.header);
  if (readMultikey(multikey)?.kind !== kind) throw new Fault('proof', 'keyKind');
  if (!await verify(multikey, parts.signed, parts.signature)) throw new Fault('proof', 'badSignature');
}

/** RFC 7519, 4.1.4 and 4.1.5: a token is dead on the second named by `exp`, not one later. */
export function checkDates(claims, now) {
  for (const name of ['exp', 'nbf', 'iat']) {
    if (name in claims && numericDate(claims, name) === null) {
      throw new Fault('validity', 'dateForm', {at: `/${name}`});
    }
  }
  const [until, from] = [numericDate(claims, 'exp'), numericDate(claims, 'nbf')];
  if (until !== null && until <= now) throw new Fault('validity', 'expired', {at: '/exp'});
  if (from !== null && from > now + SKEW) throw new Fault('validity', 'notYetValid', {at: '/nbf'});
}
