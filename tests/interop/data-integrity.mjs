// Digital Bazaar's libraries: W3C VC 2.0 with Data Integrity `eddsa-rdfc-2022`.
import assert from 'node:assert/strict';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {get, post} from './http.mjs';

const EXAMPLES = 'https://www.w3.org/ns/credentials/examples/v2';
const MULTIKEY = 'https://w3id.org/security/multikey/v1';
const OURS = 'https://schemas.passerelle.example/v1/';

export async function checkDataIntegrity(check, {registry, issuer, verifier, ldpVc}) {
  const documentLoader = loader({registry, issuer});
  const suite = new DataIntegrityProof({cryptosuite});
  // The status is checked by the journeys; here the signature and the controller count.
  const checkStatus = async () => ({verified: true});
  const verifyOurs = credential => vc.verifyCredential({credential, suite, documentLoader, checkStatus});

  await check('@digitalbazaar/vc verifies our StaffIdentity', async () => {
    assert.equal(ldpVc.proof.cryptosuite, 'eddsa-rdfc-2022');
    const result = await verifyOurs(structuredClone(ldpVc));
    assert(result.verified, JSON.stringify(result.error ?? result, errors));
  });

  await check('@digitalbazaar/vc refuses our StaffIdentity once a claim is changed', async () => {
    const tampered = structuredClone(ldpVc);
    tampered.credentialSubject.jobTitle = 'Secretary-General';
    const result = await verifyOurs(tampered);
    assert.equal(result.verified, false);
  });

  const issuedHere = async () => {
    const {status, body} = await post(`${issuer}/vc-api/eddsa/credentials/issue`, {credential: alumni(undefined)});
    assert.equal(status, 201, JSON.stringify(body));
    return body.verifiableCredential ?? body;
  };

  await check('@digitalbazaar/vc verifies what our open VC API issues', async () => {
    const result = await verifyOurs(await issuedHere());
    assert(result.verified, JSON.stringify(result.error ?? result, errors));
  });

  const theirs = await makeTheirs(documentLoader);
  const verifyHere = verifiableCredential =>
    post(`${verifier}/vc-api/credentials/verify`, {verifiableCredential, options: {}});

  await check('our VC API verifies a credential made by @digitalbazaar/vc', async () => {
    const {status, body} = await verifyHere(theirs);
    assert.equal(status, 200, JSON.stringify(body));
    assert.notEqual(body.verified, false);
  });

  await check('our VC API refuses it once a claim is changed', async () => {
    const tampered = structuredClone(theirs);
    tampered.credentialSubject.alumniOf.name = 'Another University';
    const {status} = await verifyHere(tampered);
    assert.equal(status, 400);
  });

  await check('our VC API refuses it when the proof is by a key of somebody else', async () => {
    const stolen = structuredClone(theirs);
    stolen.issuer = (await key(9)).controller;
    const {status} = await verifyHere(stolen);
    assert.equal(status, 400);
  });
}

/** A credential of theirs, by a did:key issuer. */
async function makeTheirs(documentLoader) {
  const keyPair = await key(7);
  const suite = new DataIntegrityProof({signer: keyPair.signer(), cryptosuite});
  return vc.issue({credential: alumni(keyPair.controller), suite, documentLoader});
}

export function alumni(issuer) {
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2', EXAMPLES],
    id: 'urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33',
    type: ['VerifiableCredential', 'ExampleAlumniCredential'],
    ...(issuer && {issuer}),
    validFrom: '2024-01-01T00:00:00Z',
    credentialSubject: {
      id: 'did:example:abcdefgh',
      alumniOf: {id: 'did:example:c276e12ec21ebfeb1f712ebc6f1', name: 'Example University'},
    },
  };
}

/** The same byte gives the same key, so that a failure can be repeated. */
export async function key(byte) {
  const seed = new Uint8Array(32).fill(byte);
  return named(await Ed25519Multikey.generate({seed}));
}

/** A key pair under the did:key that it makes. */
export async function named(keyPair) {
  const multibase = (await keyPair.export({publicKey: true})).publicKeyMultibase;
  keyPair.controller = `did:key:${multibase}`;
  keyPair.id = `${keyPair.controller}#${multibase}`;
  return keyPair;
}

/** Contexts from their package and from our issuer, DID documents from our registry. */
export function loader({registry, issuer}) {
  const cache = new Map([
    [EXAMPLES, {'@context': {'@vocab': 'https://www.w3.org/ns/credentials/examples#'}}],
  ]);
  return async url => {
    if(!cache.has(url)) {
      if(url.startsWith('did:')) {
        const [did, fragment] = url.split('#');
        const document = did.startsWith('did:key:') ?
          didKeyDocument(did) :
          (await get(`${registry}/1.0/identifiers/${did}`, 'application/did-resolution')).didDocument;
        cache.set(url, fragment ? method(document, url) : document);
      } else if(url.startsWith(OURS)) {
        cache.set(url, await get(`${issuer}/schemas/v1/${url.slice(OURS.length)}`, 'application/ld+json'));
      } else {
        return vc.defaultDocumentLoader(url);
      }
    }
    return {documentUrl: url, document: cache.get(url)};
  };
}

function method(document, url) {
  const found = document.verificationMethod.find(({id}) => id === url || document.id + id === url);
  assert(found, `${url} is not in the DID document`);
  return {'@context': MULTIKEY, ...found, id: url};
}

function didKeyDocument(did) {
  const multibase = did.slice('did:key:'.length);
  const id = `${did}#${multibase}`;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', MULTIKEY],
    id: did,
    verificationMethod: [{id, type: 'Multikey', controller: did, publicKeyMultibase: multibase}],
    assertionMethod: [id],
    authentication: [id],
  };
}

/** Errors do not show in JSON by themselves. */
export function errors(_, value) {
  return value instanceof Error ? {name: value.name, message: value.message, ...value} : value;
}
