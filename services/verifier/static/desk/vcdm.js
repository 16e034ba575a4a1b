// The form of VC Data Model 2.0 credentials and presentations, as crates/credential/src/vcdm.rs demands it. Version 1.1 is
// left to the local desk.

import {Fault, onlyAtLocalDesk} from './fault.js';
import {InexactNumber, isObject} from './json.js';
import {parseStamp} from './time.js';

const BASE = 'https://www.w3.org/ns/credentials/v2';
const BASE_1 = 'https://www.w3.org/2018/credentials/v1';
const MAX_CONTEXTS = 16;
export const MAX_CREDENTIALS = 16;

/** One or more values as a list. */
export const list = value => (value === undefined ? [] : [value].flat(1));

/** The objects among one or more values. */
export const objects = value => list(value).filter(isObject);

/** `issuer` and `holder`: an identifier, or an object that has one. */
export function idOf(value) {
  const id = isObject(value) ? value.id : value;
  return typeof id === 'string' ? id : null;
}

/** One or more terms; nothing where the value is anything else. */
export function typesOf(value) {
  const types = list(value);
  return types.length > 0 && types.every(name => typeof name === 'string' && name !== '') ? types : null;
}

/** An absolute URL without the characters that the URL standard forgives. */
export function isUrl(text) {
  return typeof text === 'string' && text.length <= 2_048 && !/[\u0000-\u0020\u007f<>"{}|\\^`]/.test(text)
    && URL.canParse(text);
}

/** Everything that is wrong with the form of a credential; nothing is a pass. */
export function credentialFaults(document, knownContexts) {
  const rules = new Rules(document, knownContexts);
  rules.contexts();
  rules.rootType('VerifiableCredential');
  rules.id(document, '');
  rules.issuer();
  rules.validity();
  for (const name of ['name', 'description']) rules.languageValue(document[name], `/${name}`);
  rules.subjects();
  rules.statuses();
  rules.schemas();
  for (const name of ['refreshService', 'termsOfUse', 'evidence', 'renderMethod', 'confidenceMethod']) {
    rules.typedObjects(name);
  }
  rules.proofs();
  rules.relatedResources();
  return rules.faults;
}

/** The same of a presentation. */
export function presentationFaults(document, knownContexts) {
  const rules = new Rules(document, knownContexts);
  rules.contexts();
  rules.rootType('VerifiablePresentation');
  rules.id(document, '');
  if (isObject(document.holder)) rules.requiredId(document.holder, '/holder');
  else if (document.holder !== undefined) rules.url(document.holder, '/holder');
  rules.typedObjects('termsOfUse');
  rules.proofs();
  const credentials = list(document.verifiableCredential);
  if (credentials.length > MAX_CREDENTIALS) rules.add('tooManyCredentials', '/verifiableCredential');
  credentials.forEach((credential, at) => {
    if (!isObject(credential)) rules.add('credentialForm', `/verifiableCredential/${at}`);
  });
  return rules.faults;
}

class Rules {
  faults = [];

  constructor(document, knownContexts) {
    this.document = document;
    this.knownContexts = knownContexts;
  }

  add(code, at) {
    this.faults.push(new Fault('form', code, {at}));
  }

  /** VC Data Model 2.0, 4.3: an ordered set that begins with the base context. */
  contexts() {
    const contexts = this.document['@context'];
    if (!Array.isArray(contexts)) return this.add('contextForm', '/@context');
    if (contexts.length > MAX_CONTEXTS) this.add('contextForm', '/@context');
    contexts.forEach((context, at) => {
      if (typeof context === 'string') {
        if (!Object.hasOwn(this.knownContexts, context)) this.add('unknownContext', `/@context/${at}`);
      } else if (!isObject(context)) {
        this.add('contextForm', `/@context/${at}`);
      }
    });
    if (contexts[0] === BASE_1) this.faults.push(onlyAtLocalDesk('form'));
    else if (contexts[0] !== BASE) this.add('contextForm', '/@context/0');
    return undefined;
  }

  rootType(required) {
    if (!typesOf(this.document.type)?.includes(required)) this.add('typeMissing', '/type');
  }

  id(object, at) {
    if ('id' in object) this.url(object.id, `${at}/id`);
  }

  requiredId(object, at) {
    if ('id' in object) this.url(object.id, `${at}/id`);
    else this.add('idMissing', `${at}/id`);
  }

  url(value, at) {
    if (!isUrl(value)) this.add('notAUrl', at);
  }

  issuer() {
    const {issuer} = this.document;
    if (issuer === undefined) return this.add('issuerMissing', '/issuer');
    if (!isObject(issuer)) return this.url(issuer, '/issuer');
    this.requiredId(issuer, '/issuer');
    for (const name of ['name', 'description']) this.languageValue(issuer[name], `/issuer/${name}`);
    return undefined;
  }

  validity() {
    const [from, until] = ['validFrom', 'validUntil'].map(name => {
      const time = name in this.document ? parseStamp(this.document[name]) : null;
      if (name in this.document && time === null) this.add('dateForm', `/${name}`);
      return time;
    });
    if (from !== null && until !== null && from > until) this.add('validityOrder', '/validUntil');
  }

  /** VC Data Model 2.0, 11.1: a string, or objects of value, language and direction and nothing else. */
  languageValue(value, at) {
    if (value === undefined || typeof value === 'string') return;
    const sound = Array.isArray(value) ? value.length > 0 && value.every(isLanguageObject) : isLanguageObject(value);
    if (!sound) this.add('languageValue', at);
  }

  subjects() {
    const subject = this.document.credentialSubject;
    if (subject === undefined) return this.add('subjectMissing', '/credentialSubject');
    const subjects = Array.isArray(subject) && subject.length > 0 ? subject : [subject];
    subjects.forEach((one, at) => {
      const place = this.place('credentialSubject', at);
      if (isObject(one) && Object.keys(one).length > 0) this.id(one, place);
      else this.add('subjectForm', place);
    });
    return undefined;
  }

  statuses() {
    for (const [at, status] of this.typedObjects('credentialStatus')) {
      if (typesOf(status.type)?.includes('BitstringStatusListEntry') && !bitstring(status)) this.add('statusForm', at);
    }
  }

  schemas() {
    for (const [at, schema] of this.typedObjects('credentialSchema')) {
      if (!('id' in schema)) this.add('idMissing', `${at}/id`);
    }
  }

  /** Members whose values must say what they are (VC Data Model 2.0, 4.5). */
  typedObjects(name) {
    const found = [];
    list(this.document[name]).forEach((item, index) => {
      const at = this.place(name, index);
      if (!isObject(item)) return this.add('notAnObject', at);
      if (!typesOf(item.type)) this.add('typeMissing', `${at}/type`);
      this.id(item, at);
      return found.push([at, item]);
    });
    return found;
  }

  proofs() {
    list(this.document.proof).forEach((proof, at) => {
      if (typeof proof?.type !== 'string') this.add('typeMissing', `${this.place('proof', at)}/type`);
    });
  }

  /** Their digests are for the local desk. */
  relatedResources() {
    if ('relatedResource' in this.document) this.faults.push(onlyAtLocalDesk('form'));
  }

  /** JSON Pointer to one of one or more values. */
  place(name, at) {
    return Array.isArray(this.document[name]) ? `/${name}/${at}` : `/${name}`;
  }
}

function isLanguageObject(value) {
  const rules = {
    '@value': () => true,
    '@language': tag => /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tag),
    '@direction': direction => direction === 'ltr' || direction === 'rtl',
  };
  return isObject(value) && typeof value['@value'] === 'string'
    && Object.entries(value).every(([name, one]) => typeof one === 'string' && Boolean(rules[name]?.(one)));
}

