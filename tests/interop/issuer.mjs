// An issuer made of the OpenWallet Foundation's libraries, for our wallet: pre-authorized code, DPoP with nonces, client attestation,
// encrypted requests and answers, an SD-JWT VC by a did:jwk, notification. It trusts one wallet provider by its key.
//
// usage: node issuer.mjs INPUT.json with {port, attester, clientId}; says "ready" and ends with its input.
import assert from 'node:assert/strict';
import {createHash, randomBytes, randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {Oauth2AuthorizationServer, Oauth2ResourceServer, clientAuthenticationAnonymous, preAuthorizedCodeGrantIdentifier}
  from '@openid4vc/oauth2';
import {Openid4vciIssuer} from '@openid4vc/openid4vci';
import {setGlobalConfig} from '@openid4vc/utils';
import {ES256, digest, generateSalt} from '@sd-jwt/crypto-nodejs';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import * as jose from 'jose';

setGlobalConfig({allowInsecureUrls: true});

const {port, attester, clientId} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const here = `http://localhost:${port}`;
const CODE = randomUUID();
const [configuration, vct] = ['interop_sd_jwt', 'https://credentials.example/interop'];
const algorithms = ['ES256'];

const tokenKey = await jose.generateKeyPair('ES256', {extractable: true});
const tokenJwk = {...await jose.exportJWK(tokenKey.publicKey), kid: 'tokens', alg: 'ES256'};
const requestKey = await jose.generateKeyPair('ECDH-ES', {crv: 'P-256', extractable: true});
const requestJwk = {...await jose.exportJWK(requestKey.publicKey), kid: 'requests', alg: 'ECDH-ES', use: 'enc'};

const callbacks = {
  fetch,
  hash: (data, algorithm) => createHash(algorithm).update(data).digest(),
  generateRandom: length => randomBytes(length),
  clientAuthentication: clientAuthenticationAnonymous(),
  async signJwt(signer, {header, payload}) {
    const jwt = await new jose.SignJWT(payload).setProtectedHeader({...header, alg: 'ES256'}).sign(tokenKey.privateKey);
    return {jwt, signerJwk: tokenJwk};
  },
  async verifyJwt(signer, {compact}) {
    // A key that only its name is sent of is the wallet provider's, or that of our own access tokens.
    const known = signer.kid === tokenJwk.kid ? tokenJwk : attester;
    const jwk = signer.publicJwk ?? known;
    const verified = await jose.compactVerify(compact, await jose.importJWK(jwk, 'ES256')).then(() => true, () => false);
    return {verified, signerJwk: jwk};
  },
};
const server = new Oauth2AuthorizationServer({callbacks});
const resource = new Oauth2ResourceServer({callbacks});
const issuer = new Openid4vciIssuer({callbacks});

const serverMetadata = server.createAuthorizationServerMetadata({
  issuer: here,
  token_endpoint: `${here}/token`,
  jwks_uri: `${here}/jwks`,
  grant_types_supported: [preAuthorizedCodeGrantIdentifier],
  token_endpoint_auth_methods_supported: ['attest_jwt_client_auth'],
  client_attestation_signing_alg_values_supported: algorithms,
  client_attestation_pop_signing_alg_values_supported: algorithms,
  dpop_signing_alg_values_supported: algorithms,
});
const encryption = {enc_values_supported: ['A128GCM', 'A256GCM'], encryption_required: true};
const metadata = {
  credential_issuer: here,
  credential_endpoint: `${here}/credential`,
  nonce_endpoint: `${here}/nonce`,
  notification_endpoint: `${here}/notification`,
  credential_request_encryption: {...encryption, jwks: {keys: [requestJwk]}},
  credential_response_encryption: {...encryption, alg_values_supported: ['ECDH-ES']},
  credential_configurations_supported: {[configuration]: {
    format: 'dc+sd-jwt',
    vct,
    cryptographic_binding_methods_supported: ['jwk'],
    credential_signing_alg_values_supported: algorithms,
    proof_types_supported: {jwt: {proof_signing_alg_values_supported: algorithms}},
    credential_metadata: {display: [{name: 'A credential of others', locale: 'en'}]},
  }},
};

const seen = {nonces: 0, tokens: 0, credentials: 0, notifications: 0};
const [cNonces, proofs] = [new Set(), new Set()];
let dpopNonce = randomUUID();
let spent = false;

class Refusal extends Error {
  constructor(status, error, headers = {}) {
    super(error);
    Object.assign(this, {status, error, headers});
  }
}

/** RFC 9449, 8: each proof has the nonce of the answer before, which serves once. */
async function checkNonce(request, status, accessToken) {
  const dpopJwt = request.headers.get('dpop');
  assert(dpopJwt, 'every request is proven');
  const expectedNonce = dpopNonce;
  dpopNonce = randomUUID();
  const {payload} = await server.verifyDpopJwt({dpopJwt, request, accessToken, allowedSigningAlgs: algorithms});
  assert(!proofs.has(payload.jti), 'a proof comes once');
  proofs.add(payload.jti);
  if(payload.nonce !== expectedNonce) {
    seen.nonces += 1;
    throw new Refusal(status, 'use_dpop_nonce', {'www-authenticate': 'DPoP error="use_dpop_nonce"'});
  }
  return dpopJwt;
}

async function grantToken(request, body) {
  const dpopJwt = await checkNonce(request, 400);
  const form = Object.fromEntries(new URLSearchParams(body.toString()));
  const {accessTokenRequest, grant, clientAttestation} = server.parseAccessTokenRequest({request, accessTokenRequest: form});
  const {dpop} = await server.verifyPreAuthorizedCodeAccessTokenRequest({
    authorizationServerMetadata: serverMetadata,
    grant,
    accessTokenRequest,
    request,
    expectedPreAuthorizedCode: CODE,
    dpop: {required: true, jwt: dpopJwt, allowedSigningAlgs: algorithms},
    clientAttestation: {...clientAttestation, required: true, ensureConfirmationKeyMatchesDpopKey: true, expectedClientId: clientId},
  });
  assert(!spent, 'the code serves once');
  spent = true;
  seen.tokens += 1;
  return server.createAccessTokenResponse({
    authorizationServer: here,
    audience: here,
    subject: CODE,
    expiresInSeconds: 300,
    signer: {method: 'jwk', alg: 'ES256', publicJwk: tokenJwk},
    dpop,
  });
}

async function checkToken(request) {
  const accessToken = request.headers.get('authorization').split(' ')[1];
  await checkNonce(request, 401, accessToken);
  await resource.verifyResourceRequest(
    {request, resourceServer: here, authorizationServers: [serverMetadata], allowedAuthenticationSchemes: ['DPoP']});
}

async function issue(request, body) {
  await checkToken(request);
  assert.equal(request.headers.get('content-type'), 'application/jwt');
  const {plaintext} = await jose.compactDecrypt(body.toString(), requestKey.privateKey);
  const {proofs: {jwt: [jwt]}, credential_configuration_id: id, credential_response_encryption: to} =
    JSON.parse(Buffer.from(plaintext));
  assert.equal(id, configuration);
  const {nonce} = jose.decodeJwt(jwt);
  assert(cNonces.delete(nonce), 'a nonce serves once');
  const {header: {jwk}} = await issuer.verifyCredentialRequestJwtProof(
    {jwt, expectedNonce: nonce, issuerMetadata: {credentialIssuer: metadata, authorizationServers: [serverMetadata]}});
  const answer = {credentials: [{credential: await credentialFor(jwk)}], notification_id: 'n1'};
  seen.credentials += 1;
  return new jose.CompactEncrypt(Buffer.from(JSON.stringify(answer)))
    .setProtectedHeader({alg: 'ECDH-ES', enc: to.enc, kid: to.jwk.kid})
    .encrypt(await jose.importJWK(to.jwk, 'ECDH-ES'));
}

async function credentialFor({kty, crv, x, y}) {
  const {publicKey, privateKey} = await ES256.generateKeyPair();
  const own = {crv: publicKey.crv, kty: publicKey.kty, x: publicKey.x, y: publicKey.y};
  const did = `did:jwk:${Buffer.from(JSON.stringify(own)).toString('base64url')}`;
  const instance = new SDJwtVcInstance({
    signer: await ES256.getSigner(privateKey), signAlg: 'ES256', hasher: digest, hashAlg: 'sha-256', saltGenerator: generateSalt,
  });
  const claims = {iss: did, iat: Math.floor(Date.now() / 1000) - 60, vct, cnf: {jwk: {kty, crv, x, y}}, given_name: 'Amina'};
  return instance.issue(claims, {_sd: ['given_name']}, {header: {kid: `${did}#0`}});
}

async function note(request, body) {
  await checkToken(request);
  assert.deepEqual(JSON.parse(body), {notification_id: 'n1', event: 'credential_accepted'});
  seen.notifications += 1;
}

function mintNonce() {
  const nonce = randomUUID();
  cNonces.add(nonce);
  return {c_nonce: nonce};
}

const offer = {
  credential_issuer: here,
  credential_configuration_ids: [configuration],
  grants: {[preAuthorizedCodeGrantIdentifier]: {'pre-authorized_code': CODE}},
};
const routes = {
  'GET /.well-known/openid-credential-issuer': () => metadata,
  // The library leaves out members that it does not know.
  'GET /.well-known/oauth-authorization-server': () => ({
    client_attestation_signing_alg_values_supported: algorithms,
    client_attestation_pop_signing_alg_values_supported: algorithms,
    ...serverMetadata,
  }),
  'GET /jwks': () => ({keys: [tokenJwk]}),
  'GET /offer': () => offer,
  'GET /seen': () => seen,
  'POST /token': grantToken,
  'POST /nonce': mintNonce,
  'POST /credential': issue,
  'POST /notification': note,
};

const http = createServer(async (incoming, outgoing) => {
  const body = await buffer(incoming);
  const request = {headers: new Headers(incoming.headers), method: incoming.method, url: here + incoming.url};
  const send = (status, kind, body) => {
    outgoing.writeHead(status, {'content-type': kind, 'dpop-nonce': dpopNonce}).end(body);
  };
  try {
    const answer = await routes[`${incoming.method} ${incoming.url}`](request, body);
    if(answer === undefined) {
      outgoing.writeHead(204, {'dpop-nonce': dpopNonce}).end();
    } else if(typeof answer === 'string') {
      send(200, 'application/jwt', answer);
    } else {
      send(200, 'application/json', JSON.stringify(answer));
    }
  } catch(error) {
    if(!(error instanceof Refusal)) {
      console.error(incoming.url, error);
    }
    for(const [name, value] of Object.entries(error.headers ?? {})) {
      outgoing.setHeader(name, value);
    }
    send(error.status ?? 400, 'application/json', JSON.stringify({error: error.error ?? 'invalid_request'}));
  }
});
http.listen(port, 'localhost', () => console.log('ready'));
process.stdin.resume();
process.stdin.on('end', () => {
  http.closeAllConnections();
  http.close(() => process.exit(0));
});
