// Bytes and their text forms, read strictly: one text for each value.

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BASE64URL = /^[A-Za-z0-9_-]*$/;

export const utf8 = text => new TextEncoder().encode(text);

/** Text, or a TypeError where the bytes are no UTF-8. A byte order mark is kept, so that it is found. */
export const text = bytes => new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);

export const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');

export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export const same = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

export function toBase64url(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** RFC 4648, 5 without padding; nothing where the text is another one than the bytes would be written as. */
export function fromBase64url(encoded) {
  if (!BASE64URL.test(encoded) || encoded.length % 4 === 1) return null;
  const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, character => character.charCodeAt(0));
  // Bits that stand for nothing must be zero (RFC 4648, 3.5).
  return toBase64url(bytes) === encoded ? bytes : null;
}

/** Base58btc, at most `longest` characters since decoding is quadratic; nothing where it is none. */
export function fromBase58(encoded, longest) {
  if (encoded.length > longest) return null;
  let value = 0n;
  for (const character of encoded) {
    const digit = BASE58.indexOf(character);
    if (digit < 0) return null;
    value = value * 58n + BigInt(digit);
  }
  const bytes = [];
  for (; value > 0n; value >>= 8n) bytes.unshift(Number(value & 0xffn));
  const zeros = /^1*/.exec(encoded)[0].length;
  return new Uint8Array([...new Array(zeros).fill(0), ...bytes]);
}

export function toBase58(bytes) {
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let encoded = '';
  for (; value > 0n; value /= 58n) encoded = BASE58[Number(value % 58n)] + encoded;
  const zeros = bytes.findIndex(byte => byte !== 0);
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + encoded;
}

/** Decompresses `gzip` or `deflate` (zlib), and no further than `longest` bytes: a bomb ends there, by a RangeError. */
export async function decompress(bytes, format, longest) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const chunks = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > longest) {
      await reader.cancel();
      throw new RangeError('longer than stated');
    }
    chunks.push(next.value);
  }
  return concat(...chunks);
}
