// Questions that a policy answers from revealed claims, as crates/verification/src/predicates.rs does: current staff,
// cleared to a level, trained within a time. A claim counts only where the credential that says it holds by every
// check.

import {also, fail, notChecked, pass} from './finding.js';
import {isObject} from './json.js';
import {dayOf, rfc3339} from './time.js';

const TERMS = 'https://schemas.passerelle.example/v1#';
const DAY = 86_400_000;
const LEVELS = ['unclassified', 'confidential', 'strictly-confidential'];

/** By name: the types from which it is answered, and how. */
const KNOWN = {
  currentStaff: {types: ['StaffIdentity', 'Employment'], of: currentStaff},
  clearedTo: {types: ['SecurityClearance'], of: cleared},
  trained: {types: ['TrainingCompletion'], of: trained},
};

const unrevealed = () => notChecked('predicateUnrevealed');

/** `{name, result, code, evidence}` for every predicate of the policy. `outcomeOf` tells what a credential's checks come to. */
export function evaluate(policy, credentials, now, outcomeOf) {
  const today = Math.floor(now / DAY) * DAY;
  return (policy.rules.predicates ?? []).map(predicate => {
    const [[name, wanted]] = Object.entries(predicate);
    return {name, ...answer(KNOWN[name], wanted, credentials, today, outcomeOf)};
  });
}

/** The best answer that any credential gives. */
function answer({types, of}, wanted, credentials, today, outcomeOf) {
  let best = notChecked('predicateUnanswered');
  for (const type of types.map(name => `${TERMS}${name}`)) {
    const holding = credentials.filter(one => one.types.includes(type) && outcomeOf(one.checks) === 'valid');
    for (const {claims} of holding.filter(one => one.claims !== null)) {
      const finding = also(of(isObject(claims) ? claims : {}, wanted, today), {type, day: rfc3339(today).slice(0, 10)});
      if (finding.result === 'pass') return finding;
      if (best.code === 'predicateUnanswered' || finding.result === 'fail') best = finding;
    }
  }
  return best;
}

/** The check `policy` fails or stays open with its predicates, so that the nine checks alone decide the answer. */
export function weigh(predicates, check) {
  const worst = result => predicates.find(one => one.result === result);
  const [failed, open] = [worst('fail'), worst('notChecked')];
  const found = failed ?? open;
  // What is wrong already is not made any better by another reason.
  if (!found || check.result === 'fail' || (check.result === 'notChecked' && found.result === 'notChecked')) return check;
  const code = failed ? 'predicateFails' : 'predicateOpen';
  return {...check, result: found.result, code, evidence: {...check.evidence, predicate: found.code}};
}

function currentStaff(claims, _, today) {
  if (claims.worksFor === undefined) return unrevealed();
  const [start, end] = ['startDate', 'endDate'].map(name => dateIn(claims, name));
  if (start === undefined || end === undefined) return fail('predicateDate');
  if (start !== null && today < start) return fail('staffNotYet');
  if (end !== null && today > end) return fail('staffNoMore');
  return pass('currentStaff');
}

function cleared(claims, {level: demandedLevel}, today) {
  const level = claims.clearanceLevel;
  if (typeof level !== 'string') return unrevealed();
  if (!LEVELS.includes(level)) return fail('clearanceUnknown');
  const last = dateIn(claims, 'expiresOn');
  const finding = () => {
    if (last === undefined) return fail('predicateDate');
    if (last === null) return unrevealed();
    if (today > last) return fail('clearanceOver');
    return LEVELS.indexOf(level) < LEVELS.indexOf(demandedLevel) ? fail('clearanceTooLow') : pass('cleared');
  };
  return also(finding(), {demandedLevel});
}

function trained(claims, {course: demandedCourse, withinDays}, today) {
  if (typeof claims.courseCode !== 'string') return unrevealed();
  if (claims.courseCode !== demandedCourse) return fail('otherCourse', {demandedCourse});
  const [completed, last] = ['completedOn', 'expiresOn'].map(name => dateIn(claims, name));
  if (completed === null) return unrevealed();
  if (completed === undefined || last === undefined) return fail('predicateDate');
  const isOver = (last !== null && today > last) || completed < today - withinDays * DAY;
  const finding = () => {
    if (completed > today) return fail('trainedInFuture');
    return isOver ? fail('trainedTooLongAgo') : pass('trained');
  };
  return also(finding(), {demandedCourse, withinDays});
}

/** The day that a claim says, null where it is not there, and undefined where it is no date. */
function dateIn(claims, name) {
  if (!Object.hasOwn(claims, name)) return null;
  return dayOf(claims[name]) ?? undefined;
}
