// What one check found, as crates/verification/src/finding.rs has it: a result, a stable code, evidence.

import {rfc3339} from './time.js';

/** The names of all checks, in the order of a report. */
export const CHECKS = [
  'form', 'proof', 'issuerKey', 'accreditation', 'schema', 'validity', 'status', 'holderBinding', 'policy',
];

export const pass = (code, evidence = {}) => ({result: 'pass', code, evidence});
export const fail = (code, evidence = {}) => ({result: 'fail', code, evidence});
export const notChecked = (code, evidence = {}) => ({result: 'notChecked', code, evidence});

/** The pack says nothing about it. */
export const notInPack = () => notChecked('notInPack');

export const also = (finding, evidence) => ({...finding, evidence: {...finding.evidence, ...evidence}});

/** Names the header on which a finding rests, and how old it was. */
export function restingOn(finding, {header, now}) {
  return also(finding, {
    headerHeight: header.height,
    headerHash: header.hash,
    headerTime: rfc3339(header.time),
    headerAgeSeconds: Math.max(0, Math.trunc((now - header.time) / 1_000)),
  });
}

export function ofFault(fault) {
  const finding = fault.unfinished ? notChecked(fault.code) : fail(fault.code);
  return fault.at ? also(finding, {at: fault.at}) : finding;
}

/** The finding of a check for which only faults count: none is a pass. Failures go before what stayed open. */
export function ofFaults(check, faults, passed) {
  const own = faults.filter(fault => fault.check === check);
  const first = own.find(fault => !fault.unfinished) ?? own[0];
  return first ? ofFault(first) : passed;
}
