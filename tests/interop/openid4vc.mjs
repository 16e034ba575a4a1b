// The OpenWallet Foundation's OpenID4VC library as the wallet of our issuer: pre-authorized codes, DPoP, batches, encrypted
// requests and answers, notifications. What needs a wallet that is known to the issuer is in flows.mjs.
import assert from 'node:assert/strict';
import {Oauth2Client, clientAuthenticationAnonymous} from '@openid4vc/oauth2';
import * as jose from 'jose';
import {boundTo, callbacks, newClient, newKey, proofs, resolved, retrieve} from './wallet.mjs';

const answerKey = await jose.generateKeyPair('ECDH-ES', {crv: 'P-256', extractable: true});
const answerJwk = {...await jose.exportJWK(answerKey.publicKey), alg: 'ECDH-ES', kid: 'answers'};

const client = newClient();

/** An offer up to its access token. */
async function accept({uri, txCode}, dpop) {
  const offer = await resolved(client, uri);
  const answer = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({...offer, txCode, ...dpop && {dpop}});
  return {...offer, token: answer.accessTokenResponse, dpop: answer.dpop};
}

export async function checkOpenid4vc(check, {offers}) {
  const [plain, bound, batch] = offers;

  await check('@openid4vc/openid4vci takes an offer with its transaction code, in both formats', async () => {
    const session = await accept(plain);
    const holder = await newKey();
    for(const id of session.credentialOffer.credential_configuration_ids) {
      const {credentials, notification_id: notification} = await retrieve(client, session, id, [holder]);
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
    const {credentials} = await retrieve(client, session, id, [await newKey()]);
    assert.equal(credentials.length, 1);
    const unbound = {...session, dpop: undefined};
    await assert.rejects(retrieve(client, unbound, id, [await newKey()]), 'the token is no use without its key');

    // And renews by it what it has, with the same DPoP key and another of the holder.
    const oauth = new Oauth2Client({callbacks: {...callbacks, clientAuthentication: clientAuthenticationAnonymous()}});
    const [authorizationServerMetadata] = session.issuerMetadata.authorizationServers;
    const refresh = {authorizationServerMetadata, refreshToken: session.token.refresh_token};
    await assert.rejects(oauth.retrieveRefreshTokenAccessToken(refresh), 'a refresh token is bound to the key as well');
    const renewed = await oauth.retrieveRefreshTokenAccessToken({...refresh, dpop: session.dpop});
    const again = {...session, token: renewed.accessTokenResponse, dpop: renewed.dpop};
    assert.notEqual(again.token.refresh_token, session.token.refresh_token);
    const {credentials: [fresh]} = await retrieve(client, again, id, [await newKey()]);
    assert.notDeepEqual(fresh, credentials[0]);
  });

  const session = await accept(batch);
  const signers = [await newKey(), await newKey(), await newKey()];
  const id = session.credentialOffer.credential_configuration_ids.find(it => it.endsWith('sd-jwt'));

  await check('@openid4vc/openid4vci gets a copy for each of three keys', async () => {
    const {batch_credential_issuance: offered} = session.issuerMetadata.credentialIssuer;
    assert(offered.batch_size >= 3);
    const {credentials} = await retrieve(client, session, id, signers);
    assert.deepEqual(boundTo(credentials), signers.map(it => it.publicJwk.x));
  });

  await check('jose encrypts a request to our issuer and decrypts its answer', async () => {
    const {credentialIssuer: metadata} = session.issuerMetadata;
    const [jwk] = metadata.credential_request_encryption.jwks.keys;
    const request = {
      credential_configuration_id: id,
      proofs: await proofs(client, session, id, signers.slice(0, 1)),
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
