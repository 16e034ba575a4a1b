// Data Integrity proofs of the two JCS suites (vc-di-eddsa 1.0, 3.3; vc-di-ecdsa 1.0, 3.3). All proofs of a document must
// hold; suites that canonicalise RDF and proofs that build on others are left to the local desk.

import {concat, fromBase58, sha256, utf8} from './bytes.js';
import {didOf, keysIn, resolve} from './did.js';
import {Fault, faultOf, onlyAtLocalDesk} from './fault.js';
import {canonical} from './jcs.js';
import {checkSize, isObject} from './json.js';
import {readMultikey, verify, whichSigned} from './keys.js';
import {parseStamp} from './time.js';

const KIND_OF_SUITE = {'eddsa-jcs-2022': 'Ed25519', 'ecdsa-jcs-2019': 'P-256'};
const ELSEWHERE = ['eddsa-rdfc-2022', 'ecdsa-rdfc-2019', 'ecdsa-sd-2023', 'bbs-2023'];
const MAX_PROOFS = 8;
/** 96 bytes in base58btc. */
const LONGEST_SIGNATURE = 132;

const fault = (code, at) => new Fault('proof', code, {at});

/** What the proofs say: `{faults, verificationMethod, key, contexts}`. `expect` is for whom and what they must be. */
export async function verifyProofs(document, controller, expect, world) {
  const report = {faults: [], verificationMethod: null, key: null, contexts: null};
  const proofs = 'proof' in document ? [document.proof].flat(1) : [];
  const at = index => (Array.isArray(document.proof) ? `/proof/${index}` : '/proof');
  if (proofs.length === 0) report.faults.push(fault('proofMissing', '/proof'));
  if (proofs.length > MAX_PROOFS) return {...report, faults: [fault('tooManyProofs', '/proof')]};
  if (proofs.some(proof => isObject(proof) && 'previousProof' in proof)) {
    return {...report, faults: [onlyAtLocalDesk('proof')]};
  }
  for (const [index, proof] of proofs.entries()) {
    const found = await faultOf(() => verifyOne({document, proof, at: at(index), controller, expect, world, report}));
    if (found) report.faults.push(found);
  }
  return report;
}

async function verifyOne({document, proof, at, controller, expect, world, report}) {
  if (typeof proof?.verificationMethod === 'string') report.verificationMethod ??= proof.verificationMethod;
  checkForm(proof, at, expect);
  const signature = signatureOf(proof, at);
  const did = didOf(proof.verificationMethod);
  if (!did) throw fault('verificationMethod', `${at}/verificationMethod`);
  const named = keysIn(resolve(did, world.pack), proof.verificationMethod, expect.purpose);
  const keys = named.filter(key => readMultikey(key.multikey).kind === signature.kind);
  if (keys.length === 0) throw fault('keyKind', `${at}/verificationMethod`);
  if (controller === null || !keys.every(key => key.controller === controller)) {
    report.faults.push(new Fault('issuerKey', 'notTheIssuersKey', {at: `${at}/verificationMethod`}));
  }
  const {secured, data} = await signedData(document, proof, at);
  const signed = await whichSigned(keys, async key => {
    if (!await verify(key, data, signature.bytes)) throw fault('badSignature', at);
  });
  report.contexts ??= secured['@context'];
  report.key ??= signed.key;
  if (signed.fault) throw signed.fault;
}

function checkForm(proof, at, expect) {
  if (!isObject(proof)) throw fault('proofForm', at);
  if (proof.type !== 'DataIntegrityProof') throw fault('proofType', `${at}/type`);
  if (ELSEWHERE.includes(proof.cryptosuite)) throw onlyAtLocalDesk('proof');
  if (typeof proof.cryptosuite !== 'string' || !Object.hasOwn(KIND_OF_SUITE, proof.cryptosuite)) {
    throw fault('cryptosuite', `${at}/cryptosuite`);
  }
  for (const name of ['id', 'challenge', 'nonce']) {
    if (name in proof && typeof proof[name] !== 'string') throw fault('proofForm', `${at}/${name}`);
  }
  if ('id' in proof && !URL.canParse(proof.id)) throw fault('proofForm', `${at}/id`);
  if (proof.proofPurpose !== expect.purpose) throw fault('proofPurpose', `${at}/proofPurpose`);
  if (typeof proof.verificationMethod !== 'string') throw fault('verificationMethod', `${at}/verificationMethod`);
  checkDates(proof, at, expect.now);
  checkOccasion(proof, at, expect);
}

function checkDates(proof, at, now) {
  const [, expires] = ['created', 'expires'].map(name => {
    const time = name in proof ? parseStamp(proof[name], {utcIfMissing: true}) : null;
    if (name in proof && time === null) throw fault('proofDate', `${at}/${name}`);
    return time;
  });
  if (expires !== null && expires <= now) throw fault('proofExpired', `${at}/expires`);
}

/** VC Data Integrity 1.0, 4.4: what the verifier expects must be in the proof, exactly. */
function checkOccasion(proof, at, {domain, challenge}) {
  const domains = 'domain' in proof ? [proof.domain].flat(1) : [];
  const sound = domains.every(one => typeof one === 'string') && (domains.length > 0 || !('domain' in proof));
  if (!sound || (domain !== null && (domains.length === 0 || domains.some(one => one !== domain)))) {
    throw fault('domain', `${at}/domain`);
  }
  if (challenge !== null && proof.challenge !== challenge) throw fault('challenge', `${at}/challenge`);
}

/** Signatures stand in base58btc with the multibase header `z`; their length tells the kind of key. */
function signatureOf(proof, at) {
  const text = typeof proof.proofValue === 'string' ? proof.proofValue : '';
  const bytes = text.startsWith('z') ? fromBase58(text.slice(1), LONGEST_SIGNATURE) : null;
  // vc-di-ecdsa 1.0, 2.1.1: P-384 beside P-256.
  if (bytes?.length === 96 && proof.cryptosuite === 'ecdsa-jcs-2019') throw onlyAtLocalDesk('proof');
  if (bytes?.length !== 64) throw fault('proofValue', `${at}/proofValue`);
  return {bytes, kind: KIND_OF_SUITE[proof.cryptosuite]};
}

/** The digests of the proof's options and of the document without its proofs. */
async function signedData(document, proof, at) {
  const {proof: _, ...secured} = document;
  const {proofValue: __, ...options} = proof;
  if ('@context' in proof) {
    // vc-di-eddsa 1.0, 3.3.2: the document's contexts begin with the proof's.
    const [ofDocument, ofProof] = [document['@context'], proof['@context']].map(one => [one].flat(1));
    if (canonical(ofDocument.slice(0, ofProof.length)) !== canonical(ofProof)) throw fault('proofContext', `${at}/@context`);
    secured['@context'] = proof['@context'];
  }
  checkSize(secured);
  checkSize(options);
  const [ofOptions, ofSecured] = await Promise.all([options, secured].map(one => sha256(utf8(canonical(one)))));
  return {secured, data: concat(ofOptions, ofSecured)};
}
