// Verifying credentials and presentations: what crates/credential/src/verify.rs finds, for the formats of this page.
//
// An outcome is `{format, issuer, types, verificationMethod, key, credential, claims, holderKey, validFrom, validUntil,
// status, schemas, signedPart, faults}`: facts, and what is wrong. `signedPart` is what an anchor commits to. Whether a key still counts is for the checks that ask the chain.

import {verifyProofs} from './data-integrity.js';
import {didOf, keyId, keyOfPerson, keysOfToken} from './did.js';
import {Fault, faultOf, onlyAtLocalDesk} from './fault.js';
import {envelopeOf, InputError, ofValue} from './input.js';
import {checkSize, isObject} from './json.js';
import {checkDates, checkSignature, checkType, isType, kindOf, takeApart} from './jws.js';
import {whichSigned} from './keys.js';
import {checkKeyBinding, holderKey, parseSdJwt} from './sd-jwt.js';
import {typeIris} from './terms.js';
import {numericDate, parseStamp, SKEW} from './time.js';
import {
  credentialFaults, idOf, MAX_CREDENTIALS, objects, presentationFaults, statusesOf, tokenStatusOf,
} from './vcdm.js';

/** Claims of the token rather than of its subject. */
const ABOUT_THE_TOKEN = [
  'iss', 'iat', 'nbf', 'exp', 'aud', 'jti', 'cnf', 'vct', 'vct#integrity', 'status', '_sd_alg',
];
const ABOUT_THE_ENVELOPE = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'cnf', 'nonce', 'status'];

const emptyOutcome = format => ({
  format, issuer: null, types: [], verificationMethod: null, key: null, credential: null, claims: null, holderKey: null,
  validFrom: null, validUntil: null, status: [], schemas: [], signedPart: null, faults: [],
});

/** A credential by itself. `world` is `{pack, knowledge, now}`. */
export async function verifyCredential(input, world) {
  if (input.kind === 'json') return ofJson(input.value, world);
  if (input.kind === 'sd-jwt' && !envelopeOf(input)) return ofSdJwtVc(input.text, world);
  return ofEnvelope(input, world);
}

/**
 * A presentation: `{holderKey, faults, credentials}`. `asked` is `{nonce, audience, bound}`: what the holder's proof must
 * name, null where nobody knows, and whether each credential must be bound to the key that made it.
 */
export async function verifyPresentation(input, asked, world) {
  if (input.kind === 'json') return presentedJson(input.value, asked, world);
  if (input.kind === 'sd-jwt' && envelopeOf(input) !== 'vp') return presentedSdJwt(input, asked, world);
  return presentedEnvelope(input, asked, world);
}

/** Runs a step; what it finds wrong is noted. */
async function noting(faults, step) {
  const fault = await faultOf(step);
  if (fault) faults.push(fault);
}

async function ofSdJwtVc(text, world) {
  const outcome = emptyOutcome('dc+sd-jwt');
  let parsed;
  await noting(outcome.faults, async () => {
    parsed = await parseSdJwt(text);
    kindOf(parsed.header);
  });
  if (outcome.faults.length > 0) return outcome;
  const {claims, header} = parsed;
  outcome.credential = claims;
  outcome.signedPart = parsed.token;
  outcome.claims = pick(claims, name => !ABOUT_THE_TOKEN.includes(name));
  outcome.validFrom = numericDate(claims, 'nbf') ?? numericDate(claims, 'iat');
  outcome.validUntil = numericDate(claims, 'exp');
  const {faults} = outcome;
  await noting(faults, () => checkType(header, 'dc+sd-jwt'));
  await noting(faults, () => checkDates(claims, world.now));
  if (typeof claims.vct === 'string' && claims.vct !== '') outcome.types = [claims.vct];
  else faults.push(new Fault('form', 'vctMissing', {at: '/vct'}));
  await noting(faults, () => { outcome.holderKey = holderKey(claims); });
  await noting(faults, () => { outcome.status = tokenStatusOf(claims); });
  await noting(faults, async () => {
    const named = 'iss' in claims ? textOf(claims.iss) : null;
    outcome.issuer = named;
    const kid = keyId(header, named, world.pack);
    outcome.verificationMethod = kid;
    const keys = keysOfToken(kid, 'assertionMethod', world.pack);
    outcome.issuer ??= keys[0].controller;
    if (named !== null && !keys.every(key => key.controller === named)) faults.push(notTheIssuers());
    await signedBy(keys, parsed, outcome);
  });
  return outcome;
}

/** What is no text names nobody. */
const textOf = value => (typeof value === 'string' ? value : '');

const notTheIssuers = () => new Fault('issuerKey', 'notTheIssuersKey');

async function signedBy(keys, parts, outcome) {
  const {key, fault} = await whichSigned(keys, one => checkSignature(parts, one));
  outcome.key = key;
  outcome.verificationMethod = key.id;
  if (fault) throw fault;
}

const pick = (object, wanted) =>
  Object.assign(Object.create(null), Object.fromEntries(Object.entries(object).filter(([name]) => wanted(name))));

