// The sentences of a report in six languages. A message is a list of parts, made from the Fluent files of
// crates/verification/locales: text, `{"$": argument}`, `{"m": message}`, or `{"?": argument, "of": {value: parts},
// "else": parts}`.

export const LANGUAGES = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];
const TOLD_BY_PRESENCE = ['issuedAt', 'headerHeight', 'registrySays'];
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The words of one language. */
export class Words {
  constructor(messages, language) {
    Object.assign(this, {messages, language, direction: language === 'ar' ? 'rtl' : 'ltr'});
  }

  /** A message; its own name where there is none. */
  say(id, args = {}) {
    return this.#message(id, args) ?? id;
  }

  /** A time of a report as a person reads it; other text as it is. */
  moment(text) {
    if (typeof text !== 'string' || !MOMENT.test(text)) return text;
    const [date, time] = text.split('T');
    const [year, month, day] = date.split('-').map(Number);
    return this.say('moment', {day: String(day), month, year: String(year), time: time.slice(0, 5)});
  }

  /** What a check found, in one sentence. `subject` is `credential` or `presentation`. */
  sentence({name, result, code, evidence}, subject = 'credential') {
    const args = {subject};
    for (const [key, value] of Object.entries(evidence)) {
      args[key] = this.moment(typeof value === 'string' ? value : JSON.stringify(value));
    }
    for (const key of TOLD_BY_PRESENCE) args[`has-${key}`] = key in evidence ? 'yes' : 'no';
    const general = result === 'notChecked' ? 'unfinished' : 'fault';
    // A predicate that fails or stays open says so in its own words.
    const told = typeof evidence.predicate === 'string' ? evidence.predicate : code;
    const ids = [`${name}-${told}`, `${told}-${result}`, told, `${general}-${name}`, general];
    return ids.map(id => this.#message(id, args)).find(text => text !== null) ?? code;
  }

  /** The whole answer in one sentence: for a failure, the first thing that is wrong. */
  outcome({outcome, checks, credentials}, title) {
    const subject = credentials.length > 0 ? 'credential' : 'presentation';
    if (outcome === 'valid') {
      const accredited = checks.some(check => check.name === 'accreditation' && check.required);
      return this.say(accredited ? 'outcome-valid' : 'outcome-valid-optional', {policy: title});
    }
    const result = outcome === 'invalid' ? 'fail' : 'notChecked';
    const first = checks.find(check => check.result === result && (check.required || result === 'fail'));
    return this.say(`outcome-${outcome}`, {because: first ? this.sentence(first, subject) : ''});
  }

  /** Nothing where there is no such message, or an argument is missing. */
  #message(id, args) {
    const parts = Object.hasOwn(this.messages, id) ? this.messages[id] : null;
    return parts && this.#write(parts, args);
  }

  #write(parts, args) {
    let text = '';
    for (const part of parts) {
      const written = typeof part === 'string' ? part : this.#part(part, args, parts.length > 1);
      if (written === null) return null;
      text += written;
    }
    return text;
  }

  #part(part, args, amongOthers) {
    if ('m' in part) return this.#message(part.m, args);
    if ('?' in part) {
      const value = args[part['?']];
      if (value === undefined) return null;
      return this.#isolated(this.#write(part.of[value] ?? part.else, args), amongOthers);
    }
    const value = args[part.$];
    return value === undefined ? null : this.#isolated(String(value), amongOthers);
  }

  /** Marks around what is filled in keep its direction apart; only a text of the other direction needs them. */
  #isolated(text, amongOthers) {
    return amongOthers && text !== null && this.direction === 'rtl' ? `\u2068${text}\u2069` : text;
  }
}
