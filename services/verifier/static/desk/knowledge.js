// What the page came with beside its scripts: contexts, schemas, kinds of credential, and words (`knowledge.json`, made
// by crates/verification/src/browser.rs).

import {isObject} from './json.js';

/** Contexts by address, null where other programs know one that this page does not judge; schemas' bytes by id. */
export class Knowledge {
  constructor({contexts, schemas, kinds, words}) {
    Object.assign(this, {contexts, words});
    this.schemas = Object.assign(Object.create(null), schemas);
    this.kinds = new Map(kinds.map(kind => [kind.type, kind]));
  }

  /** The DID of the organisation that a credential of this type speaks for, or null. */
  organisationOf(type, claims) {
    const claim = this.kinds.get(type)?.organisation;
    if (typeof claim !== 'string' || !isObject(claims) || !Object.hasOwn(claims, claim)) return null;
    const id = isObject(claims[claim]) ? claims[claim].id : null;
    return typeof id === 'string' ? id : null;
  }

  /** The schema of the first type that has one, or null. */
  schemaOf(types) {
    return types.map(type => this.kinds.get(type)?.schema).find(id => id !== undefined) ?? null;
  }

  /** What a type is called in a language, or null. */
  kindName(types, language) {
    return types.map(type => this.kinds.get(type)?.names[language]).find(name => name !== undefined) ?? null;
  }

  /** What a claim is called in a language, or null. */
  claimName(types, claim, language) {
    const labels = types.map(type => this.kinds.get(type)?.claims ?? {});
    return labels.filter(one => Object.hasOwn(one, claim)).map(one => one[claim][language])[0] ?? null;
  }
}