async function ofJson(document, world) {
  const outcome = emptyOutcome('ldp_vc');
  await noting(outcome.faults, () => checkSize(document));
  if (outcome.faults.length > 0) return outcome;
  outcome.credential = document;
  outcome.signedPart = document;
  outcome.faults.push(...credentialFaults(document, world.knowledge.contexts));
  readParts(document, outcome);
  checkValidity(document, outcome, world.now);
  const expect = {purpose: 'assertionMethod', domain: null, challenge: null, now: world.now};
  const report = await verifyProofs(document, outcome.issuer, expect, world);
  outcome.faults.push(...report.faults);
  outcome.verificationMethod = report.verificationMethod;
  outcome.key = report.key;
  // A signature that only the local desk checks leaves the rest to be read.
  if (outcome.faults.every(fault => fault.unfinished && fault.check === 'proof')) {
    const secured = pick(document, name => name !== 'proof');
    if (report.contexts) secured['@context'] = report.contexts;
    await noting(outcome.faults, () => { outcome.types = typeIris(secured, world.knowledge.contexts); });
  }
  return outcome;
}

function readParts(document, outcome) {
  outcome.issuer = idOf(document.issuer);
  outcome.claims = document.credentialSubject ?? null;
  outcome.status = statusesOf(document);
  outcome.schemas = objects(document.credentialSchema).map(({id}) => id).filter(id => typeof id === 'string');
  // Bound to a key only where all that the credential says is about that key's holder.
  const subjects = objects(document.credentialSubject);
  if (subjects.length === 1 && typeof subjects[0].id === 'string') outcome.holderKey = keyOfPerson(subjects[0].id);
}

function checkValidity(document, outcome, now) {
  outcome.validFrom = parseStamp(document.validFrom);
  outcome.validUntil = parseStamp(document.validUntil);
  if (outcome.validFrom !== null && outcome.validFrom > now + SKEW) {
    outcome.faults.push(new Fault('validity', 'notYetValid', {at: '/validFrom'}));
  }
  if (outcome.validUntil !== null && outcome.validUntil <= now) {
    outcome.faults.push(new Fault('validity', 'expired', {at: '/validUntil'}));
  }
}

/** The parts of a `vc+jwt`, `vc+sd-jwt` or of a presentation in the same envelopes. */
async function open(input) {
  const parts = input.kind === 'jwt' ? takeApart(input.text) : await parseSdJwt(input.text);
  const isRegistered = name => ABOUT_THE_ENVELOPE.includes(name);
  return {
    ...parts,
    envelope: input.kind,
    claims: pick(parts.claims, isRegistered),
    document: pick(parts.claims, name => !isRegistered(name)),
  };
}

/** What an envelope of a credential or presentation must say of itself, and must not hold. */
function envelopeFaults({header, document, envelope}, content) {
  const faults = [];
  const add = (code, at = null) => faults.push(new Fault('form', code, {at}));
  if (!isType(header.typ, `${content}+${envelope}`)) add('jwtType');
  if ('cty' in header && !isType(header.cty, content)) add('contentType');
  for (const name of ['vc', 'vp']) if (name in document) add('vcClaim', `/${name}`);
  // Nothing would verify it, so nobody may be led to rely on it.
  if ('proof' in document) add('proofInside', '/proof');
  return faults;
}

async function ofEnvelope(input, world) {
  const outcome = emptyOutcome(`vc+${input.kind}`);
  const {faults} = outcome;
  let opened;
  await noting(faults, async () => {
    opened = await open(input);
    checkSize(opened.document);
  });
  if (faults.length > 0) return outcome;
  const {document, claims} = opened;
  outcome.credential = document;
  [outcome.signedPart] = input.text.split('~', 1);
  faults.push(...envelopeFaults(opened, 'vc'), ...credentialFaults(document, world.knowledge.contexts));
  readParts(document, outcome);
  await readClaims(claims, outcome, world.now);
  await noting(faults, () => checkSpeaker(claims, outcome.issuer));
  await checkEnvelope(opened, outcome.issuer, 'assertionMethod', outcome, world);
  if (faults.every(fault => fault.check !== 'form')) {
    await noting(faults, () => { outcome.types = typeIris(document, world.knowledge.contexts); });
  }
  return outcome;
}

/** The dates of the credential and those of the envelope must both hold. */
async function readClaims(claims, outcome, now) {
  checkValidity(outcome.credential, outcome, now);
  await noting(outcome.faults, () => checkDates(claims, now));
  const [from, until] = [numericDate(claims, 'nbf'), numericDate(claims, 'exp')];
  outcome.validFrom = extreme(Math.max, outcome.validFrom, from);
  outcome.validUntil = extreme(Math.min, outcome.validUntil, until);
  await noting(outcome.faults, () => { outcome.holderKey = holderKey(claims) ?? outcome.holderKey; });
  await noting(outcome.faults, () => { outcome.status.push(...tokenStatusOf(claims)); });
}

