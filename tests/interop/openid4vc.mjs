// The OpenWallet Foundation's OpenID4VC library as the wallet of our issuer: offers, tokens, DPoP, batches, encrypted
// requests and answers, notifications.
import assert from 'node:assert/strict';
import {createHash, randomBytes} from 'node:crypto';
import {Openid4vciClient} from '@openid4vc/openid4vci';
import {clientAuthenticationAnonymous} from '@openid4vc/oauth2';
import {setGlobalConfig} from '@openid4vc/utils';
import * as jose from 'jose';

// The test's services are on loopback, where there is no certificate.
setGlobalConfig({allowInsecureUrls: true});

/** Keys by thumbprint, so that the library's callbacks find the private one of a public JWK. */
const keys = new Map();

async function newKey() {
  const pair = await jose.generateKeyPair('ES256', {extractable: true});
  const jwk = await jose.exportJWK(pair.publicKey);
  keys.set(await jose.calculateJwkThumbprint(jwk), pair.privateKey);
  return {method: 'jwk', alg: 'ES256', publicJwk: jwk};
}

const answerKey = await jose.generateKeyPair('ECDH-ES', {crv: 'P-256', extractable: true});
const answerJwk = {...await jose.exportJWK(answerKey.publicKey), alg: 'ECDH-ES', kid: 'answers'};

const callbacks = {
  fetch,
  hash: (data, algorithm) => createHash(algorithm).update(data).digest(),
  generateRandom: length => randomBytes(length),
  clientAuthentication: clientAuthenticationAnonymous(),
  async signJwt(signer, {header, payload}) {
    const key = keys.get(await jose.calculateJwkThumbprint(signer.publicJwk));
    const jwt = await new jose.SignJWT(payload).setProtectedHeader(header).sign(key);
    return {jwt, signerJwk: signer.publicJwk};
  },
  verifyJwt() {
    throw new Error('nothing is verified here');
  },
  encryptJwe() {
    throw new Error('encrypted by hand below');
  },
  decryptJwe() {
    throw new Error('decrypted by hand below');
  },
};

const client = new Openid4vciClient({callbacks});

/** An offer up to its access token. */
async function accept({uri, txCode}, dpop) {
  const link = `openid-credential-offer://?credential_offer_uri=${encodeURIComponent(uri)}`;
  const credentialOffer = await client.resolveCredentialOffer(link);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  const answer = await client.retrievePreAuthorizedCodeAccessTokenFromOffer(
    {credentialOffer, issuerMetadata, txCode, ...dpop && {dpop}});
  return {credentialOffer, issuerMetadata, token: answer.accessTokenResponse, dpop: answer.dpop};
}

async function proofs(session, credentialConfigurationId, signers) {
  const {c_nonce: nonce} = await client.requestNonce(session);
  const {issuerMetadata} = session;
  const jwts = [];
  for(const signer of signers) {
    const made = await client.createCredentialRequestJwtProof(
      {issuerMetadata, credentialConfigurationId, signer, nonce, issuedAt: new Date()});
    jwts.push(made.jwt);
  }
  return {jwt: jwts};
}

async function retrieve(session, credentialConfigurationId, signers) {
  const answer = await client.retrieveCredentials({
    issuerMetadata: session.issuerMetadata,
    accessToken: session.token.access_token,
    credentialConfigurationId,
    proofs: await proofs(session, credentialConfigurationId, signers),
    ...session.dpop && {dpop: session.dpop},
  });
  return answer.credentialResponse;
}

export async function checkOpenid4vc(check, {offers}) {
  const [plain, bound, batch] = offers;

  await check('@openid4vc/openid4vci takes an offer with its transaction code, in both formats', async () => {
    const session = await accept(plain);
    const holder = await newKey();
    for(const id of session.credentialOffer.credential_configuration_ids) {
      const {credentials, notification_id: notification} = await retrieve(session, id, [holder]);
      assert.equal(credentials.length, 1);
      await client.sendNotification({
        issuerMetadata: session.issuerMetadata,
        accessToken: session.token.access_token,
        notification: {notificationId: notification, event: 'credential_accepted'},
      });
    }
  });

  await check('@openid4vc/openid4vci binds its token with DPoP', async () => {
    const session = await accept(bound, {signer: await newKey()});
    assert.equal(session.token.token_type, 'DPoP');
    const [id] = session.credentialOffer.credential_configuration_ids;
    const {credentials} = await retrieve(session, id, [await newKey()]);
    assert.equal(credentials.length, 1);
    const unbound = {...session, dpop: undefined};
    await assert.rejects(retrieve(unbound, id, [await newKey()]), 'the token is no use without its key');
  });

  const session = await accept(batch);
  const signers = [await newKey(), await newKey(), await newKey()];
  const id = session.credentialOffer.credential_configuration_ids.find(it => it.endsWith('sd-jwt'));

  await check('@openid4vc/openid4vci gets a copy for each of three keys', async () => {
    const {batch_credential_issuance: offered} = session.issuerMetadata.credentialIssuer;
    assert(offered.batch_size >= 3);
    const {credentials} = await retrieve(session, id, signers);
    const bound = credentials.map(({credential}) => jose.decodeJwt(credential.split('~')[0]).cnf.jwk.x);
    assert.deepEqual(bound, signers.map(it => it.publicJwk.x));
  });

  await check('jose encrypts a request to our issuer and decrypts its answer', async () => {
    const {credentialIssuer: metadata} = session.issuerMetadata;
    const [jwk] = metadata.credential_request_encryption.jwks.keys;
    const request = {
      credential_configuration_id: id,
      proofs: await proofs(session, id, signers.slice(0, 1)),
      credential_response_encryption: {jwk: answerJwk, enc: 'A256GCM'},
    };
    const body = await new jose.CompactEncrypt(Buffer.from(JSON.stringify(request)))
      .setProtectedHeader({alg: 'ECDH-ES', enc: 'A128GCM', kid: jwk.kid, apu: 'cGVlcg'})
      .encrypt(await jose.importJWK(jwk, 'ECDH-ES'));
    const response = await fetch(metadata.credential_endpoint, {
      method: 'POST',
      headers: {'content-type': 'application/jwt', authorization: `Bearer ${session.token.access_token}`},
      body,
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.equal(response.headers.get('content-type'), 'application/jwt');
    const {plaintext, protectedHeader} = await jose.compactDecrypt(text, answerKey.privateKey);
    assert.equal(protectedHeader.kid, 'answers');
    assert.equal(JSON.parse(Buffer.from(plaintext)).credentials.length, 1);
  });
}
