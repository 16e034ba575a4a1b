// The report of a desk: nine checks on what was handed over, joined to one outcome as crates/verification/src/report.rs
// joins them. It fails closed: valid needs every required check to have passed.

import {sha256, utf8} from './bytes.js';
import {verifyCredential, verifyPresentation} from './credential.js';
import {also, CHECKS, fail, notChecked, ofFault, ofFaults, pass, restingOn} from './finding.js';
import {InputError, isPresentation, readInput} from './input.js';
import {NO_RECEIPT, prove} from './issue-time.js';
import {accreditation, key} from './issuer.js';
import {canonical} from './jcs.js';
import {askedClaims, enforce, policyFinding} from './policy.js';
import {evaluate, weigh} from './predicates.js';
import {checkSchema} from './schema.js';
import {checkStatus} from './status.js';
import {Fault} from './fault.js';
import {rfc3339} from './time.js';

/**
 * Checks text that was scanned, uploaded or pasted: `{outcome, checks, predicates, credentials}`.
 *
 * `code` is the desk's own `{nonce, audience}` where the text may answer it, otherwise null; `receipt` proves when the
 * credential was issued, where somebody handed one over. Throws `InputError` where the text is nothing that can be checked,
 * and `PackError` past the pack's age.
 */
export async function check({text, code, receipt = null, pack, policy, knowledge, now}) {
  pack.checkAge(now);
  // Block time may run a little ahead of our clock: what the header shows holds now.
  const world = {pack, knowledge, now, receipt, registryNow: Math.max(now, pack.header.time)};
  const input = readInput(text);
  if (isPresentation(input)) return ofPresentation(input, code, policy, world);
  const outcome = await verifyCredential(input, world);
  return join([await assess(outcome, notChecked('noPresentation'), policy, world)], policy, now);
}

async function ofPresentation(input, code, policy, world) {
  const required = policy.requires('holderBinding');
  const asked = {nonce: code?.nonce ?? null, audience: code?.audience ?? null, bound: required};
  const presented = await verifyPresentation(input, asked, world);
  const binding = holderBinding(presented, code !== null, required);
  if (presented.credentials.length === 0) return alone(presented, binding, policy, world.now);
  const around = faultsAround(presented);
  const assessed = [];
  for (const outcome of presented.credentials) {
    outcome.faults.push(...around);
    assessed.push(await assess(outcome, binding, policy, world));
  }
  return join(assessed, policy, world.now);
}

/** Whether the presentation was made by the holder, and for this occasion. */
function holderBinding({faults, holderKey, credentials}, occasionKnown, required) {
  const other = faults.filter(fault => fault.check !== 'form');
  const first = other.find(fault => !fault.unfinished) ?? other[0];
  if (first) return ofFault(first);
  if (holderKey === null) return notChecked('noPresentation');
  if (!occasionKnown) return notChecked('replayable');
  const bound = required || credentials.every(one => one.holderKey === holderKey);
  return bound ? pass('holderBound') : notChecked('presenterOnly');
}

/** A malformed presentation, or one whose signature could not be checked, leaves none of its credentials valid. */
function faultsAround({faults}) {
  const ofForm = faults.filter(fault => fault.check === 'form');
  return [...ofForm, ...faults.filter(fault => fault.unfinished).map(fault => fault.under('proof'))];
}

/** All nine checks of one credential. Nothing is looked up for, or shown of, what the issuer did not sign. */
async function assess(outcome, binding, policy, world) {
  const {faults} = outcome;
  const query = policy.queryFor(outcome.format, outcome.types);
  const form = ofFaults('form', faults, pass('wellFormed'));
  const proof = ofFaults('proof', faults, outcome.key ? pass('proofHolds') : notChecked('noKey'));
  const isAuthentic = form.result === 'pass' && proof.result === 'pass' && outcome.issuer !== null
    && !faults.some(fault => fault.check === 'issuerKey');
  const issued = isAuthentic ? await timeOfIssue(outcome, world) : NO_RECEIPT;
  const found = {form, proof, validity: validity(outcome, issued, world.now), holderBinding: binding};
  const rest = isAuthentic ? await lookUp({outcome, query, policy, issued, world}) : notReached(outcome);
  let findings = {...found, ...rest};
  if (isAuthentic) findings = enforce({policy, outcome, issued, findings, now: world.now});
  const record = isAuthentic ? world.pack.find('did', outcome.issuer)?.value : null;
  const organisation = record ? world.pack.find('org', record.organisation)?.value : null;
  return {
    checks: CHECKS.map(name => ({name, required: policy.requires(name), ...findings[name]})),
    claims: isAuthentic ? askedClaims(outcome, query) : null,
    types: outcome.types,
    issuer: outcome.issuer,
    issuerName: organisation?.name ?? null,
  };
}

