// One answer in several QR codes. The form is that of crates/pack/README.md, "Paper".
const PREFIX = 'PASSERELLE:';
const MAX_PARTS = 32;

/** Puts the parts of one answer together; a part of another answer begins anew. */
export class Parts {
  #digest = null;
  #parts = new Map();
  count = 0;

  get have() {
    return this.#parts.size;
  }

  /** The whole answer once every part is there and its digest fits; the text itself where it is no part. */
  async add(text) {
    if (!text.startsWith(PREFIX)) return text;
    const [place, digest, ...rest] = text.slice(PREFIX.length).split(':');
    const [number, count] = place.split('/').map(Number);
    const sound = Number.isInteger(number) && Number.isInteger(count) && number >= 1 && number <= count && count <= MAX_PARTS;
    if (!sound || !/^[0-9a-f]{16}$/.test(digest ?? '')) return null;
    if (digest !== this.#digest || count !== this.count) {
      this.#parts.clear();
      this.#digest = digest;
      this.count = count;
    }
    this.#parts.set(number, rest.join(':'));
    if (this.#parts.size < count) return null;
    const whole = Array.from({length: count}, (_, index) => this.#parts.get(index + 1)).join('');
    return await begins(whole) === digest ? whole : null;
  }
}

/** The first eight bytes of SHA-256 in hexadecimal. */
async function begins(text) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(hash.subarray(0, 8), byte => byte.toString(16).padStart(2, '0')).join('');
}
