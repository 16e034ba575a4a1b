// The records of the chain that a desk reads, as crates/registry-types/src/record.rs writes them. Times are block times
// in milliseconds; intervals hold their beginning and not their end.

import {
  anyU64, bytes, canonical, fixed, flag, list, oneOf, option, string, struct, u8, u32, u64,
} from './borsh.js';

const hash = fixed(32);
const standing = oneOf('active', 'suspended', 'removed');
const stop = struct({multikey: option(string), from: u64, until: option(u64), confirmed: option(u64)});

const organisation = struct({
  id: string,
  name: string,
  status: standing,
  seats: struct({governor: flag, validator: flag, issuer: flag}),
  keys: list(struct({publicKey: hash, role: oneOf('govern', 'did', 'operate'), from: u64, until: option(u64)})),
  did: option(string),
  admitted: u64,
  admittedBy: string,
  charter: u32,
  standings: list(struct({status: standing, from: u64})),
});

const relationship = oneOf(
  'authentication', 'assertionMethod', 'keyAgreement', 'capabilityInvocation', 'capabilityDelegation',
);

const did = struct({
  organisation: string,
  role: oneOf('organisation', 'service'),
  versions: list(struct({
    from: u64,
    until: option(u64),
    keys: list(struct({
      fragment: string, multikey: string, relationships: list(relationship), compromisedAt: option(u64),
    })),
    services: list(struct({fragment: string, kind: string, endpoint: string})),
  })),
  deactivated: option(u64),
  stops: list(stop),
  recovered: list(u32),
});

const accreditation = struct({
  issuer: string,
  type: string,
  intervals: list(struct({
    from: u64, until: option(u64), speaksFor: list(string), grantedBy: string, parent: option(string), delegation: u8,
  })),
  suspensions: list(struct({from: u64, until: option(u64), byGovernors: flag})),
});

const schema = struct({digest: hash, owner: string, registered: u64});
const status = struct({digest: hash, version: u64, published: u64});

const anchor = struct({
  root: hash, leafCount: u32, kind: oneOf('credentials', 'evidence', 'audit', 'documents'), height: u64, time: u64,
});

/** By the first part of a record's key (crates/registry-types/src/state_key.rs). */
const KINDS = {org: organisation, did, accreditation, schema, status, anchor};

/** A record from its bytes; RangeError or TypeError where they are none. */
export const readRecord = (kind, input) => canonical(KINDS[kind], 1, input);

/** Whether a time lies in an interval. */
export const holds = ({from, until}, time) => from <= time && (until === null || time < until);

export const header = struct({
  chain: hash,
  height: u64,
  time: u64,
  proposer: fixed(20),
  previous: hash,
  dataHash: hash,
  stateRoot: hash,
  validatorsHash: hash,
  nextValidatorsHash: hash,
  lastCommitHash: hash,
  lastCommitRound: u32,
});

const certificate = struct({
  height: u64, round: u32, headerHash: hash, signatures: list(struct({validator: fixed(20), signature: fixed(64)})),
});
const validators = list(struct({publicKey: hash, power: anyU64, owner: string, host: string}));
const provenValue = struct({value: bytes, mapProof: bytes});
const restart = struct({
  plan: struct({chain: hash, height: u64, headerHash: hash, stateRoot: hash, validators}),
  signatures: list(struct({organisation: string, publicKey: hash, signature: fixed(64)})),
  governors: provenValue,
  organisations: list(provenValue),
});

/** What is inside a pack (crates/pack/src/content.rs). The header is read by itself, since its bytes are hashed. */
export const contentAfterHeader = struct({
  certificate,
  validators,
  changes: list(struct({header, certificate, next: validators, restart: option(restart)})),
  records: list(struct({key: string, value: option(bytes)})),
  tree: struct({shape: bytes, hashes: list(hash)}),
  documents: list(struct({url: string, bytes})),
});
