// Which schemas the page can use: those with nothing in them but the part of JSON Schema 2020-12 that published schemas
// use, in the form that its meta-schemas demand, also where no value ever comes to it. Another one is never held to.

import {isObject} from './json.js';

const MAX_DEPTH = 64;
const MAX_NODES = 20_000;
const TYPES = ['object', 'array', 'integer', 'null', 'string', 'number', 'boolean'];
const FORMATS = ['uri', 'date', 'date-time'];

const isText = value => typeof value === 'string';
const isNumber = value => typeof value === 'number';
const isCount = value => Number.isInteger(value) && value >= 0;
const isPlain = value => typeof value !== 'object' || value === null;
const isListOf = is => value => Array.isArray(value) && value.every(is);
const anything = () => true;

/** What each word says of its schema. */
const WORDS = {
  $schema: isText,
  $id: isText,
  title: isText,
  description: isText,
  examples: Array.isArray,
  default: anything,
  type: value => (Array.isArray(value) ? value.length > 0 : isText(value)) && [value].flat().every(one => TYPES.includes(one)),
  enum: isListOf(isPlain),
  const: isPlain,
  minLength: isCount,
  maxLength: isCount,
  pattern: value => isText(value) && isPattern(value),
  format: value => FORMATS.includes(value),
  minimum: isNumber,
  maximum: isNumber,
  minItems: isCount,
  maxItems: isCount,
  required: isListOf(isText),
  unevaluatedProperties: value => value === false,
};

/** Words whose value is a schema, and those whose value has schemas by name. */
const BELOW = ['items', 'additionalProperties'];
const BY_NAME = ['$defs', 'properties'];

/** Whether every word of it is understood. */
export function isUsable(root) {
  let nodes = 0;
  const isSchema = (schema, depth) => {
    nodes += 1;
    if (nodes > MAX_NODES || depth > MAX_DEPTH) return false;
    if (typeof schema === 'boolean') return true;
    return isObject(schema) && Object.entries(schema).every(([name, value]) => {
      if (BELOW.includes(name)) return isSchema(value, depth + 1);
      if (BY_NAME.includes(name)) return isObject(value) && Object.values(value).every(one => isSchema(one, depth + 1));
      if (name === '$ref') return isReference(value, root);
      return Object.hasOwn(WORDS, name) && WORDS[name](value);
    });
  };
  return isSchema(root, 0);
}

/** To a definition of the schema itself; nothing is fetched. */
function isReference(value, root) {
  const found = isText(value) ? /^#\/\$defs\/([A-Za-z0-9_-]+)$/.exec(value) : null;
  return found !== null && isObject(root.$defs) && Object.hasOwn(root.$defs, found[1]);
}

function isPattern(text) {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch (error) {
    return !(error instanceof SyntaxError);
  }
}
