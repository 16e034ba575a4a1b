// The desk's own codes: what a wallet signs, so that a copy of an answer is worth nothing. They live in the page alone.

import {toBase64url} from './bytes.js';

/** How long a wallet may take to answer, in milliseconds. */
const LASTS = 600_000;

export class Codes {
  #made = new Map();

  /** `audience` is the name under which the verifier that made the pack asks online as well. */
  constructor(signerDid) {
    this.audience = `decentralized_identifier:${signerDid}`;
  }

  /** A code for the next person. */
  next(now) {
    const nonce = toBase64url(crypto.getRandomValues(new Uint8Array(32)));
    this.#made.set(nonce, now);
    return {nonce, audience: this.audience};
  }

  /** A code counts once, and only while it is young. */
  useUp(nonce, now) {
    const made = this.#made.get(nonce);
    this.#made.delete(nonce);
    return made !== undefined && now - made <= LASTS && now >= made;
  }
}

/** What the QR code says; both values need no escaping. */
export const codeText = ({nonce, audience}) => `passerelle-desk:?nonce=${nonce}&audience=${audience}`;
