// The desk page's modules by themselves, outside of a browser: whatever is odd in what they are given, they find something
// and never throw, and what they do not know is never passed over. Input: the JSON file that DESK_MODULES names,
// {modules, knowledge, policies, refused}: of the policies the page takes the first and refuses the others.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {pathToFileURL} from 'node:url';

const input = JSON.parse(readFileSync(process.env.DESK_MODULES, 'utf8'));
const load = name => import(pathToFileURL(`${input.modules}/${name}`));
const [{Policy}, {Knowledge}, {checkSchema}, {checkSize, parse}, {typeIris}, {evaluate}, time] = await Promise.all(
  ['policy.js', 'knowledge.js', 'schema.js', 'json.js', 'terms.js', 'predicates.js', 'time.js'].map(load));
const knowledge = new Knowledge(input.knowledge);
/** As a pack's manifest is read: objects without a prototype. */
const read = value => parse(JSON.stringify(value));
const sound = input.policies.find(policy => policy.name === 'staff-identity');

/** A copy with one change. */
function changed(change) {
  const copy = structuredClone(sound);
  change(copy);
  return read(copy);
}

const isTaken = json => new Policy(json).isForThisPage;

test('policies as the binary writes them are taken', () => {
  assert.ok(input.policies.length >= 4);
  for (const policy of input.policies) assert.ok(isTaken(read(policy)), policy.name);
  for (const rules of [
    {}, {predicates: [{currentStaff: {}}, {clearedTo: {level: 'confidential'}}, {trained: {course: 'B', withinDays: 3}}]},
    {issuers: ['did:x:y'], statusMaxAgeSeconds: 60, chainMaxAgeSeconds: 5, validity: {minRemainingSeconds: 1}},
  ]) assert.ok(isTaken(changed(it => { it.rules = rules; })), JSON.stringify(rules));
});

test('policies that the binary knows to be for itself are refused', () => {
  for (const policy of input.refused) assert.equal(isTaken(read(policy)), false, JSON.stringify(policy));
});

test('a policy with a member or a check that the page does not know is refused', () => {
  const changes = {
    'a member': it => { it.quorum = 2; },
    'a member of no meaning': it => { it.__proto__2 = null; },
    'a rule': it => { it.rules = {...it.rules, faceMatch: true}; },
    'a bound of validity': it => { it.rules = {validity: {onlyOnWeekdays: true}}; },
    'a predicate': it => { it.rules = {predicates: [{olderThan: {years: 60}}]}; },
    'two predicates in one': it => { it.rules = {predicates: [{currentStaff: {}, trained: {course: 'B', withinDays: 1}}]}; },
    'a bound of a predicate': it => { it.rules = {predicates: [{currentStaff: {of: 'undp'}}]}; },
    'a check': it => { it.required.push('portrait'); },
    'a member of the query': it => { it.query.purpose = 'x'; },
    'a member of a credential query': it => { it.query.credentials[0].intent = 'x'; },
    'authorities': it => { it.query.credentials[0].trusted_authorities = [{type: 'aki', values: ['x']}]; },
    'a constraint': it => { it.query.credentials[0].meta.doctype_value = 'x'; },
    'a format': it => { it.query.credentials[0].format = 'mso_mdoc'; },
    'a member of a claim': it => { it.query.credentials[0].claims[0].intent_to_retain = true; },
    'a member of a set': it => { it.query.credential_sets[0].purpose = 'x'; },
    'a flag that is none': it => { it.statusEntry = 'true'; },
    'another flag that is none': it => { it.anchored = 1; },
    'an age that is none': it => { it.rules = {statusMaxAgeSeconds: 'sixty'}; },
    'an age of nothing': it => { it.rules = {chainMaxAgeSeconds: null}; },
    'issuers that are no list': it => { it.rules = {issuers: {includes: 'x'}}; },
    'no list of checks': it => { it.required = null; },
    'a check left out': it => { it.required = it.required.filter(name => name !== 'issuerKey'); },
    'no policy': it => { delete it.required; },
    'rules that are none': it => { it.rules = null; },
    'a query that is none': it => { it.query = []; },
  };
  for (const [what, change] of Object.entries(changes)) assert.equal(isTaken(changed(change)), false, what);
});

