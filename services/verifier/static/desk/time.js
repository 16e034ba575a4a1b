// Instants as milliseconds since 1970.

const STAMP = new RegExp('^(-?)([1-9]\\d{4,5}|\\d{4})-(\\d\\d)-(\\d\\d)T(\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d+))?'
  + '(Z|[+-]\\d\\d:\\d\\d)?$');
export const SKEW = 60_000;

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
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const offset = zone(found[9] ?? 'Z');
  if (offset === null) return null;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1_000 + milliseconds;
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
  return `${new Date(Math.floor(time / 1_000) * 1_000).toISOString().slice(0, -5)}Z`;
}

/** A NumericDate (RFC 7519, 2) among claims, fractions cut off; nothing where it is none. */
export function numericDate(claims, name) {
  const value = claims[name];
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 8.64e12) return null;
  return Math.trunc(value) * 1_000;
}
