// The OpenWallet Foundation's OpenID4VC library as a wallet before our verifier: requests by DID, by certificate and
// unsigned, answers in the clear and encrypted, SD-JWT VCs with key binding and W3C presentations. jose encrypts, Node checks
// certificates, Digital Bazaar's libraries sign presentations.
import assert from 'node:assert/strict';
import {createHash, X509Certificate} from 'node:crypto';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import {cryptosuite as ecdsa} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import {Openid4vpClient} from '@openid4vc/openid4vp';
import * as jose from 'jose';
import {errors, loader} from './data-integrity.mjs';
import {authorize, get, post} from './http.mjs';
import {jwkOfMultikey} from './sd-jwt.mjs';
import {callbacks, knownKey, newClient, resolved, retrieve, signed} from './wallet.mjs';

const base64url = bytes => Buffer.from(bytes).toString('base64url');
const sha256 = text => base64url(createHash('sha256').update(text).digest());
/** What this wallet encrypts with; asserted against what a request offers by the library. */
const ENCRYPTION = {
  authorization_signing_alg_values_supported: [],
  authorization_encryption_alg_values_supported: ['ECDH-ES'],
  authorization_encryption_enc_values_supported: ['A256GCM', 'A128GCM'],
};

export async function checkOpenid4vp(check, input) {
  const {offers} = input;
  const holder = await newHolder(offers.at(-1));
  const agency = await authorize(input.verifier, input.agency);
  const world = {...input, holder, agency, client: newWallet(input)};

  for(const [profile, prefix, mode] of [
    ['did', 'decentralized_identifier', 'direct_post'],
    ['did-encrypted', 'decentralized_identifier', 'direct_post.jwt'],
    ['haip', 'x509_hash', 'direct_post.jwt'],
    ['certified', 'x509_san_dns', 'direct_post'],
    ['unsigned', 'redirect_uri', 'direct_post'],
  ]) {
    await check(`@openid4vc/openid4vp answers ${prefix} with ${mode}: dc+sd-jwt with key binding`, async () => {
      const request = await ask(world, {profile});
      assert.equal(request.client.prefix, prefix);
      assert.equal(request.payload.response_mode, mode);
      await answer(world, request, 'dc+sd-jwt', await sdJwtPresentation(world, request));
      assert.equal((await report(world, request)).outcome, 'valid');
    });
  }

  for(const profile of ['did', 'did-encrypted', 'unsigned']) {
    await check(`@openid4vc/openid4vp answers the profile ${profile}: ldp_vc`, async () => {
      const request = await ask(world, {profile});
      await answer(world, request, 'ldp_vc', await ldpPresentation(world, request));
      assert.equal((await report(world, request)).outcome, 'valid');
    });
  }

  await check('@openid4vc/openid4vp reads our transaction data, and our verifier its hash', async () => {
    const approvals = [{title: 'Travel claim', text: '120 dollars.'}];
    for(const approve of [true, false]) {
      const request = await ask(world, {profile: 'did', approvals});
      const [{encoded, transactionData}] = request.transactionData;
      assert.equal(transactionData.title, 'Travel claim');
      const further = approve ? {transaction_data_hashes: [sha256(encoded)]} : {};
      await answer(world, request, 'dc+sd-jwt', await sdJwtPresentation(world, request, further));
      assert.equal((await report(world, request)).outcome, approve ? 'valid' : 'invalid');
    }
  });

  await check('our verifier refuses a presentation that the library made for another request', async () => {
    const [first, second] = [await ask(world, {profile: 'haip'}), await ask(world, {profile: 'haip'})];
    await answer(world, second, 'dc+sd-jwt', await sdJwtPresentation(world, first));
    assert.equal((await report(world, second)).outcome, 'invalid');
  });

  await check('@openid4vc/openid4vp refuses our request under another certificate than it trusts', async () => {
    const distrusting = newWallet(input, () => false);
    await assert.rejects(ask({...world, client: distrusting}, {profile: 'haip'}));
  });
}

/** Somebody with a key and both forms of a credential for it. */
async function newHolder({uri, txCode}) {
  const pair = await jose.generateKeyPair('ES256', {extractable: true});
  const jwk = await jose.exportJWK(pair.privateKey);
  const signer = await knownKey(jwk);
  const client = newClient();
  const offer = await resolved(client, uri);
  const {accessTokenResponse: token} =
    await client.retrievePreAuthorizedCodeAccessTokenFromOffer({...offer, txCode});
  const session = {...offer, token};
  const credentials = {};
  for(const id of offer.credentialOffer.credential_configuration_ids) {
    const {credentials: [{credential}]} = await retrieve(client, session, id, [signer]);
    credentials[typeof credential === 'string' ? 'dc+sd-jwt' : 'ldp_vc'] = credential;
  }
  return {jwk, signer, credentials};
}

