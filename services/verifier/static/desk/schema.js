// Whether a credential has the form that the schema on the chain describes. The validator knows the part of JSON Schema
// 2020-12 that published schemas use; a schema with anything else cannot be used, and then the check stays open.

import {hex, sha256, text, utf8} from './bytes.js';
import {also, fail, notChecked, notInPack, pass, restingOn} from './finding.js';
import {InexactNumber, isObject} from './json.js';
import {isUsable} from './schema-form.js';
import {isUrl} from './vcdm.js';
import {dayOf, parseStamp} from './time.js';

const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 64;

class Unusable extends Error {}

/** A value that breaks a rule: where it stands, and which rule. */
class Violation extends Error {
  constructor(at, rule) {
    super(rule);
    Object.assign(this, {at, rule});
  }
}

/** The finding of the check `schema`. */
export async function checkSchema(outcome, world) {
  const id = outcome.format === 'dc+sd-jwt'
    ? world.knowledge.schemaOf(outcome.types) : outcome.schemas[0] ?? null;
  if (id === null) return notChecked('noSchema');
  const embedded = world.knowledge.schemas[id] === undefined ? null : utf8(world.knowledge.schemas[id]);
  if (!outcome.issuer.startsWith('did:passerelle:')) {
    return also(embedded ? apply(embedded, outcome) : notChecked('schemaNotVouchedFor'), {schema: id});
  }
  const proven = world.pack.find('schema', id);
  if (!proven) return notInPack();
  if (!proven.value) return fail('schemaUnknown', {schema: id});
  const digest = hex(proven.value.digest);
  const bytes = await bytesOf(id, embedded, digest, world.pack);
  const finding = also(bytes.finding ?? apply(bytes, outcome), {schema: id, schemaDigest: digest});
  return restingOn(finding, {header: world.pack.header, now: world.now});
}

async function bytesOf(id, embedded, digest, pack) {
  const is = async bytes => hex(await sha256(bytes)) === digest;
  if (embedded && await is(embedded)) return embedded;
  const fetched = isUrl(id) ? pack.document(id) : undefined;
  if (!fetched) return {finding: notChecked('schemaUnreachable')};
  return await is(fetched) ? fetched : {finding: fail('schemaMismatch')};
}

/** What is not disclosed of an SD-JWT is not missing, so only its claims are described. */
function apply(bytes, outcome) {
  try {
    if (bytes.length > MAX_BYTES) throw new Unusable();
    const root = JSON.parse(text(bytes));
    if (!isUsable(root)) throw new Unusable();
    const isSelective = outcome.format === 'dc+sd-jwt' || outcome.format === 'vc+sd-jwt';
    const claims = root.$defs?.claims;
    if (isSelective && !claims) throw new Unusable();
    const schema = isSelective ? claims : root;
    validate(schema, isSelective ? outcome.claims : outcome.credential, {root, at: '', depth: 0});
    return pass('schemaHolds');
  } catch (error) {
    if (error instanceof Violation) return fail('schemaViolated', {at: error.at, rule: error.rule});
    // Whatever else a schema or a value makes of the rules below, nothing was found to hold.
    return notChecked('schemaUnusable');
  }
}

/** Holds a value against a schema and gives the names of the members that it described. */
function validate(schema, value, place) {
  if (schema === true) return new Set();
  // A number that this page cannot hold is none that it can compare.
  if (!isObject(schema) || place.depth > MAX_DEPTH || value instanceof InexactNumber) throw new Unusable();
  const described = new Set();
  // What is unevaluated is known last.
  const names = Object.keys(schema).sort((a, b) => (a === 'unevaluatedProperties') - (b === 'unevaluatedProperties'));
  for (const name of names.filter(one => Object.hasOwn(RULES, one))) {
    RULES[name](schema[name], value, {...place, schema, described});
  }
  return described;
}

const require = (holds, {at}, rule) => {
  if (!holds) throw new Violation(at, rule);
};

const below = (place, name) => ({root: place.root, at: `${place.at}/${name}`, depth: place.depth + 1});

const RULES = {
  type(types, value, place) {
    require([types].flat().some(type => isOfType(type, value)), place, 'type');
  },
  enum(values, value, place) {
    require(values.some(one => one === value), place, 'enum');
  },
  const(wanted, value, place) {
    require(wanted === value, place, 'const');
  },
  minLength(least, value, place) {
    if (typeof value === 'string') require([...value].length >= least, place, 'minLength');
  },
  maxLength(most, value, place) {
    if (typeof value === 'string') require([...value].length <= most, place, 'maxLength');
  },
  pattern(pattern, value, place) {
    if (typeof value === 'string') require(new RegExp(pattern, 'u').test(value), place, 'pattern');
  },
  format(format, value, place) {
    if (typeof value === 'string') require(FORMATS[format](value), place, 'format');
  },
  minimum(least, value, place) {
    if (typeof value === 'number') require(value >= least, place, 'minimum');
  },
  maximum(most, value, place) {
    if (typeof value === 'number') require(value <= most, place, 'maximum');
  },
  minItems(least, value, place) {
    if (Array.isArray(value)) require(value.length >= least, place, 'minItems');
  },
  maxItems(most, value, place) {
    if (Array.isArray(value)) require(value.length <= most, place, 'maxItems');
  },
  items(schema, value, place) {
    if (Array.isArray(value)) value.forEach((item, index) => validate(schema, item, below(place, index)));
  },
  required(names, value, place) {
    if (isObject(value)) require(names.every(name => name in value), place, 'required');
  },
  properties(schemas, value, place) {
    if (!isObject(value)) return;
    for (const [name, schema] of Object.entries(schemas).filter(([one]) => one in value)) {
      validate(schema, value[name], below(place, name));
      place.described.add(name);
    }
  },
  additionalProperties(schema, value, place) {
    if (!isObject(value)) return;
    const known = Object.keys(place.schema.properties ?? {});
    for (const name of Object.keys(value).filter(one => !known.includes(one))) {
      require(schema !== false, place, 'additionalProperties');
      validate(schema, value[name], below(place, name));
      place.described.add(name);
    }
  },
  unevaluatedProperties(schema, value, place) {
    if (!isObject(value)) return;
    require(Object.keys(value).every(name => place.described.has(name)), place, 'unevaluatedProperties');
  },
  /** Definitions of the schema itself; nothing is fetched. */
  $ref(reference, value, place) {
    const schema = place.root.$defs[reference.slice('#/$defs/'.length)];
    for (const name of validate(schema, value, {...place, depth: place.depth + 1})) place.described.add(name);
  },
};

const FORMATS = {
  uri: value => isUrl(value),
  date: value => dayOf(value) !== null,
  'date-time': value => parseStamp(value) !== null,
};

function isOfType(type, value) {
  switch (type) {
    case 'object': return isObject(value);
    case 'array': return Array.isArray(value);
    case 'integer': return Number.isInteger(value);
    case 'null': return value === null;
    case 'string': case 'number': case 'boolean': return typeof value === type;
    default: throw new Unusable();
  }
}
