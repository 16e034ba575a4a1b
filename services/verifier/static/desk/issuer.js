// Whether the issuer's key and accreditation held when the credential was issued, as crates/verification/src/issuer.rs and
// delegation.rs decide. Where a receipt proves that time, it counts; without one, both must hold now. `when` is
// `{at, isIssue}`.

import {also, fail, notChecked, notInPack, pass, restingOn} from './finding.js';
import {holds} from './records.js';
import {rfc3339} from './time.js';

/** Levels below the governors' own grant. */
const MAX_DELEGATION = 8;
export const VERIFIABLE_CREDENTIAL = 'https://www.w3.org/2018/credentials#VerifiableCredential';

/** Whether the key that signed was one of the issuer's assertion keys at that time, and neither stolen nor stopped. */
export function key(record, multikey, when) {
  if (!record) return fail('issuerUnknown');
  const asserts = one => one.multikey === multikey && one.relationships.includes('assertionMethod');
  const holders = record.versions.filter(version => version.keys.some(asserts));
  if (holders.length === 0) return fail('keyNotIssuers');
  const thefts = record.versions.flatMap(version => version.keys)
    .filter(one => one.multikey === multikey && one.compromisedAt !== null).map(one => one.compromisedAt);
  const stolen = thefts.length > 0 ? Math.min(...thefts) : null;
  if (stolen !== null && !(when.isIssue && when.at < stolen)) return fail('keyCompromised', {compromisedAt: rfc3339(stolen)});
  const stop = record.stops.find(one => [null, multikey].includes(one.multikey) && holds(one, when.at));
  if (stop) return fail(stop.multikey === null ? 'issuerStopped' : 'keyStopped', {stoppedAt: rfc3339(stop.from)});
  if (record.deactivated !== null && record.deactivated <= when.at) {
    return fail('issuerDeactivated', {deactivatedAt: rfc3339(record.deactivated)});
  }
  const finding = whetherHeld(holders, when);
  const retired = holders.at(-1).until;
  return retired === null ? finding : also(finding, {retiredAt: rfc3339(retired)});
}

function whetherHeld(holders, {at, isIssue}) {
  const held = holders.some(version => holds(version, at));
  if (!isIssue) return held ? pass('keyHoldsNow') : fail('keyRetired');
  if (held) return pass('keyHeldAtIssue');
  return fail(at < holders[0].from ? 'keyNotYetHeld' : 'keyRetiredBeforeIssue');
}

/** The worst finding over the credential's types that the policy asks for. */
export function accreditation({outcome, policy, world, when}) {
  const required = policy.requires('accreditation');
  if (!outcome.issuer.startsWith('did:passerelle:')) {
    return required ? fail('notAccredited') : notChecked('accreditationOptional');
  }
  const wanted = policy.types();
  const types = outcome.types.filter(type => type !== VERIFIABLE_CREDENTIAL)
    .filter(type => wanted.size === 0 || wanted.has(type));
  let worst = fail('noType');
  for (const type of types) {
    worst = also(forType({type, outcome, world, when}), {type});
    if (worst.result !== 'pass') break;
  }
  if (required || worst.result === 'pass') return worst;
  return {...notChecked('accreditationOptional'), evidence: {...worst.evidence, registrySays: worst.code}};
}

function forType({type, outcome, world, when}) {
  const proven = world.pack.find('accreditation', outcome.issuer, type);
  if (!proven) return notInPack();
  const organisation = world.knowledge.organisationOf(type, outcome.claims);
  const own = ofIssuer(proven.value, organisation, when);
  const finding = own.result === 'pass' ? wholeChain(own, outcome.issuer, type, when.at, world.pack) : own;
  const resting = restingOn(finding, {header: world.pack.header, now: world.now});
  return organisation === null ? resting : also(resting, {speaksFor: organisation});
}

const isSuspended = (record, at) => record.suspensions.some(one => holds(one, at));

function ofIssuer(record, organisation, {at, isIssue}) {
  if (!record) return fail('notAccredited');
  const interval = record.intervals.find(one => holds(one, at));
  if (interval && isSuspended(record, at)) return fail('accreditationSuspended');
  if (!interval && isIssue) return fail('notAccreditedAtIssue', {issuedAt: rfc3339(at)});
  if (!interval) {
    const ended = record.intervals.findLast(one => one.until !== null)?.until;
    return ended === undefined ? fail('notAccredited') : fail('accreditationWithdrawn', {endedAt: rfc3339(ended)});
  }
  if (organisation === null) return fail('organisationMissing');
  if (!interval.speaksFor.includes(organisation)) return fail('otherOrganisation');
  const finding = pass('accredited', {grantedBy: interval.grantedBy, accreditedSince: rfc3339(interval.from)});
  return isIssue ? also(finding, {issuedAt: rfc3339(at)}) : finding;
}

/** The accreditations that the issuer's own hangs on, up to the governors' grant; each link must hold then. */
function wholeChain(own, issuer, type, at, pack) {
  const through = [];
  let [did, below] = [issuer, null];
  for (let level = 0; level <= MAX_DELEGATION; level += 1) {
    const link = readLink(pack, did, type);
    if (!link) return notInPack();
    const broken = whyNot(link, did, type, at);
    if (broken) return fail(broken);
    const interval = link.accreditation.intervals.find(one => holds(one, at));
    if (below) {
      const mayHandOn = interval.delegation > below.delegation
        && below.speaksFor.every(one => interval.speaksFor.includes(one));
      if (!mayHandOn) return fail('delegationBroken');
      through.push(did);
    }
    if (interval.parent === null) return through.length === 0 ? own : also(own, {through});
    [did, below] = [interval.parent, interval];
  }
  return fail('delegationBroken');
}

/** The three records of a link; nothing where the pack does not hold one of them. */
function readLink(pack, did, type) {
  const found = {accreditation: pack.find('accreditation', did, type), did: pack.find('did', did)};
  if (!found.accreditation || !found.did) return null;
  const organisation = found.did.value ? pack.find('org', found.did.value.organisation) : {value: null};
  return organisation && {
    accreditation: found.accreditation.value, did: found.did.value, organisation: organisation.value,
  };
}

function whyNot({accreditation: record, did, organisation}, issuer, type, at) {
  if (!record || record.issuer !== issuer || record.type !== type) return 'delegationBroken';
  if (!record.intervals.some(one => holds(one, at))) return 'delegationBroken';
  if (isSuspended(record, at)) return 'accreditationSuspended';
  if (!did?.versions.some(version => holds(version, at))) return 'issuerDeactivated';
  if (did.stops.some(stop => stop.multikey === null && holds(stop, at))) return 'issuerStopped';
  const standing = organisation?.id === did.organisation
    ? organisation.standings.findLast(one => one.from <= at)?.status : undefined;
  return standing === 'active' ? null : 'notMember';
}
