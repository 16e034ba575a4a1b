// panva's jose, the OpenWallet Foundation's @sd-jwt/core and Auth0's cose: the envelopes of W3C Securing
// Verifiable Credentials using JOSE and COSE.
import assert from 'node:assert/strict';
import {SDJwtInstance} from '@sd-jwt/core';
import {ES256, digest, generateSalt} from '@sd-jwt/crypto-nodejs';
import {Sign1} from '@auth0/cose';
import {SignJWT, compactVerify, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, jwtVerify} from 'jose';
import {alumni} from './data-integrity.mjs';
import {post} from './http.mjs';
import {jwkOfMultikey} from './sd-jwt.mjs';

const [TYP, CONTENT_TYPE, KID] = [16, 3, 4];

export async function checkJoseCose(check, {issuer, verifier}) {
  const issue = async instance => {
    const {status, body} = await post(`${issuer}/vc-api/${instance}/credentials/issue`, {credential: alumni(undefined)});
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.verifiableCredential.type, 'EnvelopedVerifiableCredential');
    return body.verifiableCredential.id;
  };
  const verify = (verifiableCredential, options = {}) =>
    post(`${verifier}/vc-api/credentials/verify`, {verifiableCredential, options});
  const verifyPresentation = (verifiablePresentation, options = {}) =>
    post(`${verifier}/vc-api/presentations/verify`, {verifiablePresentation, options});

  await jwt(check, issue, verify, verifyPresentation);
  await sdJwt(check, issue, verify);
  await cose(check, issue, verify, verifyPresentation);
}

async function jwt(check, issue, verify, verifyPresentation) {
  const token = data(await issue('jose'), 'vc+jwt');
  const ours = await keyOf(decodeProtectedHeader(token).kid);

  await check('jose verifies our vc+jwt', async () => {
    const {payload, protectedHeader} = await jwtVerify(token, ours, {typ: 'vc+jwt'});
    assert.equal(protectedHeader.cty, 'vc');
    assert.equal(payload.issuer, payload.iss);
    assert.deepEqual(payload.credentialSubject, alumni(undefined).credentialSubject);
    assert.equal(payload.vc, undefined);
  });

  await check('jose refuses our vc+jwt once a claim is changed', async () => {
    const [header, , signature] = token.split('.');
    const changed = Buffer.from(JSON.stringify({credentialSubject: {id: 'did:example:x'}})).toString('base64url');
    await assert.rejects(compactVerify([header, changed, signature].join('.'), ours));
  });

  for(const [alg, options] of [['ES256', {}], ['EdDSA', {crv: 'Ed25519'}]]) {
    const theirs = await person(alg, options);
    const signed = (claims, header = {}) => new SignJWT({...alumni(theirs.did), ...claims})
      .setProtectedHeader({alg, typ: 'vc+jwt', cty: 'vc', kid: theirs.kid, ...header})
      .sign(theirs.privateKey);

    await check(`our VC API verifies a vc+jwt made by jose with ${alg}`, async () => {
      const {status, body} = await verify(envelope('Credential', `vc+jwt,${await signed({iss: theirs.did})}`));
      assert.equal(status, 200, JSON.stringify(body));
    });

    await check(`our VC API refuses what is wrong with it (${alg})`, async () => {
      const stranger = await person(alg, options);
      const wrong = [
        await signed({vc: {}}),
        await signed({iss: stranger.did}),
        await signed({exp: 1_700_000_000}),
        await signed({validUntil: '2024-06-01T00:00:00Z'}),
        await signed({}, {typ: 'JWT'}),
        await signed({}, {typ: 'vp+jwt'}),
        await signed({}, {cty: 'vp'}),
        await signed({}, {kid: stranger.kid}),
        await signed({issuer: stranger.did}),
        unsecured(await signed({})),
      ];
      for(const [index, token] of wrong.entries()) {
        const {status} = await verify(envelope('Credential', `vc+jwt,${token}`));
        assert.equal(status, 400, `case ${index}`);
      }
    });

    await check(`our VC API verifies a vp+jwt made by jose with ${alg}`, async () => {
      const credential = envelope('Credential', `vc+jwt,${await signed({})}`);
      const presentation = {
        '@context': ['https://www.w3.org/ns/credentials/v2'],
        type: ['VerifiablePresentation'],
        holder: theirs.did,
        verifiableCredential: [credential],
      };
      const token = await new SignJWT({...presentation, nonce: 'n-1', aud: 'https://verifier.example'})
        .setProtectedHeader({alg, typ: 'vp+jwt', cty: 'vp', kid: theirs.kid})
        .sign(theirs.privateKey);
      const enveloped = envelope('Presentation', `vp+jwt,${token}`);
      const asked = {challenge: 'n-1', domain: 'https://verifier.example'};
      const {status, body} = await verifyPresentation(enveloped, asked);
      assert.equal(status, 200, JSON.stringify(body));
      for(const other of [{...asked, challenge: 'n-2'}, {...asked, domain: 'https://other.example'}]) {
        assert.equal((await verifyPresentation(enveloped, other)).status, 400, JSON.stringify(other));
      }
    });
  }
}

