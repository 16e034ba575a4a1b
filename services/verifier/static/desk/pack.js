// Reading an offline pack (crates/pack/README.md, "The file"). The signature of somebody this page was given the key
// of, or whom the officer trusts for this file, vouches for all of it: the page takes the signer's word for the chain.
// The binary holds each record against the header besides.

import {concat, decompress, hex, same, sha256, utf8} from './bytes.js';
import {Reader, u8} from './borsh.js';
import {isObject, parseObject} from './json.js';
import {readMultikey, verify} from './keys.js';
import {contentAfterHeader, header as headerType, readRecord} from './records.js';
import {parseStamp} from './time.js';

const MAGIC = utf8('PASSPACK');
const VERSION = 2;
const DOMAIN = concat(utf8('passerelle/pack'), [0, 1]);
const MAX_FILE = 16 * 1024 * 1024;
const MAX_MANIFEST = 64 * 1024;
const MAX_SIGNATURE = 96;
/** How far a header may be ahead of this machine's clock, in milliseconds. */
const MAX_AHEAD = 60_000;

/** Why a pack is not used: a word for the page's sentence. */
export class PackError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Who signed a file, where the signature holds. Nothing else of it is believed yet. */
export async function signerOf(file) {
  const {manifest} = await readSigned(file);
  return manifest.signedBy;
}

/**
 * Opens a file. `trusted` are Multikeys of signers; `now` is in milliseconds. The age is asked again at each use.
 */
export async function openPack(file, trusted, now) {
  const {manifest, rest} = await readSigned(file);
  if (!trusted.includes(manifest.signedBy.key)) throw new PackError('otherSigner');
  const {contentBytes} = manifest;
  if (!Number.isSafeInteger(contentBytes) || contentBytes < 0 || contentBytes > MAX_FILE) throw new PackError('form');
  const content = await decompress(rest, 'gzip', contentBytes).catch(() => null);
  const isSigned = content?.length === contentBytes && hex(await sha256(content)) === manifest.contentDigest;
  if (!isSigned) throw new PackError('changed');
  const pack = await Pack.read(manifest, content);
  pack.checkAge(now);
  return pack;
}

async function readSigned(file) {
  if (file.length > MAX_FILE || !same(file.subarray(0, 8), MAGIC) || file[8] !== VERSION) throw new PackError('form');
  const [manifestBytes, afterManifest] = part(file.subarray(9), MAX_MANIFEST);
  const [signature, rest] = part(afterManifest, MAX_SIGNATURE);
  const manifest = parseObject(manifestBytes);
  if (!manifest || typeof manifest.signedBy?.key !== 'string' || !readMultikey(manifest.signedBy.key)) {
    throw new PackError('form');
  }
  const holds = await verify(manifest.signedBy.key, concat(DOMAIN, manifestBytes), signature)
    .catch(() => { throw new PackError('browser'); });
  if (!holds) throw new PackError('changed');
  return {manifest, rest};
}

/** A part with its length before it, big-endian. */
function part(bytes, longest) {
  if (bytes.length < 4) throw new PackError('form');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length > longest || length > bytes.length - 4) throw new PackError('form');
  return [bytes.subarray(4, 4 + length), bytes.subarray(4 + length)];
}

/** An opened pack: what a desk knows of the chain. */
export class Pack {
  #records;
  #documents;

  constructor(manifest, header, records, documents) {
    this.manifest = manifest;
    /** `{height, hash, time}` of the header on which every record rests. */
    this.header = header;
    this.headerTime = parseStamp(manifest.headerTime);
    this.usableUntil = parseStamp(manifest.usableUntil);
    this.#records = records;
    this.#documents = documents;
  }

  static async read(manifest, content) {
    try {
      const reader = new Reader(content);
      if (u8(reader) !== VERSION) throw new PackError('form');
      const header = headerType(reader);
      // The header's canonical form, with a version of its own, which its hash is over.
      const hash = await sha256(concat(utf8('passerelle/header\0'), [1], content.subarray(1, reader.at)));
      const {records, documents} = contentAfterHeader(reader);
      if (!reader.isAtEnd || !agrees(manifest, header)) throw new PackError('form');
      const {height, time} = header;
      return new Pack(
        manifest, {height, time, hash: hex(hash)},
        new Map(records.map(({key, value}) => [key, value])), new Map(documents.map(({url, bytes}) => [url, bytes])),
      );
    } catch (error) {
      throw error instanceof PackError ? error : new PackError('form');
    }
  }

  get policy() {
    return this.manifest.policy;
  }

  /** How old the header is in milliseconds; never negative. */
  age(now) {
    return Math.max(0, now - this.headerTime);
  }

  isUsable(now) {
    return this.age(now) < (this.manifest.maximumAgeSeconds + 1) * 1_000 && now < this.usableUntil
      && this.headerTime <= now + MAX_AHEAD;
  }

  checkAge(now) {
    if (!this.isUsable(now)) throw new PackError('tooOld');
  }

  /** A record, `{value}` with nothing in it where the chain has none, or nothing where the pack does not say. */
  find(kind, ...parts) {
    const key = [kind, ...parts].join('/');
    if (!this.#records.has(key)) return null;
    const bytes = this.#records.get(key);
    return {value: bytes && readRecord(kind, bytes)};
  }

  /** The bytes at an address. */
  document(url) {
    return this.#documents.get(new URL(url).href);
  }
}

function agrees(manifest, header) {
  return manifest.chain === hex(header.chain) && manifest.height === header.height && isObject(manifest.policy)
    && Math.trunc(parseStamp(manifest.headerTime)) === header.time && parseStamp(manifest.usableUntil) !== null
    && Number.isSafeInteger(manifest.maximumAgeSeconds) && manifest.maximumAgeSeconds >= 0;
}
