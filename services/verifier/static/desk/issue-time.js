// The time of issue, as an anchoring receipt proves it from a pack that holds the anchor: what
// crates/verification/src/issue_time.rs decides, with the tree of crates/merkle.

import {concat, fromBase64url, same, sha256, utf8} from './bytes.js';
import {isObject, parseObject} from './json.js';

const VERSION = 1;
const MAX_BYTES = 8 * 1024;
/** Longest path: a batch of 2^32 leaves. */
const MAX_PATH = 32;
const DOMAIN = utf8('passerelle/anchor\0');
const [LEAF, INNER, SEAL] = [0, 1, 2];

const isCount = value => Number.isSafeInteger(value) && value >= 0;
const MEMBERS = {
  version: value => isCount(value) && value < 256,
  issuer: value => typeof value === 'string',
  sequence: isCount,
  salt: value => typeof value === 'string',
  leafIndex: isCount,
  leafCount: isCount,
  path: value => Array.isArray(value) && value.every(node => typeof node === 'string'),
};

/** A receipt from the file that a person was given; nothing where it is something else. */
export function readReceipt(bytes) {
  const value = bytes.length <= MAX_BYTES ? parseObject(bytes) : null;
  if (!isObject(value) || Object.keys(value).length !== Object.keys(MEMBERS).length) return null;
  const fits = Object.entries(MEMBERS).every(([name, is]) => Object.hasOwn(value, name) && is(value[name]));
  return fits ? value : null;
}

export const NO_RECEIPT = {state: 'none'};
const contradicted = code => ({state: 'contradicted', code});

/**
 * `{state: 'proven', at, sequence, height}` where the pack's anchor holds a commitment to this very copy; otherwise why not:
 * `none`, `contradicted` with a code, or `notInPack`.
 */
export async function prove({pack, issuer, digest, receipt}) {
  if (!receipt) return NO_RECEIPT;
  if (receipt.version !== VERSION || receipt.path.length > MAX_PATH) return contradicted('receiptForm');
  // A receipt of somebody else's batch proves nothing about this issuer's act.
  if (receipt.issuer !== issuer) return contradicted('receiptOfAnotherIssuer');
  const [salt, ...path] = [receipt.salt, ...receipt.path].map(hash);
  if (!salt || path.includes(null)) return contradicted('receiptForm');
  const proven = pack.find('anchor', issuer, receipt.sequence);
  if (!proven) return {state: 'notInPack'};
  const anchor = proven.value;
  if (!anchor) return contradicted('receiptUnknown');
  const {leafIndex, leafCount} = receipt;
  if (leafIndex >= leafCount || leafCount !== anchor.leafCount) return contradicted('receiptMismatch');
  const root = await rootOf({leaf: await tagged(LEAF, salt, digest), leafIndex, leafCount, path});
  if (!root || !same(root, anchor.root)) return contradicted('receiptMismatch');
  return {state: 'proven', at: anchor.time, sequence: receipt.sequence, height: anchor.height};
}

/** 43 characters carry 32 bytes. */
const hash = encoded => (encoded.length === 43 ? fromBase64url(encoded) : null);

const tagged = (tag, ...parts) => sha256(concat(DOMAIN, [tag], ...parts));

/** Where the path leads; nothing where it is none of a tree of that size. */
async function rootOf({leaf, leafIndex, leafCount, path}) {
  if (path.length !== depth(leafCount)) return null;
  let [at, top] = [leafIndex, leaf];
  for (const sibling of path) {
    top = await (at % 2 === 0 ? tagged(INNER, top, sibling) : tagged(INNER, sibling, top));
    at = Math.floor(at / 2);
  }
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, leafCount);
  return tagged(SEAL, count, top);
}

/** The logarithm of the count, rounded up. */
function depth(count) {
  let levels = 0;
  while (2 ** levels < count) levels += 1;
  return levels;
}