function extreme(of, ...times) {
  const known = times.filter(time => time !== null);
  return known.length === 0 ? null : of(...known);
}

/** Securing Verifiable Credentials using JOSE and COSE, 3.1.3: `iss` says nothing else than the document. */
function checkSpeaker(claims, owner) {
  if ('iss' in claims && claims.iss !== owner) throw new Fault('issuerKey', 'issuerMismatch', {at: '/iss'});
}

async function checkEnvelope(opened, owner, purpose, outcome, world) {
  await noting(outcome.faults, async () => {
    const kid = keyId(opened.header, owner, world.pack);
    outcome.verificationMethod = kid;
    const keys = keysOfToken(kid, purpose, world.pack);
    if (owner === null || !keys.every(key => key.controller === owner)) outcome.faults.push(notTheIssuers());
    await signedBy(keys, opened, outcome);
  });
}

async function presentedSdJwt(input, asked, world) {
  const verified = await verifyCredential(input, world);
  const faults = [];
  const token = input.text.slice(input.text.lastIndexOf('~') + 1);
  const wanted = asked.bound || asked.nonce !== null || asked.audience !== null;
  let key = null;
  if (token !== '' && verified.holderKey === null) {
    faults.push(new Fault('holderBinding', 'notBound'));
  } else if (token !== '') {
    await noting(faults, async () => {
      await checkKeyBinding(input.text, token, verified.holderKey, {...asked, now: world.now});
      key = verified.holderKey;
    });
  } else if (wanted) {
    faults.push(new Fault('holderBinding', 'keyBindingMissing'));
  }
  return {holderKey: key, faults, credentials: [verified]};
}

async function presentedJson(document, asked, world) {
  const presented = {holderKey: null, faults: [], credentials: []};
  await noting(presented.faults, () => checkSize(document));
  if (presented.faults.length > 0) return presented;
  presented.faults.push(...presentationFaults(document, world.knowledge.contexts));
  // A presentation that names no holder is by whoever controls the key.
  const holder = idOf(document.holder) ?? didOf([document.proof].flat()[0]?.verificationMethod);
  const expect = {purpose: 'authentication', domain: asked.audience, challenge: asked.nonce, now: world.now};
  const report = await verifyProofs(document, holder, expect, world);
  presented.faults.push(...report.faults);
  presented.holderKey = report.key?.multikey ?? null;
  await verifyInner(document, report.key?.controller ?? null, asked, presented, world);
  return presented;
}

async function presentedEnvelope(input, asked, world) {
  const presented = {holderKey: null, key: null, faults: [], credentials: []};
  let opened;
  await noting(presented.faults, async () => {
    opened = await open(input);
    checkSize(opened.document);
  });
  if (presented.faults.length > 0) return presented;
  const {document, claims, header} = opened;
  presented.faults.push(...envelopeFaults(opened, 'vp'), ...presentationFaults(document, world.knowledge.contexts));
  await noting(presented.faults, () => checkDates(claims, world.now));
  await noting(presented.faults, () => checkOccasion(claims, asked));
  const holder = idOf(document.holder) ?? didOf(header.kid);
  await noting(presented.faults, () => checkSpeaker(claims, holder));
  await checkEnvelope(opened, holder, 'authentication', presented, world);
  presented.holderKey = presented.key?.multikey ?? null;
  if (presented.faults.every(fault => fault.check !== 'form')) {
    const outer = pick(document, name => name !== 'verifiableCredential');
    await noting(presented.faults, () => { typeIris(outer, world.knowledge.contexts); });
  }
  await verifyInner(document, presented.key?.controller ?? null, asked, presented, world);
  return presented;
}

/** Every audience is the verifier, and the nonce is the request's. */
function checkOccasion(claims, {audience, nonce}) {
  const audiences = 'aud' in claims ? [claims.aud].flat(1) : [];
  if (audience !== null && (audiences.length === 0 || audiences.some(one => one !== audience))) {
    throw new Fault('holderBinding', 'audience');
  }
  if (nonce !== null && claims.nonce !== nonce) throw new Fault('holderBinding', 'nonce');
}

/** The credentials in a presentation, enveloped or not, and their binding to whoever made it. */
async function verifyInner(document, controller, asked, presented, world) {
  const items = objects(document.verifiableCredential).slice(0, MAX_CREDENTIALS);
  for (const [index, item] of items.entries()) {
    const at = `/verifiableCredential/${index}`;
    let input;
    try {
      input = ofValue(item);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      presented.faults.push(error.elsewhere ? onlyAtLocalDesk('form') : new Fault('form', 'envelopeForm', {at}));
      continue;
    }
    const verified = await verifyCredential(input, world);
    const sameKey = verified.holderKey !== null && verified.holderKey === presented.holderKey;
    const subject = isObject(verified.claims) ? verified.claims.id : undefined;
    if (asked.bound && !sameKey && !(typeof subject === 'string' && subject === controller)) {
      presented.faults.push(new Fault('holderBinding', 'notTheHolder', {at}));
    }
    presented.credentials.push(verified);
  }
}
