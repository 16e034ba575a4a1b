// The form of a policy that this page knows to the last member, as crates/verification/src/policy.rs writes it into a
// pack.

import {CHECKS} from './finding.js';
import {isObject} from './json.js';

const isText = value => typeof value === 'string';
const isFlag = value => typeof value === 'boolean';
/** At most what the binary has room for. */
const isCount = value => Number.isInteger(value) && value >= 0 && value < 2 ** 32;
const oneOf = (...known) => value => known.includes(value);
const listOf = is => value => Array.isArray(value) && value.every(is);
const isNull = value => value === null;
const either = (...kinds) => value => kinds.some(is => is(value));

/** An object that has all of `members`, some of `optional`, and no other. */
const objectOf = (members, optional = {}) => value => isObject(value)
  && Object.keys(members).every(name => Object.hasOwn(value, name))
  && Object.entries(value).every(([name, one]) => [members, optional]
    .some(known => Object.hasOwn(known, name) && known[name](one)));

const isClaim = objectOf(
  {path: listOf(either(isText, isCount, isNull))},
  {id: isText, values: listOf(either(isText, isFlag, Number.isSafeInteger))},
);

/** OpenID4VP 1.0, 6.1. `trusted_authorities` are for the local desk, and so are formats that this page never reads. */
const isQuery = objectOf({
  id: isText,
  format: oneOf('dc+sd-jwt', 'ldp_vc', 'vc+jwt', 'vc+sd-jwt', 'vc+cose'),
  meta: objectOf({}, {vct_values: listOf(isText), type_values: listOf(listOf(isText))}),
}, {
  multiple: isFlag,
  require_cryptographic_holder_binding: isFlag,
  claims: listOf(isClaim),
  claim_sets: listOf(listOf(isText)),
});

const isSet = objectOf({options: listOf(listOf(isText))}, {required: isFlag});

const isPredicate = either(
  objectOf({currentStaff: objectOf({})}),
  objectOf({clearedTo: objectOf({level: oneOf('unclassified', 'confidential', 'strictly-confidential')})}),
  objectOf({trained: objectOf({course: isText, withinDays: isCount})}),
);

const areRules = objectOf({}, {
  issuers: listOf(isText),
  statusMaxAgeSeconds: isCount,
  chainMaxAgeSeconds: isCount,
  validity: objectOf({}, {minRemainingSeconds: isCount, maxSinceIssueSeconds: isCount}),
  predicates: listOf(isPredicate),
  // About answers of wallets; nothing of it is to be seen on what is handed over.
  holderAssurance: objectOf({least: oneOf('passkey'), below: oneOf('refuse', 'anotherWay')}),
});

export const isKnownPolicy = objectOf({
  name: isText,
  version: isCount,
  title: isText,
  description: isText,
  purpose: isText,
  required: listOf(oneOf(...CHECKS)),
  statusEntry: isFlag,
  anchored: isFlag,
  claimsRetentionSeconds: Number.isSafeInteger,
}, {
  purposeCode: isText,
  query: objectOf({credentials: listOf(isQuery)}, {credential_sets: listOf(isSet)}),
  rules: areRules,
});