/** A BitstringStatusListEntry (Bitstring Status List 1.0, 2.1), or nothing. */
export function bitstring(entry) {
  const {statusPurpose: purpose, statusListCredential: url} = entry;
  const size = 'statusSize' in entry ? entry.statusSize : 1;
  const index = typeof entry.statusListIndex === 'string' && /^\d{1,16}$/.test(entry.statusListIndex)
    ? Number(entry.statusListIndex) : entry.statusListIndex;
  const messages = list(entry.statusMessage);
  const sound = typeof purpose === 'string' && isUrl(url) && [1, 2, 4, 8].includes(size)
    && Number.isSafeInteger(index) && index >= 0
    && (entry.statusMessage === undefined || Array.isArray(entry.statusMessage))
    && messages.every(one => typeof one?.status === 'string' && typeof one.message === 'string');
  return sound ? {kind: 'bitstring', purpose, url, bits: size, index, messages} : null;
}

/** Where the status of a credential of the data model is published. */
export function statusesOf(document) {
  return objects(document.credentialStatus).map(entry => {
    const types = typesOf(entry.type) ?? [];
    const known = types.includes('BitstringStatusListEntry') ? bitstring(entry) : null;
    return known ?? {kind: 'other', type: types.join(' ')};
  });
}

/** Token Status List, 6.2. */
export function tokenStatusOf(claims) {
  if (!('status' in claims)) return [];
  const wrong = () => new Fault('form', 'statusForm', {at: '/status'});
  const {status} = claims;
  if (!isObject(status)) throw wrong();
  if (!('status_list' in status)) return [{kind: 'other', type: Object.keys(status).join(' ')}];
  const {idx: index, uri: url} = status.status_list ?? {};
  if (index instanceof InexactNumber || !Number.isSafeInteger(index) || index < 0 || !isUrl(url)) throw wrong();
  return [{kind: 'token', index, url}];
}
