// What the terms of a document mean under the contexts that this page came with: the part of JSON-LD 1.1 that those
// contexts use. It finds terms that mean nothing, and the type IRIs; whatever else would need more of JSON-LD is left to
// the local desk.

import {Fault, onlyAtLocalDesk} from './fault.js';
import {canonical} from './jcs.js';
import {isObject} from './json.js';

const PLAIN_CONTAINERS = [undefined, '@set', '@list', '@graph'];
const KEYWORDS = new Set(['@id', '@type']);
/** Plain ASCII, as crates/credential/src/expand/quick.rs has it: what needs a closer look is for the local desk. */
const IRI = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]+$/;

const isIri = text => IRI.test(text) && !text.includes('/.') && text.indexOf('#') === text.lastIndexOf('#');

/** The type IRIs of the outermost object; a fault where a term means nothing. */
export function typeIris(document, contexts) {
  const walk = new Walk(contexts);
  return walk.node(document, Active.empty, '');
}

/** Terms by name. `previous` is what holds again below an object whose types brought terms of their own. */
class Active {
  static empty = new Active(new Map(), null);

  constructor(terms, previous) {
    this.terms = terms;
    this.previous = previous;
  }

  /** Under one more local context, an object; `null` forgets all. Only the context of a property may redefine. */
  with(local, {previous = null, mayRedefine = false} = {}) {
    if (local === null) return new Active(new Map(), previous);
    const terms = new Map(this.terms);
    const isProtected = local['@protected'] === true;
    for (const [name, definition] of Object.entries(local)) {
      if (name.startsWith('@')) {
        if (!['@version', '@protected'].includes(name)) throw onlyAtLocalDesk('form');
        continue;
      }
      const [before, now] = [terms.get(name), this.#define(name, definition, local, terms)];
      if (before?.isProtected && !mayRedefine && before.written !== now?.written) throw onlyAtLocalDesk('form');
      terms.set(name, now && {...now, isProtected});
    }
    return new Active(terms, previous);
  }

  #define(name, definition, local, terms) {
    if (definition === null) return null;
    const plain = typeof definition === 'string' ? {'@id': definition} : definition;
    const iri = this.#expand(plain['@id'] ?? name, local, terms);
    const written = canonical({...plain, '@id': iri});
    return {iri, written, scoped: plain['@context'], type: plain['@type'], container: plain['@container']};
  }

  /** A keyword, an IRI, or a compact IRI whose prefix is a term. */
  #expand(text, local, terms) {
    if (KEYWORDS.has(text)) return text;
    const [prefix, suffix] = text.split(/:(.*)/s);
    if (suffix === undefined || suffix.startsWith('//')) return text;
    const own = local[prefix];
    const base = typeof own === 'string' ? own : own?.['@id'] ?? terms.get(prefix)?.iri;
    return base ? base + suffix : text;
  }
}

class Walk {
  constructor(contexts) {
    this.known = contexts;
  }

  /** Checks an object and gives its type IRIs. */
  node(object, given, at, scoped) {
    let active = given;
    const onlyId = Object.keys(object).length === 1 && active.terms.get(Object.keys(object)[0])?.iri === '@id';
    if (active.previous && !onlyId) active = active.previous;
    if (scoped !== undefined) active = active.with(scoped, {mayRedefine: true});
    if ('@context' in object) active = this.#under(active, object['@context']);
    const before = active;
    const types = strings(this.#member(object, active, '@type'));
    for (const name of [...types].sort()) {
      const own = before.terms.get(name)?.scoped;
      if (own !== undefined) active = active.with(own, {previous: active.previous ?? before});
    }
    const id = this.#member(object, active, '@id');
    if (id !== undefined) absolute(active, id);
    for (const [name, value] of Object.entries(object)) {
      if (name !== '@context') this.#property(active, name, value, `${at}/${name}`);
    }
    return types.map(name => iriOf(before, name, at));
  }

  /** Contexts by their address. What other programs know, or a document brings along, this page does not judge. */
  #under(active, contexts) {
    return [contexts].flat().reduce((under, context) => {
      const known = typeof context === 'string' && Object.hasOwn(this.known, context) ? this.known[context] : null;
      if (!known) throw onlyAtLocalDesk('form');
      return under.with(known['@context']);
    }, active);
  }

  /** The value of the only member that means this keyword. */
  #member(object, active, keyword) {
    const names = Object.keys(object).filter(name => active.terms.get(name)?.iri === keyword || name === keyword);
    if (names.length > 1) throw onlyAtLocalDesk('form');
    return names.length === 0 ? undefined : object[names[0]];
  }

  #property(active, name, value, at) {
    const term = active.terms.get(name);
    if (name.startsWith('@') || (!term && name.includes(':'))) throw onlyAtLocalDesk('form');
    if (!term?.iri.includes(':') && !KEYWORDS.has(term?.iri)) throw new Fault('form', 'undefinedTerm', {at});
    if (!KEYWORDS.has(term.iri) && !isIri(term.iri)) throw onlyAtLocalDesk('form');
    if (KEYWORDS.has(term.iri) || term.type === '@json') return;
    if (!PLAIN_CONTAINERS.includes(term.container)) throw onlyAtLocalDesk('form');
    this.#value(active, term, value, at);
  }

  #value(active, term, value, at) {
    if (Array.isArray(value)) {
      value.forEach((item, index) => this.#value(active, term, item, `${at}/${index}`));
    } else if (isObject(value) && !('@value' in value)) {
      this.node(value, active, at, term.scoped);
    } else if (['@id', '@vocab'].includes(term.type) && !isObject(value)) {
      const scope = term.scoped === undefined ? active : active.with(term.scoped, {mayRedefine: true});
      if (term.type === '@id') absolute(scope, value);
      else iriOf(scope, value, at);
    }
  }
}

/** One or more texts. */
function strings(value) {
  const all = value === undefined ? [] : [value].flat();
  if (all.some(one => typeof one !== 'string')) throw onlyAtLocalDesk('form');
  return all;
}

/** An identifier that is an absolute IRI and no compact one. */
function absolute(active, text) {
  const [scheme, rest] = typeof text === 'string' ? text.split(/:(.*)/s) : [];
  const isCompact = rest !== undefined && !rest.startsWith('//') && active.terms.has(scheme);
  if (rest === undefined || isCompact || !isIri(text)) throw onlyAtLocalDesk('form');
  return text;
}

/** The IRI of a type, or of another word of the vocabulary: terms first. */
function iriOf(active, name, at) {
  if (typeof name !== 'string') throw onlyAtLocalDesk('form');
  const iri = active.terms.get(name)?.iri;
  if (iri !== undefined) {
    if (!isIri(iri)) throw onlyAtLocalDesk('form');
    return iri;
  }
  if (name.includes(':')) return absolute(active, name);
  throw new Fault('form', 'undefinedTerm', {at: `${at}/type`});
}