async function sdJwt(check, issue, verify) {
  const text = data(await issue('sd-jose'), 'vc+sd-jwt');
  const {kid} = decodeProtectedHeader(text.split('~')[0]);
  const instance = async parts => {
    const made = new VcSdJwt({hasher: digest, hashAlg: 'sha-256', signAlg: 'ES256', saltGenerator: generateSalt, ...parts});
    return made;
  };

  await check('@sd-jwt/core verifies our vc+sd-jwt and withholds a claim of it', async () => {
    const theirs = await instance({verifier: await ES256.getVerifier(jwk(kid))});
    const {payload, header} = await theirs.verify(text);
    assert.equal(header.typ, 'vc+sd-jwt');
    assert.deepEqual(payload.credentialSubject, alumni(undefined).credentialSubject);
    const shorter = await theirs.present(text, {});
    assert.equal((await theirs.verify(shorter)).payload.credentialSubject.alumniOf, undefined);
    const {status, body} = await verify(envelope('Credential', `vc+sd-jwt,${shorter}`));
    assert.equal(status, 200, JSON.stringify(body));
  });

  await check('our VC API verifies a vc+sd-jwt made by @sd-jwt/core, and none that was changed', async () => {
    const {publicKey, privateKey} = await ES256.generateKeyPair();
    const {did, kid} = named(publicKey);
    const theirs = await instance({signer: await ES256.getSigner(privateKey)});
    const made = await theirs.issue(alumni(did), {credentialSubject: {_sd: ['alumniOf']}}, {header: {kid, cty: 'vc'}});
    const {status, body} = await verify(envelope('Credential', `vc+sd-jwt,${made}`));
    assert.equal(status, 200, JSON.stringify(body));
    const [token, disclosure] = made.split('~');
    const [salt, name] = JSON.parse(Buffer.from(disclosure, 'base64url'));
    const changed = Buffer.from(JSON.stringify([salt, name, {name: 'Another'}])).toString('base64url');
    assert.equal((await verify(envelope('Credential', `vc+sd-jwt,${token}~${changed}~`))).status, 400);
  });
}

