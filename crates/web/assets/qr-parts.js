// One text in several QR codes. The form is that of crates/paper/README.md, "A sequence".
const PREFIX = 'PASSERELLE:';
const MAX_PARTS = 32;
const MAX_PIECE = 600;
const MAX_BYTES = 64 * 1024;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** Puts the parts of one answer together; a part of another answer begins anew. */
export class Parts {
  constructor() {
    this.digest = null;
    this.pieces = new Map();
    this.count = 0;
  }

  get have() {
    return this.pieces.size;
  }

  /** The whole answer once every part is there and its digest fits; the code itself where it is no part. */
  async add(code) {
    if (!code.startsWith(PREFIX)) return code;
    const part = /^([1-9]\d?)\/([1-9]\d?):([0-9A-F]{16}):(.*)$/.exec(code.slice(PREFIX.length));
    const [number, count] = part ? [Number(part[1]), Number(part[2])] : [0, 0];
    if (!part || number > count || count > MAX_PARTS || part[4].length > MAX_PIECE) return null;
    const digest = part[3];
    if (digest !== this.digest || count !== this.count) {
      this.pieces.clear();
      this.digest = digest;
      this.count = count;
    }
    this.pieces.set(number, part[4]);
    if (this.pieces.size < count) return null;
    const encoded = Array.from({length: count}, (_, index) => this.pieces.get(index + 1)).join('');
    const bytes = await inflate(base45(encoded)).catch(() => null);
    if (!bytes || await begins(bytes) !== digest) return null;
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  }
}

/** RFC 9285: three characters for two bytes, two for a last one. */
export function base45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = Array.from(text.slice(at, at + 3), character => ALPHABET.indexOf(character));
    const value = digits.reduce((sum, digit, place) => sum + digit * 45 ** place, 0);
    const whole = digits.length === 3;
    if (digits.length < 2 || digits.includes(-1) || value > (whole ? 0xffff : 0xff)) throw new TypeError('not base45');
    if (whole) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return new Uint8Array(bytes);
}

/** Decompresses zlib, and no further than an answer may be long. */
async function inflate(bytes) {
  // Chromium before 80 cannot: there a text in several codes is no text, and one in a single code is read.
  if (!self.DecompressionStream) throw new TypeError('not deflated here');
  const reader = new Response(bytes).body.pipeThrough(new DecompressionStream('deflate')).getReader();
  const chunks = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > MAX_BYTES) {
      await reader.cancel();
      throw new RangeError('too long');
    }
    chunks.push(next.value);
  }
  return new Uint8Array(await new Response(new Blob(chunks)).arrayBuffer());
}

/** The first eight bytes of SHA-256 in upper-case hexadecimal. */
async function begins(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash.subarray(0, 8), byte => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
}
