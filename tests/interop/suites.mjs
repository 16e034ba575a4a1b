// Digital Bazaar's libraries: the other cryptosuites, one open instance of the issuer for each.
import assert from 'node:assert/strict';
import * as bbs from '@digitalbazaar/bbs-2023-cryptosuite';
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {alumni, errors, key as ed25519Key, loader, named} from './data-integrity.mjs';
import {post} from './http.mjs';

const MANDATORY = ['/issuer', '/validFrom'];

const p256Key = async () => named(await EcdsaMultikey.generate({curve: 'P-256'}));
const p384Key = async () => named(await EcdsaMultikey.generate({curve: 'P-384'}));

const bbsKey = async () => named(await Bls12381Multikey.generateBbsKeyPair({
  algorithm: Bls12381Multikey.ALGORITHMS.BBS_BLS12381_SHA256,
}));

/** Of selective disclosure. */
const SELECTIVE = [
  {name: 'ecdsa-sd-2023', instance: 'sd-p256', library: ecdsaSd, makeKey: p256Key},
  {name: 'bbs-2023', instance: 'bbs', library: bbs, makeKey: bbsKey},
];

const SUITES = [
  {
    name: 'eddsa-jcs-2022', instance: 'eddsa-jcs', makeKey: () => ed25519Key(7),
    sign: eddsaJcs.createSignCryptosuite(), verify: eddsaJcs.createVerifyCryptosuite(),
  },
  {name: 'ecdsa-rdfc-2019', instance: 'ecdsa-p256', makeKey: p256Key, sign: ecdsaRdfc, verify: ecdsaRdfc},
  {
    name: 'ecdsa-jcs-2019', instance: 'ecdsa-jcs-p256', makeKey: p256Key,
    sign: ecdsaJcs.createSignCryptosuite(), verify: ecdsaJcs.createVerifyCryptosuite(),
  },
  {name: 'ecdsa-rdfc-2019', instance: 'ecdsa-p384', makeKey: p384Key, sign: ecdsaRdfc, verify: ecdsaRdfc},
  {
    name: 'ecdsa-jcs-2019', instance: 'ecdsa-jcs-p384', makeKey: p384Key,
    sign: ecdsaJcs.createSignCryptosuite(), verify: ecdsaJcs.createVerifyCryptosuite(),
  },
];

export async function checkSuites(check, services) {
  for(const suite of SUITES) {
    await checkSuite(check, services, suite);
  }
  for(const suite of SELECTIVE) {
    await checkSelective(check, services, suite);
  }
}

async function checkSuite(check, services, {name, instance, makeKey, sign, verify}) {
  const {verifyTheirs, verifyHere, issueHere, documentLoader} = parties(services, verify);

  await check(`@digitalbazaar/vc verifies ${name} of our open VC API (${instance}), and not once it is changed`, async () => {
    const ours = await issueHere(instance);
    assert.equal(ours.proof.cryptosuite, name);
    const result = await verifyTheirs(structuredClone(ours));
    assert(result.verified, JSON.stringify(result.error ?? result, errors));
    ours.credentialSubject.alumniOf.name = 'Another University';
    assert.equal((await verifyTheirs(ours)).verified, false);
  });

  await check(`our VC API verifies ${name} made by @digitalbazaar/vc (${instance}), and not once it is changed`, async () => {
    const keyPair = await makeKey();
    const suite = new DataIntegrityProof({signer: keyPair.signer(), cryptosuite: sign});
    const theirs = await vc.issue({credential: alumni(keyPair.controller), suite, documentLoader});
    assert.equal(theirs.proof.cryptosuite, name);
    const {status, body} = await verifyHere(theirs);
    assert.equal(status, 200, JSON.stringify(body));
    for(const change of [
      it => it.credentialSubject.alumniOf.name = 'Another University',
      it => it.proof.created = '2020-01-01T00:00:00Z',
      it => it.issuer = 'did:key:zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU76',
    ]) {
      const changed = structuredClone(theirs);
      change(changed);
      assert.equal((await verifyHere(changed)).status, 400, String(change));
    }
  });
}

