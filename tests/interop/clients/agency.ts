// An agency's system in TypeScript: openapi-fetch, with the types that openapi-typescript makes of our OpenAPI document. Input: a JSON
// file with the verifier's address and the agency's client id and secret. The link for the person's wallet goes out as a line, and
// a line comes in when the wallet has answered (see ../clients.rs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import createClient from 'openapi-fetch';
import type {components, paths} from './verifier.js';

const {verifier, agency} = JSON.parse(readFileSync(process.argv[2]!, 'utf8'));
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const client = createClient<paths>({baseUrl: verifier});

const token = await client.POST('/oauth/token', {
  body: {grant_type: 'client_credentials', ...agency},
  headers: {'Content-Type': 'application/x-www-form-urlencoded'},
});
assert(token.data, JSON.stringify(token.error));
const {access_token: access} = token.data;
client.use({
  onRequest({request}) {
    request.headers.set('authorization', `Bearer ${access}`);
    return request;
  },
});

// Ask a person, and follow what becomes of it.
const started = await client.POST('/v1/verifications', {
  params: {header: {'Idempotency-Key': 'desk-typescript'}},
  body: {policy: 'staff-identity', purpose: 'To let you into the building.'},
});
assert(started.data, JSON.stringify(started.error));
const {id, link} = started.data;
const events = await client.GET('/v1/verifications/{id}/events', {params: {path: {id}}, parseAs: 'stream'});
assert(events.data);
console.log(JSON.stringify({link}));
assert.equal((await lines.next()).value, 'answered');
const states: string[] = [];
for(const line of (await new Response(events.data as unknown as ReadableStream).text()).split('\n')) {
  if(line.startsWith('data: ')) {
    const view: components['schemas']['VerificationView'] = JSON.parse(line.slice('data: '.length));
    states.push(view.state);
  }
}
assert.equal(states.at(-1), 'verified', `the stream ends with the last state: ${states}`);
const view = await client.GET('/v1/verifications/{id}', {params: {path: {id}, query: {wait: 1}}});
assert.equal(view.data?.report?.outcome, 'valid', JSON.stringify(view));
console.error('ok - a person was asked');

// Check what is there already, one by one and at once.
const samples = await client.GET('/sandbox/samples');
assert(samples.data);
const items: components['schemas']['BatchItem'][] = [{id: 'unreadable', credential: 'no credential'}];
for(const expected of samples.data.samples) {
  const sample = await client.GET('/sandbox/samples/{name}', {params: {path: {name: expected.name}}});
  assert(sample.data);
  const report = await client.POST('/v1/verify', {body: sample.data});
  assert.equal(report.data?.outcome, expected.outcome, JSON.stringify(report));
  items.push({id: expected.name, credential: sample.data.credential});
}
const batch = await client.POST('/v1/verify/batch', {body: {policy: 'open', items}});
assert(batch.data, JSON.stringify(batch.error));
assert.deepEqual(batch.data.results.map(it => it.id), items.map(it => it.id));
assert(batch.data.results[0]?.problem);
assert.equal(batch.data.results[1]?.report?.outcome, 'valid');
console.error('ok - credentials were checked');

const unknown = await client.POST('/v1/verifications', {body: {policy: 'nothing'}});
assert.equal(unknown.response.status, 400);
assert.equal(unknown.error?.type, '/problems/unknown-policy', 'a problem has its type');
console.error('ok - a problem has its type');
process.exit(0);
