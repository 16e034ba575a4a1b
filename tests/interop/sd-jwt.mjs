// The OpenWallet Foundation's sd-jwt-js: SD-JWT VC (`dc+sd-jwt`) with key binding.
import assert from 'node:assert/strict';
import {ECDH} from 'node:crypto';
import {ES256, digest, generateSalt} from '@sd-jwt/crypto-nodejs';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {decode} from 'base58-universal';
import {authorize, get, post} from './http.mjs';

export async function checkSdJwt(check, {registry, verifier, agency, sdJwt, boundSdJwt, boundNonce}) {
  const didKey = await keyOf(sdJwt, registry);
  const holderKey = payloadOf(sdJwt).cnf.jwk;
  const ours = new SDJwtVcInstance({
    verifier: await ES256.getVerifier(didKey),
    kbVerifier: await ES256.getVerifier(holderKey),
    // The status list token is signed by the same issuer key.
    statusVerifier: await ES256.getVerifier(didKey),
    hasher: digest,
    hashAlg: 'sha-256',
  });

  await check('@sd-jwt/sd-jwt-vc verifies our StaffIdentity and fetches its status', async () => {
    const {payload, header} = await ours.verify(sdJwt);
    assert.equal(header.typ, 'dc+sd-jwt');
    assert.equal(payload.vct, 'https://schemas.passerelle.example/v1#StaffIdentity');
    assert(payload.familyName, 'all claims are disclosed');
  });

  await check('@sd-jwt/sd-jwt-vc verifies our holder\'s key binding over fewer claims', async () => {
    const {payload, kb} = await ours.verify(boundSdJwt, {keyBindingNonce: boundNonce});
    assert(kb, 'the key binding is there');
    assert.equal(payload.birthDate, undefined, 'the birth date is not disclosed');
  });

  await check('@sd-jwt/sd-jwt-vc refuses ours once the signed part is changed', async () => {
    const [head, , signature] = sdJwt.split('~')[0].split('.');
    const changed = Buffer.from(JSON.stringify({...payloadOf(sdJwt), worksFor: {name: 'Nobody'}})).toString('base64url');
    const tampered = [[head, changed, signature].join('.'), ...sdJwt.split('~').slice(1)].join('~');
    await assert.rejects(ours.verify(tampered));
  });

  const theirs = await makeTheirs();
  const signedIn = await authorize(verifier, agency);
  const verifyHere = credential => post(`${verifier}/v1/verify`, {credential, policy: 'open'}, signedIn);

  await check('our verifier verifies an SD-JWT VC made by @sd-jwt/sd-jwt-vc', async () => {
    const {status, body} = await verifyHere(theirs);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.outcome, 'valid', JSON.stringify(body.checks ?? body, null, 1));
  });

  await check('our verifier refuses it once a disclosure is changed', async () => {
    const [jwt, first, ...rest] = theirs.split('~');
    const [salt, name] = JSON.parse(Buffer.from(first, 'base64url'));
    const changed = Buffer.from(JSON.stringify([salt, name, 'somebody else'])).toString('base64url');
    const {status, body} = await verifyHere([jwt, changed, ...rest].join('~'));
    assert(status === 400 || body.outcome === 'invalid', JSON.stringify(body));
  });
}

/** A credential of theirs, by a did:jwk issuer. */
async function makeTheirs() {
  const {publicKey, privateKey} = await ES256.generateKeyPair();
  const {kty, crv, x, y} = publicKey;
  const issuer = `did:jwk:${Buffer.from(JSON.stringify({crv, kty, x, y})).toString('base64url')}`;
  const instance = new SDJwtVcInstance({
    signer: await ES256.getSigner(privateKey),
    signAlg: 'ES256',
    hasher: digest,
    hashAlg: 'sha-256',
    saltGenerator: generateSalt,
  });
  const claims = {
    iss: issuer,
    iat: Math.floor(Date.now() / 1000) - 60,
    vct: 'https://credentials.example/interop',
    given_name: 'Amina',
    family_name: 'Nasser',
  };
  return instance.issue(claims, {_sd: ['given_name', 'family_name']}, {header: {kid: `${issuer}#0`}});
}

/** The issuer's P-256 key from the DID document that the registry resolves. */
async function keyOf(sdJwt, registry) {
  const {kid} = JSON.parse(Buffer.from(sdJwt.split('.')[0], 'base64url'));
  const did = kid.split('#')[0];
  const {didDocument} = await get(`${registry}/1.0/identifiers/${did}`, 'application/did-resolution');
  const found = didDocument.verificationMethod.find(({id}) => id === kid || didDocument.id + id === kid);
  assert(found, `${kid} is not in the DID document`);
  return found.publicKeyJwk ?? jwkOfMultikey(found.publicKeyMultibase);
}

/** Multikey of a compressed P-256 point (base58btc, 0x1200 as varint) to a JWK. */
export function jwkOfMultikey(multibase) {
  const bytes = decode(multibase.slice(1));
  assert.deepEqual([...bytes.slice(0, 2)], [0x80, 0x24], 'a P-256 key');
  const point = ECDH.convertKey(bytes.slice(2), 'prime256v1', undefined, undefined, 'uncompressed');
  const part = (from, to) => Buffer.from(point.subarray(from, to)).toString('base64url');
  return {kty: 'EC', crv: 'P-256', x: part(1, 33), y: part(33, 65)};
}

function payloadOf(sdJwt) {
  return JSON.parse(Buffer.from(sdJwt.split('~')[0].split('.')[1], 'base64url'));
}
