// A verifier made of the OpenWallet Foundation's library, for our wallet: it asks by certificate, by DID and unsigned, and reads
// answers in the clear and encrypted. Prints its links as one line of JSON, then waits for an answer to each.
// Input: a JSON file with the registry's address, a key, and the certificates of it (see tests/interop/verifiers.rs).
import assert from 'node:assert/strict';
import {createHash, randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {calculateX509HashClientIdPrefixValue, Openid4vpVerifier} from '@openid4vc/openid4vp';
import * as jose from 'jose';
import {check, finish} from './check.mjs';
import {keyOfDid} from './openid4vp.mjs';
import {callbacks} from './wallet.mjs';

const {registry, key, x5c} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const {d, ...publicJwk} = key;
const signingKey = await jose.importJWK(key, 'ES256');
const own = `did:jwk:${Buffer.from(JSON.stringify(publicJwk)).toString('base64url')}`;
const base64url = bytes => Buffer.from(bytes).toString('base64url');
const sha256 = text => base64url(createHash('sha256').update(text).digest());
const hash = await calculateX509HashClientIdPrefixValue({x509Certificate: x5c[0], hash: callbacks.hash});
const byCertificate = {method: 'x5c', x5c, alg: 'ES256'};

const CASES = [
  {name: 'x509_hash', clientId: () => `x509_hash:${hash}`, signer: byCertificate, encrypted: true},
  {name: 'x509_san_dns', clientId: () => 'x509_san_dns:localhost', signer: byCertificate},
  {
    name: 'decentralized_identifier',
    clientId: () => `decentralized_identifier:${own}`,
    signer: {method: 'did', didUrl: `${own}#0`, alg: 'ES256'},
    encrypted: true,
    approves: true,
  },
  {name: 'redirect_uri', clientId: responseUri => `redirect_uri:${responseUri}`, encrypted: true},
];

const verifier = new Openid4vpVerifier({callbacks: {
  ...callbacks,
  async signJwt(signer, {header, payload}) {
    const jwt = await new jose.SignJWT(payload).setProtectedHeader({...header, alg: 'ES256'}).sign(signingKey);
    return {jwt, signerJwk: publicJwk};
  },
}});

/** A request object waits under a path, and an answer is waited for under another. */
const requests = new Map();
const answers = new Map();
const server = createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part)).on('end', () => {
    if(requests.has(request.url)) {
      response.setHeader('content-type', 'application/oauth-authz-req+jwt');
      response.end(requests.get(request.url));
    } else if(answers.has(request.url)) {
      answers.get(request.url)(Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString())));
      response.setHeader('content-type', 'application/json').end('{}');
    } else {
      response.writeHead(404).end();
    }
  });
});
await new Promise(resolve => server.listen(0, 'localhost', resolve));
const origin = `http://localhost:${server.address().port}`;

