// Every flow of OID4VCI 1.0 that needs a wallet known to the issuer, by the OpenWallet Foundation's library: authorization
// code with PAR, PKCE and DPoP, wallet-initiated, client attestation, key attestation, certificates in x5c, deferred issuance,
// notification.
//
// usage: node flows.mjs INPUT.json (see tests/interop/flows.rs)
import assert from 'node:assert/strict';
import {X509Certificate} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {createClientAttestationJwt, clientAuthenticationClientAttestationJwt, clientAuthenticationNone, Oauth2Client}
  from '@openid4vc/oauth2';
import * as jose from 'jose';
import {check, finish} from './check.mjs';
import {Person} from './person.mjs';
import {boundTo, callbacks, knownKey, newClient, newKey, resolved, retrieve, signed} from './wallet.mjs';

const {issuer, offers, client: clientId, attestedClient, redirectUri, ...trust} =
  JSON.parse(readFileSync(process.argv[2], 'utf8'));
const [first, attestedOffer, keyOffer, deferredOffer, certifiedOffer] = offers;
const attester = await knownKey(trust.attester);
const certified = await knownKey(trust.certified);
const inAMinute = () => Math.floor(Date.now() / 1000) + 60;

const wallet = newClient(clientAuthenticationNone({clientId}));
const person = new Person(issuer);

/** The authorization request of an offer: everything it offers, by scope. */
async function begin(client, id, {uri}, dpop) {
  const offer = await resolved(client, uri);
  const {credentialOffer: {credential_configuration_ids: ids}, issuerMetadata} = offer;
  const known = issuerMetadata.credentialIssuer.credential_configurations_supported;
  const begun = await client.createAuthorizationRequestUrlFromOffer({
    ...offer, clientId: id, redirectUri, scope: ids.map(it => known[it].scope).join(' '),
    ...dpop && {dpop},
  });
  return {...offer, ...begun};
}

/** The answer, which must be this issuer's (RFC 9207). */
function answered(client, {issuerMetadata}, url) {
  const [authorizationServerMetadata] = issuerMetadata.authorizationServers;
  return client.parseAndVerifyAuthorizationResponseRedirectUrl({url, authorizationServerMetadata});
}

/** An access token for a code. */
async function redeem(client, begun, authorizationCode) {
  const answer = await client.retrieveAuthorizationCodeAccessTokenFromOffer({
    credentialOffer: begun.credentialOffer, issuerMetadata: begun.issuerMetadata, authorizationCode,
    pkceCodeVerifier: begun.pkce.codeVerifier, redirectUri, ...begun.dpop && {dpop: begun.dpop},
  });
  return {...begun, token: answer.accessTokenResponse, dpop: answer.dpop};
}

/** A request that the issuer answers with this error. */
function refused(request, code) {
  return assert.rejects(request, error => {
    const told = error.errorResponse ?? error.response?.deferredCredentialErrorResponseResult?.data;
    assert.equal(told?.error, code, String(error.stack));
    return true;
  });
}

const of = (session, type, format) =>
  session.credentialOffer.credential_configuration_ids.find(it => it.startsWith(type) && it.endsWith(format));

await check('authorization code with PAR, PKCE and DPoP: the person enrols, the wallet gets both formats', async () => {
  const begun = await begin(wallet, clientId, first, {signer: await newKey()});
  assert.deepEqual([...new URL(begun.authorizationRequestUrl).searchParams.keys()].sort(), ['client_id', 'request_uri']);
  assert.equal(begun.pkce.codeChallengeMethod, 'S256');
  const back = await person.enrol(begun.authorizationRequestUrl, first.txCode);
  const {code} = answered(wallet, begun, back);
  const thief = {...begun, dpop: {signer: await newKey()}};
  // The code is bound to the key of the pushed request.
  await refused(redeem(wallet, thief, code), 'invalid_grant');
  const forgetful = {...begun, pkce: {codeVerifier: 'x'.repeat(43)}};
  await refused(redeem(wallet, forgetful, code), 'invalid_grant');
  const session = await redeem(wallet, begun, code);
  assert.equal(session.token.token_type, 'DPoP');
  const holder = await newKey();
  for(const format of ['ldp_vc', 'sd-jwt']) {
    const {credentials} = await retrieve(wallet, session, of(session, 'StaffIdentity', format), [holder]);
    assert.equal(credentials.length, 1);
  }
});