async function checkSelective(check, services, {name, instance, library, makeKey}) {
  const {verifyTheirs, verifyHere, issueHere, documentLoader} =
    parties(services, library.createVerifyCryptosuite());
  const disclose = (verifiableCredential, selectivePointers) => {
    const cryptosuite = library.createDiscloseCryptosuite({selectivePointers});
    const suite = new DataIntegrityProof({cryptosuite});
    return vc.derive({verifiableCredential, suite, documentLoader});
  };

  await check(`@digitalbazaar/vc derives and verifies ${name} from our base proof`, async () => {
    const base = await issueHere(instance, {mandatoryPointers: MANDATORY});
    assert.equal(base.proof.cryptosuite, name);
    const shown = await disclose(structuredClone(base), ['/credentialSubject/alumniOf/name']);
    assert.equal(shown.validFrom, base.validFrom);
    assert.equal(shown.name, undefined, 'what nobody named is not shown');
    const result = await verifyTheirs(structuredClone(shown));
    assert(result.verified, JSON.stringify(result.error ?? result, errors));
    const {status, body} = await verifyHere(shown);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal((await verifyHere(base)).status, 400, 'a base proof is not for verifiers');
  });

  await check(`@digitalbazaar/vc derives ${name} as our wallet does, and verifies what it derives`, async () => {
    const {base, pointers, shown} = services.selective[instance];
    const theirs = await disclose(structuredClone(base), pointers);
    if(name === 'bbs-2023') {
      assert.notEqual(theirs.proof.proofValue, shown.proof.proofValue, 'each proof is random');
      theirs.proof.proofValue = shown.proof.proofValue;
    }
    assert.deepEqual(theirs, shown);
    const result = await verifyTheirs(structuredClone(shown));
    assert(result.verified, JSON.stringify(result.error ?? result, errors));
    const {status, body} = await verifyHere(shown);
    assert.equal(status, 200, JSON.stringify(body));
    const changed = structuredClone(shown);
    changed.credentialSubject.alumniOf.name = 'Another University';
    assert.equal((await verifyTheirs(changed)).verified, false);
    assert.equal((await verifyHere(changed)).status, 400);
  });

  await check(`our VC API verifies ${name} by @digitalbazaar/vc and not once it is changed, and our wallet derives from it`, async () => {
    const keyPair = await makeKey();
    const cryptosuite = library.createSignCryptosuite({mandatoryPointers: MANDATORY});
    const suite = new DataIntegrityProof({signer: keyPair.signer(), cryptosuite});
    const base = await vc.issue({credential: alumni(keyPair.controller), suite, documentLoader});
    const shown = await disclose(structuredClone(base), ['/credentialSubject/alumniOf']);
    const {status, body} = await verifyHere(shown);
    assert.equal(status, 200, JSON.stringify(body));
    shown.credentialSubject.alumniOf.name = 'Another University';
    assert.equal((await verifyHere(shown)).status, 400);

    const request = {verifiableCredential: base, options: {selectivePointers: ['/credentialSubject/alumniOf/name']}};
    const derived = await post(`${services.wallet}/vc-api/credentials/derive`, request);
    assert.equal(derived.status, 201, JSON.stringify(derived.body));
    const result = await verifyTheirs(derived.body);
    assert(result.verified, JSON.stringify(result.error ?? result, errors));
  });
}

/** What both sides do with a credential. */
function parties(services, cryptosuite) {
  const documentLoader = loader(services);
  const suite = new DataIntegrityProof({cryptosuite});
  const checkStatus = async () => ({verified: true});
  return {
    documentLoader,
    verifyTheirs: credential => vc.verifyCredential({credential, suite, documentLoader, checkStatus}),
    verifyHere: verifiableCredential =>
      post(`${services.verifier}/vc-api/credentials/verify`, {verifiableCredential, options: {}}),
    issueHere: async (instance, options = {}) => {
      const url = `${services.issuer}/vc-api/${instance}/credentials/issue`;
      const {status, body} = await post(url, {credential: alumni(undefined), options});
      assert.equal(status, 201, JSON.stringify(body));
      return body.verifiableCredential;
    },
  };
}
