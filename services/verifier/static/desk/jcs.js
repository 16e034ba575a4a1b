// The canonical form of JSON (JCS, RFC 8785) of something that is signed.

import {InexactNumber} from './json.js';
import {Fault} from './fault.js';

/** Two numbers that round to one double would share a signature, so only those are written that lose nothing. */
export function canonical(value) {
  if (value instanceof InexactNumber) throw new Fault('form', 'numberNotExact');
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  // 3.2.3: by UTF-16 code units, as sort() does by itself.
  const members = Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(',')}}`;
}
