// Reading borsh, the binary form of the chain's records and of packs. A reader takes bytes from the front; types are
// functions from a reader to a value, so that a record is described by one expression.

/** Bytes that are read once, from the front; reading beyond their end is a RangeError. */
export class Reader {
  #at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  get at() {
    return this.#at;
  }

  get isAtEnd() {
    return this.#at === this.bytes.length;
  }

  take(length) {
    if (length > this.bytes.length - this.#at) throw new RangeError('bytes are missing');
    const taken = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}

const view = bytes => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const u8 = reader => reader.take(1)[0];
export const u32 = reader => view(reader.take(4)).getUint32(0, true);

/** Heights, versions and times in milliseconds, all far below 2^53. */
export function u64(reader) {
  const value = view(reader.take(8)).getBigUint64(0, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('too large a number');
  return Number(value);
}

/** A u64 whose value nobody here reads. */
export const anyU64 = reader => reader.take(8);

export const fixed = length => reader => reader.take(length);
export const bytes = reader => reader.take(u32(reader));
export const string = reader => new TextDecoder('utf-8', {fatal: true}).decode(bytes(reader));

export function flag(reader) {
  const value = u8(reader);
  if (value > 1) throw new RangeError('neither yes nor no');
  return value === 1;
}

export const option = type => reader => (flag(reader) ? type(reader) : null);

/** A name for each discriminant, from 0. */
export const oneOf = (...names) => reader => {
  const name = names[u8(reader)];
  if (name === undefined) throw new RangeError('an unknown variant');
  return name;
};

export const list = type => reader => {
  const count = u32(reader);
  // Every element has at least one byte: a count beyond the bytes is refused before anything is made of it.
  if (count > reader.bytes.length - reader.at) throw new RangeError('too many elements');
  return Array.from({length: count}, () => type(reader));
};

export const struct = members => reader =>
  Object.fromEntries(Object.entries(members).map(([name, type]) => [name, type(reader)]));

/** A whole canonical value: its version, the value, and nothing behind it. */
export function canonical(type, version, input) {
  const reader = new Reader(input);
  if (u8(reader) !== version) throw new RangeError('another version');
  const value = type(reader);
  if (!reader.isAtEnd) throw new RangeError('bytes behind the value');
  return value;
}
