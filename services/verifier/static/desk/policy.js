// A pack's policy: what it asks for (DCQL, OpenID4VP 1.0, 6 and 7) and its own rules (crates/verification/src/enforce.rs).

import {fail, notChecked, notInPack, pass} from './finding.js';
import {isObject} from './json.js';
import {isKnownPolicy} from './policy-form.js';
import {rfc3339} from './time.js';

const ALWAYS = ['form', 'proof', 'issuerKey', 'validity', 'policy'];

/** A policy as a pack's manifest has it. */
export class Policy {
  constructor(json) {
    this.json = json;
    this.title = json.title;
    this.rules = json.rules ?? {};
    this.queries = json.query?.credentials ?? [];
  }

  /**
   * Whether this page can decide all that the policy asks; otherwise the pack is for the local desk. A member or a check
   * that the page does not know may be a demand, so it is refused and never passed over.
   */
  get isForThisPage() {
    return isKnownPolicy(this.json) && ALWAYS.every(name => this.requires(name));
  }

  requires(check) {
    return this.json.required.includes(check);
  }

  /** The types that answer the policy; empty where any type does. */
  types() {
    return new Set(this.queries.flatMap(({meta = {}}) => [meta.vct_values ?? [], meta.type_values ?? []].flat(3)));
  }

  /** The query that a credential of this format and these types answers. */
  queryFor(format, types) {
    const ofFormat = this.queries.filter(query => query.format === format);
    return ofFormat.find(query => accepts(query, types)) ?? ofFormat[0] ?? null;
  }
}

/** Whether the policy is content with a credential that is authentic. */
export function policyFinding({policy, outcome, query, issued}) {
  if (!query) {
    if (policy.json.query) return fail('otherType');
  } else if (!accepts(query, outcome.types)) {
    return fail('otherType');
  } else if (!showsEverything(query, outcome.credential)) {
    return fail('claimsMissing');
  }
  // Whoever hands over a receipt that does not fit is not given the benefit of the doubt.
  if (issued.state === 'contradicted') return fail(issued.code);
  if (!policy.json.anchored || issued.state === 'proven') return pass('policyHolds');
  return issued.state === 'none' ? fail('timeOfIssueNotProven') : notInPack();
}

/** Applies the rules of the policy to findings that passed by themselves: they only make an answer worse. */
export function enforce({policy, outcome, issued, findings, now}) {
  return Object.fromEntries(Object.entries(findings).map(([name, finding]) => {
    const worse = finding.result === 'pass' ? worseBy({rules: policy.rules, name, finding, outcome, issued, now}) : null;
    return [name, worse ? {...worse, evidence: {...finding.evidence, ...worse.evidence}} : finding];
  }));
}

function worseBy({rules, name, finding, outcome, issued, now}) {
  const {headerAgeSeconds, listAgeSeconds, statusList} = finding.evidence;
  const {chainMaxAgeSeconds: oldest, statusMaxAgeSeconds: oldestList, issuers} = rules;
  if (oldest !== undefined && headerAgeSeconds > oldest) {
    return notChecked('registryTooOld', {longestAgeSeconds: oldest});
  }
  if (name === 'status' && oldestList !== undefined && statusList !== undefined && !(listAgeSeconds <= oldestList)) {
    return notChecked('statusTooOld', {longestAgeSeconds: oldestList});
  }
  if (name === 'validity') return endsTooSoon(rules, outcome, now) ?? issuedTooLongAgo(rules, issued, now);
  if (name === 'policy' && issuers && !issuers.includes(outcome.issuer)) {
    return fail('issuerNotListed', {issuer: outcome.issuer});
  }
  return null;
}

function endsTooSoon(rules, outcome, now) {
  const remaining = rules.validity?.minRemainingSeconds;
  if (remaining === undefined || remaining === null || outcome.validUntil === null) return null;
  const needed = now + remaining * 1_000;
  return outcome.validUntil < needed ? fail('endsTooSoon', {neededUntil: rfc3339(needed)}) : null;
}

/** Only a receipt proves it; the check `policy` tells that there is none. */
function issuedTooLongAgo({validity}, issued, now) {
  const longest = validity?.maxSinceIssueSeconds;
  if (longest === undefined || longest === null || issued.state !== 'proven') return null;
  const isTooLong = now - issued.at > longest * 1_000;
  return isTooLong ? fail('issuedTooLongAgo', {issuedAt: rfc3339(issued.at), longestAgeSeconds: longest}) : null;
}

/** Only what was asked for is shown, although a format without selective disclosure says more. */
export function askedClaims(outcome, query) {
  if (!query?.claims) return outcome.claims;
  const place = outcome.format === 'dc+sd-jwt' ? 0 : 1;
  const asked = query.claims.map(({path}) => path[place]);
  if (!isObject(outcome.claims)) return null;
  return Object.fromEntries(Object.entries(outcome.claims).filter(([name]) => asked.includes(name)));
}

function accepts({format, meta = {}}, types) {
  if (format === 'dc+sd-jwt') return !meta.vct_values || types.some(vct => meta.vct_values.includes(vct));
  return !meta.type_values || meta.type_values.some(wanted => wanted.every(one => types.includes(one)));
}

function showsEverything(query, credential) {
  if (!query.claims) return true;
  if (!query.claim_sets) return query.claims.every(claim => matches(claim, credential));
  const shown = query.claims.filter(claim => matches(claim, credential)).map(({id}) => id);
  return query.claim_sets.some(set => set.every(id => shown.includes(id)));
}

function matches({path, values}, credential) {
  const found = select(path, credential);
  if (!found || found.length === 0) return false;
  return !values || found.some(value => values.some(wanted => wanted === value));
}

/** OpenID4VP 1.0, 7.1: nothing where the path meets something of another kind. */
function select(path, credential) {
  let selected = [credential];
  for (const element of path) {
    const next = [];
    for (const value of selected) {
      const fits = typeof element === 'string' ? isObject(value) : Array.isArray(value);
      if (!fits) return null;
      if (element === null) next.push(...value);
      else if (Object.hasOwn(value, element)) next.push(value[element]);
    }
    selected = next;
  }
  return selected;
}
