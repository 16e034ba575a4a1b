// An application that knows OpenID Connect and nothing of credentials signs a person in at our verifier, with the certified
// library openid-client. Input: a JSON file with the verifier's `issuer` and the applications that are registered there. For each
// presentation the link of the page goes out as a line, and a line comes in when the wallet has answered (see oidc.rs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import * as oidc from 'openid-client';

const {issuer, confidential, open} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
// The test's services are on loopback, where there is no certificate.
const options = {execute: [oidc.allowInsecureRequests]};

/** A browser that follows redirections within the verifier and keeps its cookies. */
class Browser {
  #cookies = [];

  async open(url) {
    const at = new URL(url);
    const cookie = this.#cookies.filter(it => at.pathname.startsWith(it.path)).map(it => it.pair).join('; ');
    const answer = await fetch(at, {redirect: 'manual', headers: {accept: 'text/html', cookie}});
    for(const line of answer.headers.getSetCookie()) {
      this.#cookies.push({pair: line.split(';')[0], path: /path=([^;]+)/i.exec(line)[1]});
    }
    const location = answer.headers.get('location');
    const to = location && new URL(location, at);
    return to && to.origin === at.origin ? this.open(to) : {url: at, answer, to};
  }
}

/** From the application's link to the address at which it is answered. `wallet` is told what to do. */
async function walk(url, wallet) {
  const browser = new Browser();
  const page = await browser.open(url);
  if(page.to) {
    return page.to;
  }
  assert.equal(page.answer.status, 200, await page.answer.clone().text());
  const [, link] = /href="([^"]+)" data-testid="open-wallet"/.exec(await page.answer.text());
  console.log(JSON.stringify({wallet, link: link.replaceAll(/&#38;|&amp;/g, '&')}));
  assert.equal((await lines.next()).value, 'answered');
  const {to} = await browser.open(`${page.url}/finish`);
  return to;
}

async function begin(config, redirect_uri, scope = 'openid profile') {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
  };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  return {url, checks};
}

const subjects = [];
for(const [name, method] of [['basic', oidc.ClientSecretBasic], ['post', oidc.ClientSecretPost]]) {
  const {client_id: id, client_secret: secret, redirect_uri: callback} = confidential;
  const config = await oidc.discovery(new URL(issuer), id, secret, method(secret), options);
  // The library then also verifies the signature of the ID token, by the key of the JWK Set.
  oidc.enableNonRepudiationChecks(config);
  const {url, checks} = await begin(config, callback);
  const to = await walk(url, 'present');
  const tokens = await oidc.authorizationCodeGrant(config, to, {...checks, idTokenExpected: true});
  const claims = tokens.claims();
  const expected = ['aud', 'auth_time', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'nonce', 'organization', 'sub'];
  assert.deepEqual(Object.keys(claims).sort(), expected, 'the registered claims and no other');
  assert.equal(claims.name, `${claims.given_name} ${claims.family_name}`);
  assert.equal(claims.organization, 'United Nations Development Programme');
  const told = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(told.given_name, claims.given_name);
  subjects.push(claims.sub);
  console.error(`ok - openid-client signs in with a secret by ${name}, and reads userinfo`);
}
assert.equal(subjects[0], subjects[1], 'an application knows the person again');

const {client_id: id, redirect_uri: callback} = open;
const config = await oidc.discovery(new URL(issuer), id, undefined, oidc.None(), options);
const {url, checks} = await begin(config, callback, 'openid');
const to = await walk(url, 'present');
const tokens = await oidc.authorizationCodeGrant(config, to, {...checks, idTokenExpected: true});
assert(!('given_name' in tokens.claims()), 'the scope openid gives the subject alone');
assert.notEqual(tokens.claims().sub, subjects[0], 'another application does not');
await assert.rejects(oidc.authorizationCodeGrant(config, to, checks), {error: 'invalid_grant'}, 'a code is good once');
console.error('ok - openid-client signs in as a public client, with another subject');

for(const [wallet, change, error] of [
  ['refuse', {}, 'access_denied'],
  [null, {prompt: 'none'}, 'login_required'],
  [null, {code_challenge_method: 'plain'}, 'invalid_request'],
  [null, {scope: 'profile'}, 'invalid_scope'],
]) {
  const attempt = await begin(config, callback);
  Object.entries(change).forEach(([name, value]) => attempt.url.searchParams.set(name, value));
  const refused = oidc.authorizationCodeGrant(config, await walk(attempt.url, wallet), attempt.checks);
  await assert.rejects(refused, fault => fault instanceof oidc.AuthorizationResponseError && fault.error === error, error);
  console.error(`ok - openid-client understands ${error}`);
}
process.exit(0);
