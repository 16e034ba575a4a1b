// Whether the issuer's key and accreditation hold at the time of checking, as crates/verification/src/issuer.rs and
// delegation.rs decide. This page takes no receipts, so nothing proves an earlier time of issue, and both must hold now.

import {also, fail, notChecked, notInPack, pass, restingOn} from './finding.js';
import {holds} from './records.js';
import {rfc3339} from './time.js';

/** Levels below the governors' own grant. */
const MAX_DELEGATION = 8;
export const VERIFIABLE_CREDENTIAL = 'https://www.w3.org/2018/credentials#VerifiableCredential';

/** Whether the key that signed is one of the issuer's assertion keys now, and neither stolen nor stopped. */
export function key(record, multikey, now) {
  if (!record) return fail('issuerUnknown');
  const asserts = one => one.multikey === multikey && one.relationships.includes('assertionMethod');
  const holders = record.versions.filter(version => version.keys.some(asserts));
  if (holders.length === 0) return fail('keyNotIssuers');
  const thefts = record.versions.flatMap(version => version.keys)
    .filter(one => one.multikey === multikey && one.compromisedAt !== null).map(one => one.compromisedAt);
  if (thefts.length > 0) return fail('keyCompromised', {compromisedAt: rfc3339(Math.min(...thefts))});
  const stop = record.stops.find(one => [null, multikey].includes(one.multikey) && holds(one, now));
  if (stop) return fail(stop.multikey === null ? 'issuerStopped' : 'keyStopped', {stoppedAt: rfc3339(stop.from)});
  if (record.deactivated !== null && record.deactivated <= now) {
    return fail('issuerDeactivated', {deactivatedAt: rfc3339(record.deactivated)});
  }
  const finding = holders.some(version => holds(version, now)) ? pass('keyHoldsNow') : fail('keyRetired');
  const retired = holders.at(-1).until;
  return retired === null ? finding : also(finding, {retiredAt: rfc3339(retired)});
}

/** The worst finding over the credential's types that the policy asks for. */
export function accreditation({outcome, policy, world}) {
  const required = policy.requires('accreditation');
  if (!outcome.issuer.startsWith('did:passerelle:')) {
    return required ? fail('notAccredited') : notChecked('accreditationOptional');
  }
  const wanted = policy.types();
  const types = outcome.types.filter(type => type !== VERIFIABLE_CREDENTIAL)
    .filter(type => wanted.size === 0 || wanted.has(type));
  let worst = fail('noType');
  for (const type of types) {
    worst = also(forType(type, outcome, world), {type});
    if (worst.result !== 'pass') break;
  }
  if (required || worst.result === 'pass') return worst;
  return {...notChecked('accreditationOptional'), evidence: {...worst.evidence, registrySays: worst.code}};
}

function forType(type, outcome, world) {
  const proven = world.pack.find('accreditation', outcome.issuer, type);
  if (!proven) return notInPack();
  const organisation = world.knowledge.organisationOf(type, outcome.claims);
  const now = world.registryNow;
  const own = ofIssuer(proven.value, organisation, now);
  const finding = own.result === 'pass' ? wholeChain(own, outcome.issuer, type, now, world.pack) : own;
  const resting = restingOn(finding, {header: world.pack.header, now: world.now});
  return organisation === null ? resting : also(resting, {speaksFor: organisation});
}

const isSuspended = (record, now) => record.suspensions.some(one => holds(one, now));

function ofIssuer(record, organisation, now) {
  if (!record) return fail('notAccredited');
  const interval = record.intervals.find(one => holds(one, now));
  if (interval && isSuspended(record, now)) return fail('accreditationSuspended');
  if (!interval) {
    const ended = record.intervals.findLast(one => one.until !== null)?.until;
    return ended === undefined ? fail('notAccredited') : fail('accreditationWithdrawn', {endedAt: rfc3339(ended)});
  }
  if (organisation === null) return fail('organisationMissing');
  if (!interval.speaksFor.includes(organisation)) return fail('otherOrganisation');
  return pass('accredited', {grantedBy: interval.grantedBy, accreditedSince: rfc3339(interval.from)});
}

/** The accreditations that the issuer's own hangs on, up to the governors' grant; each link must hold now. */
function wholeChain(own, issuer, type, now, pack) {
  const through = [];
  let [did, below] = [issuer, null];
  for (let level = 0; level <= MAX_DELEGATION; level += 1) {
    const link = readLink(pack, did, type);
    if (!link) return notInPack();
    const broken = whyNot(link, did, type, now);
    if (broken) return fail(broken);
    const interval = link.accreditation.intervals.find(one => holds(one, now));
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

function whyNot({accreditation: record, did, organisation}, issuer, type, now) {
  if (!record || record.issuer !== issuer || record.type !== type) return 'delegationBroken';
  if (!record.intervals.some(one => holds(one, now))) return 'delegationBroken';
  if (isSuspended(record, now)) return 'accreditationSuspended';
  if (!did?.versions.some(version => holds(version, now))) return 'issuerDeactivated';
  if (did.stops.some(stop => stop.multikey === null && holds(stop, now))) return 'issuerStopped';
  const standing = organisation?.id === did.organisation
    ? organisation.standings.findLast(one => one.from <= now)?.status : undefined;
  return standing === 'active' ? null : 'notMember';
}