/** The library with its callbacks: DIDs from our registry, certificates below an anchor. */
function newWallet({registry, anchor}, trusts = trustedBy(new X509Certificate(anchor))) {
  return new Openid4vpClient({callbacks: {
    ...callbacks,
    async verifyJwt(signer, {compact}) {
      const jwk = signer.method === 'x5c' ? keyOfCertificate(signer.x5c, trusts) : await keyOfDid(signer, registry);
      const key = await jose.importJWK(jwk, signer.alg);
      const verified = await jose.compactVerify(compact, key).then(() => true, () => false);
      return {verified, signerJwk: jwk};
    },
    getX509CertificateMetadata: certificate => ({
      sanDnsNames: namesOf(certificate, 'DNS:'), sanUriNames: namesOf(certificate, 'URI:'),
    }),
    async encryptJwe({publicJwk, alg, enc, apu, apv}, data) {
      const parties = {...apu && {apu: Buffer.from(apu, 'base64url')}, ...apv && {apv: Buffer.from(apv, 'base64url')}};
      const jwe = await new jose.CompactEncrypt(Buffer.from(data))
        .setProtectedHeader({alg, enc, kid: publicJwk.kid})
        .setKeyManagementParameters(parties)
        .encrypt(await jose.importJWK(publicJwk, alg));
      return {jwe, encryptionJwk: publicJwk};
    },
  }});
}

const trustedBy = anchor => certificate => certificate.checkIssued(anchor) && certificate.verify(anchor.publicKey);

function keyOfCertificate([leaf], trusts) {
  const certificate = new X509Certificate(Buffer.from(leaf, 'base64'));
  assert(trusts(certificate), 'the certificate is not trusted');
  return certificate.publicKey.export({format: 'jwk'});
}

function namesOf(certificate, kind) {
  const {subjectAltName = ''} = new X509Certificate(Buffer.from(certificate, 'base64'));
  return subjectAltName.split(', ').filter(name => name.startsWith(kind)).map(name => name.slice(kind.length));
}

/** The key of a DID URL, from our registry. */
export async function keyOfDid({didUrl}, registry) {
  const [did] = didUrl.split('#');
  const {didDocument} = await get(`${registry}/1.0/identifiers/${did}`, 'application/did-resolution');
  const found = didDocument.verificationMethod.find(({id}) => id === didUrl || didDocument.id + id === didUrl);
  assert(found, `${didUrl} is not in the DID document`);
  return found.publicKeyJwk ?? jwkOfMultikey(found.publicKeyMultibase);
}

/** Starts a verification and lets the library read its link. */
async function ask({verifier, agency, client}, start) {
  const {status, body} = await post(`${verifier}/v1/verifications`, {policy: 'staff-identity', ...start}, agency);
  assert.equal(status, 201, JSON.stringify(body));
  const {params} = client.parseOpenid4vpAuthorizationRequest({authorizationRequest: body.openidLink});
  const read = await client.resolveOpenId4vpAuthorizationRequest({authorizationRequestPayload: params});
  return {id: body.id, payload: read.authorizationRequestPayload, client: read.client, transactionData: read.transactionData};
}

function queryFor({payload}, format) {
  const query = payload.dcql_query.credentials.find(one => one.format === format);
  assert(query, `nothing is asked for in ${format}`);
  return query;
}

/** Only what is asked for, and a key binding for this verifier and this request. */
async function sdJwtPresentation({holder}, request, further = {}) {
  const wanted = new Set(queryFor(request, 'dc+sd-jwt').claims.map(({path}) => path[0]));
  const [jwt, ...disclosures] = holder.credentials['dc+sd-jwt'].split('~').slice(0, -1);
  const nameOf = disclosure => JSON.parse(Buffer.from(disclosure, 'base64url'))[1];
  const shown = `${[jwt, ...disclosures.filter(one => wanted.has(nameOf(one)))].join('~')}~`;
  const binding = {
    iat: Math.floor(Date.now() / 1000),
    aud: request.payload.client_id,
    nonce: request.payload.nonce,
    sd_hash: sha256(shown),
    ...further,
  };
  return shown + await signed(holder.signer, {typ: 'kb+jwt'}, binding);
}

/** A W3C presentation, signed by the key in the credential's subject. */
async function ldpPresentation(world, {payload}) {
  const {holder} = world;
  const verifiableCredential = structuredClone(holder.credentials.ldp_vc);
  const controller = verifiableCredential.credentialSubject.id;
  const keyPair = await EcdsaMultikey.fromJwk({jwk: holder.jwk, secretKey: true, id: `${controller}#0`, controller});
  const presentation = vc.createPresentation({verifiableCredential, holder: controller, verify: false});
  const signed = await vc.signPresentation({
    presentation,
    suite: new DataIntegrityProof({signer: keyPair.signer(), cryptosuite: ecdsa}),
    challenge: payload.nonce,
    domain: payload.client_id,
    documentLoader: loader(world),
  });
  assert(signed.proof, JSON.stringify(signed, errors));
  return signed;
}

/** Lets the library make the answer and send it. */
async function answer({client}, request, format, presentation) {
  const authorizationRequestPayload = request.payload;
  const made = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload,
    authorizationResponsePayload: {vp_token: {[queryFor(request, format).id]: [presentation]}},
    ...authorizationRequestPayload.response_mode === 'direct_post.jwt' &&
      {jarm: {encryption: {nonce: 'wallet-nonce'}, serverMetadata: ENCRYPTION}},
  });
  const {response} = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload,
    authorizationResponsePayload: made.authorizationResponsePayload,
    ...made.jarm && {jarm: {responseJwt: made.jarm.responseJwt}},
  });
  assert.equal(response.status, 200, await response.clone().text());
}

async function report({verifier, agency}, {id}) {
  const response = await fetch(`${verifier}/v1/verifications/${id}`, {headers: agency});
  const {state, report: made} = await response.json();
  assert.equal(state, 'verified');
  return made;
}
