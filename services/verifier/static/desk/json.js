// JSON from strangers (RFC 8259), stricter than JSON.parse: no member twice, bounded depth and size, and numbers that
// a double cannot hold are told from those that it can. Objects have no prototype.

import {text as decode, utf8} from './bytes.js';
import {Fault} from './fault.js';

export const MAX_BYTES = 1024 * 1024;
export const MAX_DEPTH = 32;
const MAX_NODES = 10_000;
const MAX_LIST = 1_000;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const PERCENT = 0x25;
const ESCAPES = {'"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t'};

/** A number whose text names another number than its nearest double: it has no canonical form. */
export class InexactNumber {
  constructor(text) {
    this.text = text;
  }
}

/** The value of JSON text or bytes, or nothing. */
export function parse(input) {
  try {
    const source = typeof input === 'string' ? input : decode(input);
    if (source.length > MAX_BYTES || hasLoneSurrogate(source)) return undefined;
    return new Reader(source).whole();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

export const isObject = value =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof InexactNumber);

/** The object of JSON text, or nothing. */
export function parseObject(input) {
  const value = input && parse(input);
  return isObject(value) ? value : null;
}

/** Bounds a document before anything is done with it, as crates/credential/src/limits.rs does. */
export function checkSize(document) {
  let nodes = 0;
  const walk = (value, depth) => {
    nodes += 1;
    if (nodes > MAX_NODES) throw new Fault('form', 'tooManyValues');
    if (typeof value === 'string') return checkText(value);
    if (typeof value !== 'object' || value === null || value instanceof InexactNumber) return undefined;
    if (depth === 0) throw new Fault('form', 'tooDeep');
    const names = Array.isArray(value) ? null : Object.keys(value);
    if ((names ?? value).length > MAX_LIST) throw new Fault('form', names ? 'tooManyMembers' : 'listTooLong');
    names?.forEach(checkText);
    for (const item of names ? names.map(name => value[name]) : value) walk(item, depth - 1);
    return undefined;
  };
  walk(document, MAX_DEPTH);
}

function checkText(text) {
  if (text.startsWith('_:')) throw new Fault('form', 'blankNodeIdentifier');
  if (text.includes('%') && !decodes(text)) throw new Fault('form', 'iriForm');
}

/** Whether what may be an IRI, or become the end of one, decodes to UTF-8 (RFC 3987, 3.2). Text with blanks is none. */
function decodes(text) {
  if (/\p{White_Space}/u.test(text)) return true;
  const bytes = utf8(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1, length += 1) {
    const digits = bytes[at] === PERCENT ? String.fromCharCode(...bytes.subarray(at + 1, at + 3)) : '';
    const isEncoded = /^[0-9a-fA-F]{2}$/.test(digits);
    bytes[length] = isEncoded ? parseInt(digits, 16) : bytes[at];
    if (isEncoded) at += 2;
  }
  try {
    decode(bytes.subarray(0, length));
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function hasLoneSurrogate(text) {
  return /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

class Reader {
  #at = 0;

  constructor(source) {
    this.source = source;
  }

  whole() {
    const value = this.#value(MAX_DEPTH);
    this.#space();
    if (this.#at !== this.source.length) throw new SyntaxError('text behind the value');
    return value;
  }

  #value(depth) {
    this.#space();
    const first = this.source[this.#at];
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    for (const [word, value] of [['true', true], ['false', false], ['null', null]]) {
      if (this.source.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return number(this.#match(NUMBER));
  }

  #object(depth) {
    const members = Object.create(null);
    this.#list('}', depth, () => {
      this.#space();
      const name = this.#string();
      this.#space();
      this.#expect(':');
      const value = this.#value(depth - 1);
      if (name in members) throw new SyntaxError('a member twice');
      members[name] = value;
    });
    return members;
  }

  #array(depth) {
    const items = [];
    this.#list(']', depth, () => items.push(this.#value(depth - 1)));
    return items;
  }

  #list(end, depth, item) {
    if (depth === 0) throw new SyntaxError('nested too deeply');
    this.#at += 1;
    this.#space();
    if (this.#takes(end)) return;
    do item(); while (this.#separated());
    this.#expect(end);
  }

  #separated() {
    this.#space();
    return this.#takes(',');
  }

  #string() {
    this.#expect('"');
    let text = '';
    for (;;) {
      text += this.#match(PLAIN);
      if (this.#takes('"')) break;
      this.#expect('\\');
      text += this.#escape();
    }
    if (hasLoneSurrogate(text)) throw new SyntaxError('half a character');
    return text;
  }

  #escape() {
    const letter = this.source[this.#at++];
    if (letter !== 'u') {
      if (!(letter in ESCAPES)) throw new SyntaxError('no such escape');
      return ESCAPES[letter];
    }
    const digits = this.source.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new SyntaxError('no such escape');
    this.#at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.source);
    if (!found) throw new SyntaxError('no value');
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #space() {
    this.#match(SPACE);
  }

  #takes(character) {
    if (this.source[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character) {
    if (!this.#takes(character)) throw new SyntaxError(`no ${character}`);
  }
}

function number(text) {
  const value = Number(text);
  const exact = /^\d{1,15}$/.test(text) || (Number.isFinite(value) && decimal(text) === decimal(String(value)));
  return exact ? value : new InexactNumber(text);
}

/** Sign, digits without zeros at either end, and the power of ten behind the last of them. */
function decimal(text) {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const digits = whole + fraction;
  const trimmed = digits.replace(/0+$/, '');
  const significant = trimmed.replace(/^0+/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - trimmed.length)}`;
}