await check('the same person signs in again, and what another issuer would answer is refused', async () => {
  const begun = await begin(wallet, clientId, first);
  const back = await person.signIn(begun.authorizationRequestUrl);
  const mixedUp = new URL(back);
  mixedUp.searchParams.set('iss', 'https://other.example');
  assert.throws(() => answered(wallet, begun, mixedUp.href), 'RFC 9207');
  const session = await redeem(wallet, begun, answered(wallet, begun, back).code);
  assert.equal(session.token.token_type, 'Bearer');
  await refused(redeem(wallet, begun, answered(wallet, begun, back).code), 'invalid_grant');
});

await check('a person who says no sends access_denied to the wallet', async () => {
  const begun = await begin(wallet, clientId, first);
  const answer = answered(wallet, begun, await person.decline(begun.authorizationRequestUrl));
  assert.equal(answer.error, 'access_denied');
});

await check('the wallet begins by itself, without an offer', async () => {
  const oauth = new Oauth2Client({callbacks: {...callbacks, clientAuthentication: clientAuthenticationNone({clientId})}});
  const {issuerMetadata} = await resolved(wallet, first.uri);
  const [authorizationServerMetadata] = issuerMetadata.authorizationServers;
  const begun = await oauth.createAuthorizationRequestUrl(
    {authorizationServerMetadata, clientId, redirectUri, scope: 'StaffIdentity_dc_sd-jwt', state: 'of this wallet'});
  const back = new URL(await person.signIn(begun.authorizationRequestUrl));
  assert.equal(back.searchParams.get('state'), 'of this wallet');
  const {accessTokenResponse: token} = await oauth.retrieveAuthorizationCodeAccessToken({
    authorizationServerMetadata, authorizationCode: back.searchParams.get('code'),
    pkceCodeVerifier: begun.pkce.codeVerifier, redirectUri,
  });
  const {credentials} = await retrieve(wallet, {issuerMetadata, token}, 'StaffIdentity_dc_sd-jwt', [await newKey()]);
  assert.equal(credentials.length, 1);
});

await check('a wallet that must be attested shows its attestation, and is refused without', async () => {
  const instance = await newKey();
  const clientAttestationJwt = await createClientAttestationJwt({
    callbacks, clientId: attestedClient, issuer: 'https://provider.example', signer: attester,
    confirmation: {jwk: instance.publicJwk}, expiresAt: new Date(Date.now() + 60_000),
  });
  const attested = newClient(clientAuthenticationClientAttestationJwt({callbacks, clientAttestationJwt}));
  const plain = newClient(clientAuthenticationNone({clientId: attestedClient}));
  await refused(begin(plain, attestedClient, attestedOffer), 'invalid_client');
  const begun = await begin(attested, attestedClient, attestedOffer, {signer: await newKey()});
  const back = await new Person(issuer).enrol(begun.authorizationRequestUrl, attestedOffer.txCode);
  const {code} = answered(attested, begun, back);
  await refused(redeem(plain, begun, code), 'invalid_client');
  const session = await redeem(attested, begun, code);
  const id = of(session, 'StaffIdentity', 'sd-jwt');
  assert.equal((await retrieve(attested, session, id, [await newKey()])).credentials.length, 1);
});

/** A key attestation of OID4VCI 1.0, D.1, by a wallet provider: one that is known by its key, or by its certificates. */
async function keyAttestation(nonce, keys, by = attester, x5c = undefined) {
  const payload = {
    iss: 'https://provider.example', iat: Math.floor(Date.now() / 1000), exp: inAMinute(), nonce,
    key_storage: ['iso_18045_moderate'], user_authentication: ['iso_18045_moderate'],
    attested_keys: keys.map(it => it.publicJwk),
  };
  return signed(by, {typ: 'key-attestation+jwt', ...x5c && {x5c}}, payload);
}

await check('keys that a wallet provider attested, beside a proof of one of them', async () => {
  const offer = await resolved(wallet, keyOffer.uri);
  const {accessTokenResponse: token} =
    await wallet.retrievePreAuthorizedCodeAccessTokenFromOffer({...offer, txCode: keyOffer.txCode});
  const session = {...offer, token};
  const {c_nonce: nonce} = await wallet.requestNonce(offer);
  const keys = [await newKey(), await newKey()];
  const id = of(session, 'StaffIdentity', 'sd-jwt');
  const {jwt} = await wallet.createCredentialRequestJwtProof({
    issuerMetadata: offer.issuerMetadata, credentialConfigurationId: id, signer: keys[0], nonce,
    issuedAt: new Date(), keyAttestationJwt: await keyAttestation(nonce, keys),
  });
  const {credentials} = await retrieve(wallet, session, id, [], {jwt: [jwt]});
  assert.deepEqual(boundTo(credentials), keys.map(it => it.publicJwk.x));
});

