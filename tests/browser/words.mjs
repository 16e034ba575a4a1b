// What the wallet says in a language, from its Fluent files: journeys run in several, and some look for a sentence.
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const LOCALES = fileURLToPath(new URL('../../services/wallet/locales', import.meta.url));
const read = new Map();

function messages(language) {
  if(!read.has(language)) {
    const folder = join(LOCALES, language);
    const lines = readdirSync(folder).flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n'));
    read.set(language, new Map(lines.map(line => line.split(' = ')).filter(parts => parts.length > 1)
      .map(([id, ...text]) => [id, text.join(' = ')])));
  }
  return read.get(language);
}

/** A pattern for a message of one line; what is filled in may be anything. */
export function says({language}, id) {
  const text = messages(language).get(id);
  if(!text) {
    throw new Error(`no message of one line is called ${id} in ${language}`);
  }
  const pieces = text.split(/\{[^}]*\}/).map(piece => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(pieces.join('[^]*?'));
}