async function cose(check, issue, verify, verifyPresentation) {
  const bytes = Buffer.from(data(await issue('cose'), 'vc+cose;base64'), 'base64');
  const sign1 = Sign1.decode(bytes);

  await check('@auth0/cose verifies our vc+cose', async () => {
    const kid = Buffer.from(sign1.protectedHeaders.get(KID)).toString();
    await sign1.verify(await keyOf(kid));
    assert.equal(sign1.protectedHeaders.get(TYP), 'application/vc+cose');
    assert.equal(sign1.protectedHeaders.get(CONTENT_TYPE), 'application/vc');
    const credential = JSON.parse(Buffer.from(sign1.payload));
    assert.deepEqual(credential.credentialSubject, alumni(undefined).credentialSubject);
    assert.equal(kid.split('#')[0], credential.issuer);
  });

  await check('@auth0/cose refuses our vc+cose under another key', async () => {
    await assert.rejects(sign1.verify((await person('ES256')).publicKey));
  });

  const theirs = await person('ES256');
  const signed = async (content, document, {typ = `application/${content}+cose`, kid = theirs.kid} = {}) => {
    const headers = new Map([[1, -7], [CONTENT_TYPE, `application/${content}`], [KID, Buffer.from(kid)], [TYP, typ]]);
    const made = await Sign1.sign(headers, undefined, Buffer.from(JSON.stringify(document)), theirs.privateKey);
    return Buffer.from(made.encode()).toString('base64');
  };

  await check('our VC API verifies a vc+cose made by @auth0/cose, and none that is wrong', async () => {
    const good = await signed('vc', alumni(theirs.did));
    const {status, body} = await verify(envelope('Credential', `vc+cose;base64,${good}`));
    assert.equal(status, 200, JSON.stringify(body));
    const stranger = await person('ES256');
    const wrong = [
      await signed('vc', alumni(stranger.did)),
      await signed('vc', alumni(theirs.did), {typ: 'application/vp+cose'}),
      await signed('vp', alumni(theirs.did)),
      await signed('vc', alumni(theirs.did), {kid: stranger.kid}),
      await signed('vc', {...alumni(theirs.did), vc: {}}),
    ];
    for(const [index, text] of wrong.entries()) {
      assert.equal((await verify(envelope('Credential', `vc+cose;base64,${text}`))).status, 400, `case ${index}`);
    }
  });

  await check('our VC API verifies a vp+cose made by @auth0/cose with a vc+cose in it', async () => {
    const credential = envelope('Credential', `vc+cose;base64,${await signed('vc', alumni(theirs.did))}`);
    const presentation = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiablePresentation'],
      holder: theirs.did,
      verifiableCredential: [credential],
    };
    const enveloped = envelope('Presentation', `vp+cose;base64,${await signed('vp', presentation)}`);
    const {status, body} = await verifyPresentation(enveloped);
    assert.equal(status, 200, JSON.stringify(body));
    // No CWT claim names the challenge, so it answers none.
    assert.equal((await verifyPresentation(enveloped, {challenge: 'n-1'})).status, 400);
  });
}

class VcSdJwt extends SDJwtInstance {
  type = 'vc+sd-jwt';
  validateReservedFields() {}
}

function envelope(kind, id) {
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id: `data:application/${id}`,
    type: `EnvelopedVerifiable${kind}`,
  };
}

function data(url, media) {
  const start = `data:application/${media},`;
  assert(url.startsWith(start), url.slice(0, 60));
  return url.slice(start.length);
}

/** Somebody with a did:jwk. */
async function person(alg, options = {}) {
  const {publicKey, privateKey} = await generateKeyPair(alg, {extractable: true, ...options});
  return {publicKey, privateKey, ...named(await exportJWK(publicKey))};
}

function named({kty, crv, x, y}) {
  const did = `did:jwk:${Buffer.from(JSON.stringify({crv, kty, x, y})).toString('base64url')}`;
  return {did, kid: `${did}#0`};
}

/** `alg: none` in place of the signature. */
function unsecured(token) {
  const [header, payload] = token.split('.');
  const none = {...JSON.parse(Buffer.from(header, 'base64url')), alg: 'none'};
  return `${Buffer.from(JSON.stringify(none)).toString('base64url')}.${payload}.`;
}

function jwk(kid) {
  return jwkOfMultikey(kid.split('#')[1]);
}

async function keyOf(kid) {
  return importJWK(jwk(kid), 'ES256');
}
