// Instants as milliseconds since 1970.

const STAMP = new RegExp('^(-?)([1-9]\\d{4,5}|\\d{4})-(\\d\\d)-(\\d\\d)T(\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d+))?'
  + '(Z|[+-]\\d\\d:\\d\\d)?$');
export const SKEW = 60_000;
/** The years that the binary's calendar has; a browser's goes a little further. */
const [EARLIEST, LATEST] = [Date.UTC(-262_143, 0, 1), Date.UTC(262_142, 11, 31, 23, 59, 59, 999)];

const bounded = time => (time >= EARLIEST && time <= LATEST ? time : null);

/** XML Schema 1.1 `dateTimeStamp`, with `utcIfMissing` also without an offset; nothing where the text is none. */
export function parseStamp(text, {utcIfMissing = false} = {}) {
  const found = typeof text === 'string' && text.length <= 64 ? STAMP.exec(text) : null;
  if (!found || (found[9] === undefined && !utcIfMissing)) return null;
  const [year, month, day, hour, minute, second] = found.slice(2, 8).map(Number);
  const fraction = found[8] ?? '';
  const endOfDay = hour === 24 && minute === 0 && second === 0 && /^0*$/.test(fraction);
  if ((hour > 23 && !endOfDay) || minute > 59 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(found[1] ? -year : year, month - 1, day);
  if (bounded(date.getTime()) === null || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const offset = zone(found[9] ?? 'Z');
  if (offset === null) return null;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  return bounded(date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1_000 + milliseconds);
}

/** A day as ISO 8601 writes it, at its beginning in UTC; nothing where the text is none. */
export function dayOf(text) {
  return typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) ? parseStamp(`${text}T00:00:00Z`) : null;
}

/** Minutes east of UTC, at most fourteen hours. */
function zone(text) {
  if (text === 'Z') return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(4, 6))];
  const total = hours * 60 + minutes;
  return minutes < 60 && total <= 14 * 60 ? (text[0] === '-' ? -total : total) : null;
}

/** RFC 3339 in UTC and whole seconds, as reports write times. */
export function rfc3339(time) {
  const written = new Date(Math.floor(time / 1_000) * 1_000).toISOString().slice(0, -5);
  // Years of other than four digits have a sign and, unlike ISO 8601, no zeros more than that.
  return `${written.replace(/^([+-])0{1,2}(?=\d{4})/, '$1')}Z`;
}

/** A NumericDate (RFC 7519, 2) among claims, fractions cut off; nothing where it is none. */
export function numericDate(claims, name) {
  const value = claims[name];
  return typeof value === 'number' ? bounded(Math.trunc(value) * 1_000) : null;
}
