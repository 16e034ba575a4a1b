// A wallet made of the OpenWallet Foundation's library, with keys and a clock of this process.
import {createHash, randomBytes} from 'node:crypto';
import {Openid4vciClient} from '@openid4vc/openid4vci';
import {clientAuthenticationAnonymous} from '@openid4vc/oauth2';
import {setGlobalConfig} from '@openid4vc/utils';
import * as jose from 'jose';

// The test's services are on loopback, where there is no certificate.
setGlobalConfig({allowInsecureUrls: true});

/** Keys by thumbprint, so that the library's callbacks find the private one of a public JWK. */
const keys = new Map();

/** Remembers a private key (JWK) and answers how the library names it as a signer. */
export async function knownKey({d, ...publicJwk}) {
  keys.set(await jose.calculateJwkThumbprint(publicJwk), await jose.importJWK({...publicJwk, d}, 'ES256'));
  return {method: 'jwk', alg: 'ES256', publicJwk};
}

export async function newKey() {
  const pair = await jose.generateKeyPair('ES256', {extractable: true});
  return knownKey(await jose.exportJWK(pair.privateKey));
}

/** A compact JWS by a key that `newKey` or `knownKey` answered. */
export async function signed(signer, header, payload) {
  const key = keys.get(await jose.calculateJwkThumbprint(signer.publicJwk));
  return new jose.SignJWT(payload).setProtectedHeader({...header, alg: signer.alg}).sign(key);
}

function untouched() {
  throw new Error('not used here');
}

export const callbacks = {
  fetch,
  hash: (data, algorithm) => createHash(algorithm).update(data).digest(),
  generateRandom: length => randomBytes(length),
  async signJwt(signer, {header, payload}) {
    return {jwt: await signed(signer, header, payload), signerJwk: signer.publicJwk};
  },
  verifyJwt: untouched,
  encryptJwe: untouched,
  decryptJwe: untouched,
};

export function newClient(clientAuthentication = clientAuthenticationAnonymous(), others = {}) {
  return new Openid4vciClient({callbacks: {...callbacks, clientAuthentication, ...others}});
}

/** An offer that was given by reference, and the metadata of its issuer. */
export async function resolved(client, uri) {
  const link = `openid-credential-offer://?credential_offer_uri=${encodeURIComponent(uri)}`;
  const credentialOffer = await client.resolveCredentialOffer(link);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  return {credentialOffer, issuerMetadata};
}

/** A proof of each key, in the order of the keys, with one fresh nonce. */
export async function proofs(client, {issuerMetadata}, credentialConfigurationId, signers) {
  const {c_nonce: nonce} = await client.requestNonce({issuerMetadata});
  const jwt = [];
  for(const signer of signers) {
    const made = await client.createCredentialRequestJwtProof(
      {issuerMetadata, credentialConfigurationId, signer, nonce, issuedAt: new Date()});
    jwt.push(made.jwt);
  }
  return {jwt};
}

/** A credential request by a session: `issuerMetadata`, `token`, and `dpop` where the token is bound. */
export async function retrieve(client, session, credentialConfigurationId, signers, shown) {
  const answer = await client.retrieveCredentials({
    issuerMetadata: session.issuerMetadata,
    accessToken: session.token.access_token,
    credentialConfigurationId,
    proofs: shown ?? await proofs(client, session, credentialConfigurationId, signers),
    ...session.dpop && {dpop: session.dpop},
  });
  return answer.credentialResponse;
}

/** The public keys (`x`) to which SD-JWT VCs are bound. */
export function boundTo(credentials) {
  return credentials.map(({credential}) => jose.decodeJwt(credential.split('~')[0]).cnf.jwk.x);
}