/** What node and jose find behind `x5c`: a key that the organisation's anchor certified, and that signed. */
async function checkCertificate(jws) {
  const {x5c} = jose.decodeProtectedHeader(jws);
  const anchor = new X509Certificate(trust.anchor);
  const [leaf, ...others] = x5c.map(it => new X509Certificate(Buffer.from(it, 'base64')));
  assert.deepEqual(others, [], 'the anchor is not sent');
  assert(leaf.checkIssued(anchor) && leaf.verify(anchor.publicKey));
  return jose.compactVerify(jws, leaf.publicKey);
}

await check('node and jose follow x5c of a credential and of the metadata to the anchor (HAIP 1.0)', async () => {
  const offer = await resolved(wallet, certifiedOffer.uri);
  const {accessTokenResponse: token} =
    await wallet.retrievePreAuthorizedCodeAccessTokenFromOffer({...offer, txCode: certifiedOffer.txCode});
  const session = {...offer, token};
  const {c_nonce: nonce} = await wallet.requestNonce(offer);
  const keys = [await newKey()];
  const id = of(session, 'StaffIdentity', 'sd-jwt');
  const prove = async x5c => ({attestation: [await keyAttestation(nonce, keys, certified, x5c)]});
  const stranger = ['AAAA', ...trust.certificates];
  for(const untrusted of [undefined, stranger]) {
    await assert.rejects(retrieve(wallet, session, id, [], await prove(untrusted)), error =>
      error.response.credentialErrorResponseResult.data.error === 'invalid_proof');
  }
  const {credentials: [{credential}]} = await retrieve(wallet, session, id, [], await prove(trust.certificates));
  await checkCertificate(credential.split('~')[0]);
  const url = `${issuer}/.well-known/openid-credential-issuer/t/undp`;
  const metadata = await fetch(url, {headers: {accept: 'application/jwt'}});
  await checkCertificate(await metadata.text());
});

/**
 * Notification identifiers of deferred answers. Version 0.4.6 of the library refuses them beside `credentials`, where OID4VCI
 * 1.0, 9.2 has them (its condition is the wrong way round), so they are taken out before it looks.
 */
const notificationIds = [];

async function fetchDeferred(url, options) {
  const response = await fetch(url, options);
  if(!String(url).endsWith('/deferred_credential') || response.status !== 200) {
    return response;
  }
  const {notification_id: id, ...answer} = await response.json();
  notificationIds.push(id);
  return new Response(JSON.stringify(answer), {status: 200, headers: response.headers});
}

await check('what a second person approves first is deferred, asked for again, and notified of', async () => {
  const wallet = newClient(clientAuthenticationNone({clientId}), {fetch: fetchDeferred});
  const begun = await begin(wallet, clientId, deferredOffer, {signer: await newKey()});
  const back = await new Person(issuer).enrol(begun.authorizationRequestUrl, deferredOffer.txCode);
  const session = await redeem(wallet, begun, answered(wallet, begun, back).code);
  const id = of(session, 'Employment', 'sd-jwt');
  const keys = [await newKey(), await newKey()];
  const waits = await retrieve(wallet, session, id, keys);
  assert(waits.transaction_id && waits.interval > 0 && !waits.credentials, JSON.stringify(waits));
  const {issuerMetadata, token: {access_token: accessToken}, dpop} = session;
  const ask = () => wallet.retrieveDeferredCredentials(
    {issuerMetadata, accessToken, transactionId: waits.transaction_id, dpop});
  let answer = (await ask()).deferredCredentialResponse;
  // Somebody approves meanwhile.
  for(let tries = 0; !answer.credentials && tries < 100; tries += 1) {
    assert.equal(answer.transaction_id, waits.transaction_id);
    await pause(200);
    answer = (await ask()).deferredCredentialResponse;
  }
  assert.deepEqual(boundTo(answer.credentials), keys.map(it => it.publicJwk.x));
  await refused(ask(), 'invalid_transaction_id');
  const [notificationId] = notificationIds;
  assert(notificationId);
  const notification = {notificationId, event: 'credential_accepted'};
  await wallet.sendNotification({issuerMetadata, accessToken, dpop, notification});
});

finish('flows');