test('an organisation is only read where the type is known and says one', () => {
  const type = 'https://schemas.passerelle.example/v1#StaffIdentity';
  const did = 'did:passerelle:undp';
  assert.equal(knowledge.organisationOf(type, {worksFor: {id: did}}), did);
  for (const [of, claims] of [
    [type, undefined], [type, null], [type, 'text'], [type, []], [type, {}], [type, {worksFor: null}],
    [type, {worksFor: did}], [type, {worksFor: [{id: did}]}], [type, {worksFor: {id: 7}}],
    [undefined, undefined], [undefined, {undefined: {id: did}}], ['https://example.org/#Other', {undefined: {id: did}}],
    ['https://example.org/#Other', {null: {id: did}}],
  ]) assert.equal(knowledge.organisationOf(of, claims), null, JSON.stringify([of, claims]));
});

const ID = 'https://schemas.passerelle.example/v1/staff-identity.schema.json';

/** What a schema that somebody else's DID names comes to: nothing on the chain vouches for it here. */
async function finding(schema, claims = {a: 'x'}) {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
  const outcome = {format: 'ldp_vc', types: [], schemas: [ID], issuer: 'did:key:z', credential: read(claims), claims: null};
  return checkSchema(outcome, {knowledge: {schemas: {[ID]: text}}, pack: null, now: 0});
}

test('a schema of any form gives a finding', async () => {
  assert.equal((await finding({type: 'object', properties: {a: {type: 'string'}}})).code, 'schemaHolds');
  assert.equal((await finding({properties: {a: {$ref: '#/$defs/b'}}, $defs: {b: {maxLength: 0}}})).code, 'schemaViolated');
  const odd = [
    'null', '5', '"x"', '[]', '{', '{"enum":', {enum: 5}, {enum: [{}]}, {enum: null}, {required: 'a'}, {required: [1]}, {properties: null},
    {properties: []}, {properties: {a: 7}}, {properties: {unseen: {sometimes: true}}}, {additionalProperties: 'no'},
    {additionalProperties: false, properties: null}, {items: null}, {type: 'thing'}, {type: []}, {type: null}, {type: 7}, {pattern: '('},
    {pattern: 7}, {format: 'email'}, {format: null}, {minLength: -1}, {minLength: 'x'}, {maxLength: null}, {minimum: '0'},
    {maximum: null}, {minItems: 1.5}, {maxItems: {}}, {const: {}}, {$ref: 7}, {$ref: null}, {$ref: '#/$defs/none'},
    {$ref: 'https://example.org/'}, {$ref: '#/$defs/a', $defs: null}, {$ref: '#/$defs/a', $defs: {a: 7}},
    {$ref: '#/$defs/a', $defs: {a: {$ref: '#/$defs/a'}}}, {unevaluatedProperties: true}, {unevaluatedProperties: null}, {allOf: []},
    {constructor: 1}, {toString: 1}, {$defs: {a: {not: {}}}},
  ];
  for (const schema of odd) {
    const {result, code} = await finding(schema);
    assert.deepEqual([result, code], ['notChecked', 'schemaUnusable'], JSON.stringify(schema));
  }
});

test('a value that no rule was made for gives a finding', async () => {
  for (const claims of [null, 7, 'x', [], [[null]], {a: null}, {a: {constructor: 1}}]) {
    const {result} = await finding({type: 'object', required: ['a'], properties: {a: {type: 'string'}}}, claims);
    assert.equal(result, 'fail', JSON.stringify(claims));
  }
  const big = {issuer: 'did:key:z', format: 'ldp_vc', types: [], schemas: [ID], credential: parse('{"a":1e400}')};
  const {result} = await checkSchema(big, {knowledge: {schemas: {[ID]: '{"properties":{"a":{"maximum":5}}}'}}});
  assert.equal(result, 'notChecked');
});

test('text that could be an identifier must decode', () => {
  const code = value => {
    try {
      checkSize(value);
      return null;
    } catch (fault) {
      return fault.code;
    }
  };
  for (const iri of ['did:example:a%FF', 'https://example.org/%C3', 'urn:x:%ED%A0%80', 'urn:%e9', 'Term%FF', `u:${'x%'.repeat(300_000)}%FF`]) {
    assert.equal(code({id: iri}), 'iriForm', iri.slice(0, 20));
    assert.equal(code({[iri]: 'x'}), 'iriForm', iri.slice(0, 20));
  }
  for (const fine of ['urn:x:%C3%A9', 'https://example.org/100%', 'a:%zz', 'Growth: 50%DA', '\u00e9:%41', 'a\u0085%FF']) {
    assert.equal(code({a: fine}), null, fine);
  }
});

