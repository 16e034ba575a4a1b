// Whether a credential is suspended or revoked, by the pack's lists, whose digests the issuer registered on the chain
// (crates/verification/src/status.rs).

import {decompress, fromBase64url, hex, sha256, text as decode} from './bytes.js';
import {faultOf} from './fault.js';
import {also, fail, notChecked, notInPack, pass, restingOn} from './finding.js';
import {checkDates, checkSignature, checkType, kindOf, takeApart} from './jws.js';
import {didOf, keysOfToken} from './did.js';
import {whichSigned} from './keys.js';
import {rfc3339} from './time.js';

const MAX_ENTRIES = 8;
const MAX_LIST = 8 * 1024 * 1024;
/** Bitstring Status List 1.0, 3.1. */
const MIN_ENTRIES = 131_072;
const MAX_MESSAGE = 200;
const LIST_TYPE = 'https://www.w3.org/ns/credentials/status#BitstringStatusListCredential';

/** Carries the finding of a list that could not be used. */
class NoList extends Error {
  constructor(finding) {
    super(finding.code);
    this.finding = finding;
  }
}

/** The finding of the check `status`. `verifyList` verifies a list that is a credential. */
export async function checkStatus(outcome, entryRequired, world, verifyList) {
  const unknown = outcome.status.find(one => one.kind === 'other');
  if (unknown) return notChecked('statusTypeUnknown', {statusType: unknown.type});
  const decides = one => one.kind === 'token' || ['revocation', 'suspension'].includes(one.purpose);
  const entries = outcome.status.filter(decides).slice(0, MAX_ENTRIES);
  if (entries.length === 0) return entryRequired ? fail('noStatus') : pass('noStatus');
  const lists = new Lists(outcome.issuer, world, verifyList);
  let worst = null;
  for (const entry of entries) {
    const finding = await lookUp(entry, lists, world);
    if (!worst || isWorse(finding, worst)) worst = finding;
  }
  if (severity(worst) < 3) return worst;
  const message = await messageOf(outcome.status, lists);
  return message === null ? worst : also(worst, {statusMessage: message});
}

async function lookUp(entry, lists, world) {
  const statusList = place(entry.url);
  try {
    const {list, record} = await lists.find(entry);
    const finding = also(read(list, entry), {statusList});
    if (!record) return also(finding, {onChain: false});
    return restingOn(also(finding, {
      listVersion: record.version,
      listDigest: hex(record.digest),
      listPublishedAt: rfc3339(record.published),
      listAgeSeconds: Math.max(0, Math.trunc((world.now - record.published) / 1_000)),
    }), {header: world.pack.header, now: world.now});
  } catch (error) {
    if (error instanceof NoList) return also(error.finding, {statusList});
    throw error;
  }
}

/** Revoked outweighs suspended, a failure outweighs what stayed open; of two that say the same the older list counts. */
function isWorse(one, other) {
  const [left, right] = [severity(one), severity(other)];
  const age = finding => finding.evidence.listAgeSeconds ?? -1;
  return left > right || (left === right && age(one) > age(other));
}

function severity({result, code}) {
  if (result !== 'fail') return result === 'pass' ? 0 : 1;
  return {revoked: 4, suspended: 3}[code] ?? 2;
}

/** What the issuer adds to a status that is lost. It decides nothing, so where it cannot be read there is none. */
async function messageOf(statuses, lists) {
  const entry = statuses.slice(0, MAX_ENTRIES).find(one => one.purpose === 'message');
  if (!entry) return null;
  const found = await lists.find(entry).catch(error => {
    if (error instanceof NoList) return null;
    throw error;
  });
  const value = found?.list.purposes.includes('message') ? valueAt(found.list, entry.index) : undefined;
  const said = value !== undefined
    && entry.messages.find(({status}) => /^0x[0-9a-fA-F]{1,2}$/.test(status) && parseInt(status, 16) === value);
  return said ? [...said.message].slice(0, MAX_MESSAGE).join('') : null;
}

function read(list, {kind, purpose, index}) {
  const value = valueAt(list, index);
  if (value === undefined) return fail('statusIndex');
  if (kind === 'bitstring') {
    if (!list.purposes.includes(purpose)) return fail('statusPurpose');
    if (value === 0) return pass('notRevoked');
    return fail(purpose === 'suspension' ? 'suspended' : 'revoked');
  }
  // Token Status List, 7.1: 0 valid, 1 invalid, 2 suspended; the others are the application's own.
  return [pass('notRevoked'), fail('revoked'), fail('suspended')][value] ?? fail('statusUnknown');
}

/** The value of an entry of 1, 2, 4 or 8 bits; nothing beyond the list. */
function valueAt({bytes, bits, leftmostFirst}, index) {
  const perByte = 8 / bits;
  const byte = bytes[Math.floor(index / perByte)];
  const place = index % perByte;
  const shift = (leftmostFirst ? perByte - 1 - place : place) * bits;
  return byte === undefined ? undefined : (byte >> shift) & (0xff >> (8 - bits));
}