/** What the receipt says about this very copy: the whole of it, or the part of an SD-JWT that the issuer signed. */
async function timeOfIssue({issuer, signedPart}, {pack, receipt}) {
  if (!issuer.startsWith('did:passerelle:')) {
    return receipt ? {state: 'contradicted', code: 'receiptOfAnotherIssuer'} : NO_RECEIPT;
  }
  const text = typeof signedPart === 'string' ? signedPart : canonical(signedPart);
  return prove({pack, issuer, digest: await sha256(utf8(text)), receipt});
}

async function lookUp({outcome, query, policy, issued, world}) {
  const isIssue = issued.state === 'proven';
  const when = {isIssue, at: isIssue ? issued.at : world.registryNow};
  return {
    issuerKey: issuerKey({outcome, issued, when, world}),
    accreditation: accreditation({outcome, policy, world, when}),
    schema: await checkSchema(outcome, world),
    status: await checkStatus(
      outcome, policy.json.statusEntry === true, world, text => verifyList(text, world),
    ),
    policy: policyFinding({policy, outcome, query, issued}),
  };
}

/** A status list is a credential as well; what cannot be read is one with a fault. */
async function verifyList(text, world) {
  try {
    return await verifyCredential(readInput(text), world);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return {faults: [new Fault('form', 'unreadable')]};
  }
}

function issuerKey({outcome, issued, when, world}) {
  const dated = finding => (issued.state === 'proven' ? also(finding, {
    issuedAt: rfc3339(issued.at), anchorSequence: issued.sequence, anchorHeight: issued.height,
    anchorHeaderHash: world.pack.header.hash,
  }) : finding);
  const named = finding => (outcome.verificationMethod === null
    ? dated(finding) : also(dated(finding), {verificationMethod: outcome.verificationMethod}));
  if (!outcome.issuer.startsWith('did:passerelle:')) return named(pass('keyOfIdentifier'));
  const proven = world.pack.find('did', outcome.issuer);
  if (!proven) return named(notChecked('notInPack'));
  const finding = key(proven.value, outcome.key.multikey, when);
  return named(restingOn(finding, {header: world.pack.header, now: world.now}));
}

function notReached(outcome) {
  const finding = notChecked('notReached');
  return {
    issuerKey: ofFaults('issuerKey', outcome.faults, finding),
    accreditation: finding, schema: finding, status: finding, policy: finding,
  };
}

function validity(outcome, issued, now) {
  const finding = also(ofFaults('validity', outcome.faults, pass('inForce')), {checkedAt: rfc3339(now)});
  const from = outcome.validFrom === null ? {} : {validFrom: rfc3339(outcome.validFrom)};
  const until = outcome.validUntil === null ? {} : {validUntil: rfc3339(outcome.validUntil)};
  const dated = issued.state === 'proven' ? {issuedAt: rfc3339(issued.at)} : {};
  return also(finding, {...from, ...until, ...dated});
}

/** A presentation without credentials proves who made it and nothing else. */
function alone(presented, binding, policy, now) {
  const of = name => ofFaults(name, presented.faults, pass('holds'));
  const asksForNothing = !policy.json.query;
  const proof = presented.holderKey === null && of('proof').result === 'pass' ? notChecked('noKey') : of('proof');
  const findings = {
    form: of('form'), proof, validity: of('validity'), holderBinding: binding,
    policy: asksForNothing ? pass('policyHolds') : fail('noCredential'),
  };
  const nothing = notChecked('nothingToCheck');
  const checks = CHECKS.map(name => ({
    name, required: policy.requires(name) && name in findings, ...(findings[name] ?? nothing),
  }));
  return weighed(checks, [], policy, now);
}

const BADNESS = {pass: 0, notChecked: 1, fail: 2};

/** By name, the worst result counts; of equals the last, as the binary has it. */
function join(credentials, policy, now) {
  const checks = CHECKS.map(name => credentials
    .map(one => one.checks.find(check => check.name === name))
    .reduce((worst, one) => (BADNESS[one.result] >= BADNESS[worst.result] ? one : worst)));
  return weighed(checks, credentials, policy, now);
}

/** With what the policy asks besides, which counts as a part of its own check. */
function weighed(checks, credentials, policy, now) {
  const predicates = evaluate(policy, credentials, now, outcomeOf);
  const all = checks.map(check => (check.name === 'policy' ? weigh(predicates, check) : check));
  return {outcome: outcomeOf(all), checks: all, predicates, credentials, policy: policy.title};
}

/** A failed check, required or not, is never outweighed; a required one that could not be made leaves the answer open. */
export function outcomeOf(checks) {
  if (checks.some(check => check.result === 'fail')) return 'invalid';
  const open = checks.some(check => check.required && check.result !== 'pass');
  return open || checks.length === 0 ? 'undetermined' : 'valid';
}
