// Public keys by their Multikey text, and signatures by WebCrypto. P-256 is in every browser; where Ed25519 is not, the
// check is left open and never passed.

import {concat, fromBase58, fromBase64url, toBase58} from './bytes.js';
import {Fault, onlyAtLocalDesk} from './fault.js';
import {isObject} from './json.js';

const KINDS = {
  Ed25519: {prefix: [0xed, 0x01], length: 32, signature: 64},
  'P-256': {prefix: [0x80, 0x24], length: 33, signature: 64},
  'P-384': {prefix: [0x81, 0x24], length: 49, signature: 96},
  Bls12381G2: {prefix: [0xeb, 0x01], length: 96, signature: 80},
};
const LONGEST_MULTIKEY = 134;

/** SEC 2, 2.4.2: p, and b of y^2 = x^3 - 3x + b. */
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

/** The kind and the bytes of a Multikey (Controlled Identifiers 1.0, 2.2.2), or nothing. */
export function readMultikey(multikey) {
  const decoded = multikey.startsWith('z') ? fromBase58(multikey.slice(1), LONGEST_MULTIKEY) : null;
  if (!decoded) return null;
  const found = Object.entries(KINDS).find(([, {prefix, length}]) =>
    decoded[0] === prefix[0] && decoded[1] === prefix[1] && decoded.length === length + 2);
  return found ? {kind: found[0], bytes: decoded.subarray(2)} : null;
}

/** The Multikey of a public JWK, or nothing where it is of an unknown kind, malformed or private. */
export function multikeyOfJwk(jwk) {
  if (!isObject(jwk) || PRIVATE.some(name => name in jwk)) return null;
  const coordinate = (name, length) => {
    const bytes = typeof jwk[name] === 'string' ? fromBase64url(jwk[name]) : null;
    return bytes?.length === length ? bytes : null;
  };
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return multikey('Ed25519', coordinate('x', 32));
  const length = jwk.kty === 'EC' && {'P-256': 32, 'P-384': 48}[jwk.crv];
  const [x, y] = length ? [coordinate('x', length), coordinate('y', length)] : [];
  if (!x || !y || (jwk.crv === 'P-256' && !isOnCurve(integer(x), integer(y)))) return null;
  return multikey(jwk.crv, concat([2 + (y[length - 1] & 1)], x));
}

const multikey = (kind, bytes) => bytes && `z${toBase58(concat(KINDS[kind].prefix, bytes))}`;

/** The kind of key that signs by an algorithm of JOSE: exactly these names. */
export function kindOfAlgorithm(algorithm) {
  if (algorithm === 'ES256') return 'P-256';
  return algorithm === 'EdDSA' || algorithm === 'Ed25519' ? 'Ed25519' : null;
}

export const signatureLength = kind => KINDS[kind].signature;

/** Whether the signature is by that key; a fault where this browser cannot tell. */
export async function verify(key, data, signature) {
  const {kind, bytes} = readMultikey(key) ?? {};
  if (kind === 'P-256') return verifyP256(bytes, data, signature);
  if (kind !== 'Ed25519') throw onlyAtLocalDesk('proof');
  if (!await hasEd25519()) throw onlyAtLocalDesk('proof');
  if (signature.length !== 64) return false;
  const imported = await importKey(bytes, 'Ed25519');
  return imported !== null && crypto.subtle.verify('Ed25519', imported, signature, data);
}

async function verifyP256(compressed, data, signature) {
  const point = decompress(compressed);
  if (!point || signature.length !== 64) return false;
  const imported = await importKey(point, {name: 'ECDSA', namedCurve: 'P-256'});
  return imported !== null && crypto.subtle.verify({name: 'ECDSA', hash: 'SHA-256'}, imported, signature, data);
}

/** Bytes that are no point of the curve make no key. */
const importKey = (bytes, algorithm) =>
  crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']).catch(() => null);

let ed25519;

/** Whether this browser knows Ed25519: it verifies the first example of RFC 8032, 7.1, and refuses a changed one. */
export function hasEd25519() {
  ed25519 ??= tryEd25519().catch(() => false);
  return ed25519;
}

async function tryEd25519() {
  const bytes = hex => Uint8Array.from(hex.match(/../g), byte => parseInt(byte, 16));
  const key = bytes('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  const signature = bytes('e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b'
    + 'd25bf5f0595bbe24655141438e7a100b');
  const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  const holds = data => crypto.subtle.verify('Ed25519', imported, signature, data);
  return await holds(new Uint8Array()) && !await holds(new Uint8Array(1));
}

/** SEC 1, 2.3.4: `04 x y` of a compressed point, or nothing where there is no such point. */
function decompress(compressed) {
  const x = integer(compressed.subarray(1));
  if (x >= P || (compressed[0] !== 2 && compressed[0] !== 3)) return null;
  const square = (((x * x - 3n) * x + B) % P + P) % P;
  // p is 3 modulo 4, so this power is a root where there is one.
  const root = power(square, (P + 1n) / 4n);
  const y = (root & 1n) === BigInt(compressed[0] & 1) ? root : P - root;
  if (!isOnCurve(x, y)) return null;
  const bytes = y.toString(16).padStart(64, '0').match(/../g).map(byte => parseInt(byte, 16));
  return concat([4], compressed.subarray(1), bytes);
}

const isOnCurve = (x, y) => x < P && y < P && (y * y - ((x * x - 3n) * x + B)) % P === 0n;

const integer = bytes => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

function power(base, exponent) {
  let result = 1n;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = result * base % P;
    base = base * base % P;
  }
  return result;
}

/** The first key, of those that an id has named, by which the signature holds; otherwise the present one. */
export async function whichSigned(keys, check) {
  let first = null;
  for (const key of keys) {
    try {
      await check(key.multikey);
      return {key, fault: null};
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      first ??= fault;
    }
  }
  return {key: keys[0], fault: first};
}