/** The request of a case: its payload, its link, and the answer that will come. */
async function ask({name, clientId, signer, encrypted, approves}) {
  const responseUri = `${origin}/responses/${name}`;
  const answered = new Promise(resolve => answers.set(`/responses/${name}`, resolve));
  const pair = await jose.generateKeyPair('ECDH-ES', {crv: 'P-256', extractable: true});
  const encryption = {...await jose.exportJWK(pair.publicKey), kid: name, use: 'enc', alg: 'ECDH-ES'};
  const approval = {
    type: 'https://schemas.passerelle.example/transaction/approval/v1',
    credential_ids: ['staff'],
    title: 'Travel claim',
    text: '120 dollars.',
  };
  const payload = {
    response_type: 'vp_token',
    response_mode: encrypted ? 'direct_post.jwt' : 'direct_post',
    client_id: clientId(responseUri),
    response_uri: responseUri,
    nonce: base64url(randomBytes(32)),
    state: base64url(randomBytes(16)),
    dcql_query: {credentials: [{
      id: 'staff',
      format: 'dc+sd-jwt',
      meta: {vct_values: ['https://schemas.passerelle.example/v1#StaffIdentity']},
      claims: [{path: ['givenName']}, {path: ['familyName']}],
    }]},
    client_metadata: {
      client_name: 'A verifier of others',
      vp_formats_supported: {'dc+sd-jwt': {'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256']}},
      ...encrypted && {jwks: {keys: [encryption]}, encrypted_response_enc_values_supported: ['A128GCM', 'A256GCM']},
    },
    ...approves && {transaction_data: [base64url(JSON.stringify(approval))]},
  };
  const made = await verifier.createOpenId4vpAuthorizationRequest({
    scheme: 'openid4vp://',
    authorizationRequestPayload: payload,
    ...signer && {jar: {
      requestUri: `${origin}/requests/${name}`,
      jwtSigner: signer,
      expiresInSeconds: 300,
      additionalJwtPayload: {aud: 'https://self-issued.me/v2'},
    }},
  });
  if(signer) {
    requests.set(`/requests/${name}`, made.jar.authorizationRequestJwt);
  }
  return {name, payload, link: made.authorizationRequest, answered, secret: pair.privateKey};
}

/** What the library reads of an answer, with the presentation verified as SD-JWT VC and OpenID4VP say. */
async function read({payload, answered, secret}) {
  const authorizationResponse = await answered;
  assert.equal(authorizationResponse.error, undefined);
  const encrypted = payload.response_mode === 'direct_post.jwt';
  assert.deepEqual(Object.keys(authorizationResponse), encrypted ? ['response'] : ['vp_token', 'state']);
  const parsed = await verifier.parseOpenid4vpAuthorizationResponse({
    authorizationResponse,
    authorizationRequestPayload: payload,
    callbacks: {
      ...callbacks,
      async decryptJwe(jwe) {
        const {plaintext, protectedHeader} = await jose.compactDecrypt(jwe, secret);
        assert.equal(protectedHeader.enc, 'A256GCM', 'the better one of those offered');
        return {decrypted: true, payload: Buffer.from(plaintext).toString(), decryptionJwk: payload.client_metadata.jwks.keys[0]};
      },
    },
  });
  assert.equal(parsed.authorizationResponsePayload.state, payload.state);
  const [shown] = parsed.dcql.presentations.staff;
  return verified(shown, payload);
}

/** The issuer signed it, its holder bound it to this request, and nothing else is disclosed. */
async function verified(shown, {client_id: aud, nonce}) {
  const [jwt, ...rest] = shown.split('~');
  const binding = rest.pop();
  const {kid, alg} = jose.decodeProtectedHeader(jwt);
  const issuer = await jose.importJWK(await keyOfDid({didUrl: kid}, registry), alg);
  const {payload} = await jose.jwtVerify(jwt, issuer);
  const holder = await jose.importJWK(payload.cnf.jwk, 'ES256');
  const {payload: bound} = await jose.jwtVerify(binding, holder, {typ: 'kb+jwt', audience: aud});
  assert.equal(bound.nonce, nonce);
  assert.equal(bound.sd_hash, sha256(shown.slice(0, shown.lastIndexOf('~') + 1)));
  const names = rest.map(disclosure => JSON.parse(Buffer.from(disclosure, 'base64url'))[1]);
  assert.deepEqual(names.sort(), ['familyName', 'givenName']);
  return bound;
}

const asked = [];
for(const one of CASES) {
  asked.push(await ask(one));
}
console.log(JSON.stringify(asked.map(({link}) => link)));
for(const one of asked) {
  await check(`our wallet answers a verifier of others: ${one.payload.client_id.split(':')[0]} with ${one.payload.response_mode}`, async () => {
    const bound = await read(one);
    const hashes = one.payload.transaction_data?.map(sha256);
    assert.deepEqual(bound.transaction_data_hashes, hashes);
  });
}
finish('interop of verifiers');