test('identifiers are absolute and plain, or for the local desk', () => {
  const contexts = {'https://example.org/c': {'@context': {
    id: '@id', type: '@type', T: 'https://example.org/#T', knows: {'@id': 'https://example.org/#knows', '@type': '@id'},
    kind: {'@id': 'https://example.org/#kind', '@type': '@vocab'}, ex: 'https://example.org/#', relative: 'not an IRI',
  }}};
  const code = members => {
    try {
      return typeIris({'@context': ['https://example.org/c'], type: 'T', ...members}, contexts).join();
    } catch (fault) {
      return fault.code;
    }
  };
  for (const fine of ['https://example.org/a?b#c', 'did:key:z6Mk', 'urn:uuid:1', 'mailto:a@b']) {
    assert.equal(code({id: fine}), 'https://example.org/#T', fine);
    assert.equal(code({knows: [fine, {id: fine}]}), 'https://example.org/#T', fine);
    assert.equal(code({kind: fine}), 'https://example.org/#T', fine);
  }
  for (const odd of ['relative', '', 'a b:c', 'ex:a', '1x:y', 'x:', 'https://a/../b', 'x:a#b#c', 'x:\u00e9', 'x:%41', 'x:"', 7, null, ['x:y']]) {
    assert.equal(code({id: odd}), 'onlyAtLocalDesk', JSON.stringify(odd));
    assert.equal(code({knows: {id: odd}}), 'onlyAtLocalDesk', JSON.stringify(odd));
    if (!Array.isArray(odd)) assert.equal(code({knows: odd}), 'onlyAtLocalDesk', JSON.stringify(odd));
  }
  assert.equal(code({kind: 'T'}), 'https://example.org/#T');
  assert.equal(code({kind: 'unheard'}), 'undefinedTerm');
  assert.equal(code({kind: 'ex:a'}), 'onlyAtLocalDesk');
  assert.equal(code({type: ['T', 'https://example.org/#U']}), 'https://example.org/#T,https://example.org/#U');
  assert.equal(code({type: ['T', 7]}), 'onlyAtLocalDesk');
});

test('times have the bounds of the binary and are written as it writes them', () => {
  for (const [text, written] of [
    ['2023-01-01T00:00:00Z', '2023-01-01T00:00:00Z'], ['12023-01-01T00:00:00Z', '+12023-01-01T00:00:00Z'],
    ['262142-12-31T23:59:59Z', '+262142-12-31T23:59:59Z'], ['-0044-03-15T12:00:00Z', '-0044-03-15T12:00:00Z'],
    ['-262143-01-01T00:00:00Z', '-262143-01-01T00:00:00Z'], ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00Z'],
  ]) assert.equal(time.rfc3339(time.parseStamp(text)), written, text);
  for (const text of ['262143-01-01T00:00:00Z', '275760-09-13T00:00:00Z', '999999-12-31T00:00:00Z', '-262144-12-31T00:00:00Z',
    '262142-12-31T23:59:59-01:00', '-262143-01-01T00:00:00+01:00', '262142-12-31T24:00:00Z', '2023-13-01T00:00:00Z']) {
    assert.equal(time.parseStamp(text), null, text);
  }
  for (const value of [8_210_266_876_799, -8_334_601_228_800, 0, 1.9]) assert.notEqual(time.numericDate({exp: value}, 'exp'), null, value);
  for (const value of [8_210_266_876_800, -8_334_601_228_801, 1e300, Infinity, NaN, '1']) {
    assert.equal(time.numericDate({exp: value}, 'exp'), null, value);
  }
});

test('predicates stay open without a credential that holds', () => {
  const policy = {rules: {predicates: [{currentStaff: {}}]}};
  const types = ['https://schemas.passerelle.example/v1#StaffIdentity'];
  const of = (claims, outcome) => evaluate(policy, [{types, claims, checks: []}], 0, () => outcome)[0];
  assert.deepEqual([of({worksFor: {}}, 'valid').code, of({worksFor: {}}, 'valid').evidence.day], ['currentStaff', '1970-01-01']);
  assert.equal(of({worksFor: {}}, 'invalid').code, 'predicateUnanswered');
  for (const claims of [null, undefined, [], 'x', {}]) assert.equal(of(claims ?? null, 'valid').result, 'notChecked');
  assert.equal(of({worksFor: {}, startDate: 7}, 'valid').code, 'predicateDate');
});
