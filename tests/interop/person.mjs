// A person in front of a browser at the issuer's authorization page, over plain HTTP.
import assert from 'node:assert/strict';
import {Authenticator} from './authenticator.mjs';

export class Person {
  #device;

  /** `issuer` is the origin of the page. */
  constructor(issuer) {
    this.issuer = issuer;
    this.#device = new Authenticator(issuer);
  }

  /** Makes a passkey with the offer's transaction code. Answers where the browser is sent in the end. */
  enrol(authorizationUrl, txCode) {
    return this.#through(authorizationUrl, 'enrol', {tx_code: txCode}, options => this.#device.create(options));
  }

  /** Signs in with the passkey. */
  signIn(authorizationUrl) {
    return this.#through(authorizationUrl, 'sign-in', {}, options => this.#device.get(options));
  }

  /** The page, and where its "no" leads. */
  async decline(authorizationUrl) {
    const page = await (await fetch(authorizationUrl)).text();
    const [, href] = /data-testid="decline" href="([^"]+)"/.exec(page);
    return href.replaceAll(/&#38;|&amp;/g, '&');
  }

  async #through(authorizationUrl, step, fields, act) {
    const page = await fetch(authorizationUrl);
    assert.equal(page.status, 200, await page.text());
    const url = new URL(authorizationUrl);
    const request_uri = url.searchParams.get('request_uri');
    const base = `${url.origin}${url.pathname}/${step}`;
    const options = await this.#post(`${base}/start`, {request_uri, ...fields});
    const {next} = await this.#post(`${base}/finish`, {request_uri, ...act(options)});
    const sent = await fetch(new URL(next, url.origin), {redirect: 'manual'});
    assert.equal(sent.status, 302);
    return sent.headers.get('location');
  }

  async #post(url, body) {
    const headers = {'content-type': 'application/json', origin: this.issuer};
    const response = await fetch(url, {method: 'POST', headers, body: JSON.stringify(body)});
    const answer = await response.text();
    assert.equal(response.status, 200, answer);
    return JSON.parse(answer);
  }
}
