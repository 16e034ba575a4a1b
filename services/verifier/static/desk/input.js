// What arrives at a desk: JSON with a proof, the text of an SD-JWT or a JWT, or JSON that envelops one of these.

import {fromBase64url, utf8} from './bytes.js';
import {isObject, MAX_BYTES, parse, parseObject} from './json.js';
import {isType} from './jws.js';

const ENVELOPES = ['EnvelopedVerifiableCredential', 'EnvelopedVerifiablePresentation'];
const DATA_URL = /^data:application\/(v[cp]\+(?:jwt|sd-jwt|cose))(;base64)?,(.*)$/s;

/** It is in no form that can be checked here. `elsewhere` says that the local desk can. */
export class InputError extends Error {
  constructor({elsewhere = false} = {}) {
    super('unreadable');
    this.elsewhere = elsewhere;
  }
}

/** `{kind: 'json', value}`, `{kind: 'sd-jwt', text}` or `{kind: 'jwt', text}`. */
export function readInput(given) {
  if (utf8(given).length > MAX_BYTES) throw new InputError();
  const text = given.trim();
  if (!text.startsWith('{') && !text.startsWith('"')) return ofText(text);
  const value = parse(text);
  if (value === undefined) throw new InputError();
  return ofValue(value);
}

/** A credential or presentation inside another document. */
export function ofValue(value) {
  if (typeof value === 'string') return ofText(value);
  if (!isObject(value)) throw new InputError();
  const types = [value.type].flat();
  return ENVELOPES.some(type => types.includes(type)) ? opened(value) : {kind: 'json', value};
}

/** VC Data Model 2.0, 4.13 and 4.14: the envelope is a `data:` URL. */
function opened({id}) {
  const found = typeof id === 'string' ? DATA_URL.exec(id) : null;
  if (!found) throw new InputError();
  if (found[1].endsWith('cose')) throw new InputError({elsewhere: true});
  if (found[2]) throw new InputError();
  return ofText(found[3]);
}

function ofText(text) {
  if (text.includes('~')) return {kind: 'sd-jwt', text};
  if (/^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/.test(text)) return {kind: 'jwt', text};
  throw new InputError();
}

/** The `typ` of the token that an input begins with. */
function typ({text}) {
  return parseObject(fromBase64url(text.split(/[~.]/, 1)[0]))?.typ;
}

/** `vc` or `vp` where an SD-JWT is an envelope of the data model and no SD-JWT VC. */
export function envelopeOf(input) {
  return ['vc', 'vp'].find(content => isType(typ(input), `${content}+sd-jwt`)) ?? null;
}

/** Whether it says of itself that it is a presentation. */
export function isPresentation(input) {
  if (input.kind === 'json') return [input.value.type].flat().includes('VerifiablePresentation');
  if (input.kind === 'sd-jwt') return !input.text.endsWith('~') || typ(input) === 'vp+sd-jwt';
  return String(typ(input)).startsWith('vp+');
}