class Lists {
  constructor(issuer, world, verifyList) {
    Object.assign(this, {issuer, world, verifyList, onChain: issuer.startsWith('did:passerelle:')});
  }

  /** The list behind an entry, verified, and its record on the chain. */
  async find(entry) {
    const record = this.onChain ? this.#record(entry.url) : null;
    const bytes = this.world.pack.document(entry.url);
    if (!bytes) throw new NoList(notChecked('statusListUnreachable'));
    if (record && hex(await sha256(bytes)) !== hex(record.digest)) {
      throw new NoList(fail('statusListMismatch', {listVersion: record.version, listDigest: hex(record.digest)}));
    }
    const list = entry.kind === 'token' ? await this.#token(bytes, entry.url) : await this.#bitstring(bytes, entry);
    return {list, record};
  }

  #record(url) {
    const proven = this.world.pack.find('status', this.issuer, url);
    if (!proven) throw new NoList(notInPack());
    if (proven.value) return proven.value;
    throw new NoList(restingOn(fail('statusListUnregistered'), {header: this.world.pack.header, now: this.world.now}));
  }

  /** Token Status List, 5.1: signed by the issuer, about the URI that the token refers to. */
  async #token(bytes, url) {
    const token = asText(bytes).trim();
    // A list as CWT is for the local desk.
    if (!token.startsWith('ey')) throw new NoList(notChecked('statusListUnverified'));
    let claims, key, signer;
    this.#sound(await faultOf(async () => {
      const parts = takeApart(token);
      kindOf(parts.header);
      checkType(parts.header, 'statuslist+jwt');
      const kid = typeof parts.header.kid === 'string' ? parts.header.kid : '';
      const signed = await whichSigned(
        keysOfToken(kid, 'assertionMethod', this.world.pack), one => checkSignature(parts, one),
      );
      if (signed.fault) throw signed.fault;
      checkDates(parts.claims, this.world.now);
      [claims, key, signer] = [parts.claims, signed.key, didOf(kid)];
    }));
    if (signer !== this.issuer || claims.sub !== url || !this.#usable(key)) throw new NoList(fail('statusListUntrusted'));
    const {bits, lst} = claims.status_list ?? {};
    return {bits, bytes: await this.#decode(lst, 'deflate', bits), purposes: [], leftmostFirst: false};
  }

  async #bitstring(bytes, {url, bits}) {
    const list = await this.verifyList(asText(bytes));
    const faults = list.faults.filter(fault => !(this.onChain && isElsewhere(fault)));
    this.#sound(faults[0] ?? null);
    const key = list.key ?? {isStolen: false};
    const {id} = list.credential;
    const isThis = list.issuer === this.issuer && this.#usable(key) && list.types.includes(LIST_TYPE)
      && (typeof id !== 'string' || id === url);
    if (!isThis) throw new NoList(fail('statusListUntrusted'));
    const {encodedList, statusPurpose} = list.claims ?? {};
    const purposes = [statusPurpose].flat().filter(one => typeof one === 'string');
    const isText = typeof encodedList === 'string' && encodedList.startsWith('u');
    if (!isText || statusPurpose === undefined) throw new NoList(fail('statusListMalformed'));
    const decoded = await this.#decode(encodedList.slice(1), 'gzip', bits);
    if (decoded.length * (8 / bits) < MIN_ENTRIES) throw new NoList(fail('statusListLength'));
    return {bits, bytes: decoded, purposes, leftmostFirst: true};
  }

  async #decode(encoded, format, bits) {
    const malformed = () => new NoList(fail('statusListMalformed'));
    const isSound = typeof encoded === 'string' && encoded.length <= MAX_LIST * 1.5 && [1, 2, 4, 8].includes(bits);
    const packed = isSound ? fromBase64url(encoded) : null;
    if (!packed) throw malformed();
    return decompress(packed, format, MAX_LIST).catch(() => { throw malformed(); });
  }

  #sound(fault) {
    if (!fault) return;
    throw new NoList(fault.unfinished
      ? notChecked('statusListUnverified', {fault: fault.code}) : fail('statusListUntrusted', {fault: fault.code}));
  }

  /** A list whose digest is on the chain is the issuer's even if its key was rotated since; a stolen key's is not. */
  #usable(key) {
    return !key.isStolen;
  }
}

/** The digest on the chain, which only the issuer can register, vouches for a list whose suite this page does not know. */
const isElsewhere = fault => fault.code === 'onlyAtLocalDesk' && fault.check === 'proof';

function asText(bytes) {
  try {
    return decode(bytes);
  } catch {
    throw new NoList(fail('statusListMalformed'));
  }
}

/** Where a list is, without what could point to a person. */
function place(address) {
  const url = new URL(address);
  [url.search, url.hash, url.username, url.password] = ['', '', '', ''];
  return url.href;
}
