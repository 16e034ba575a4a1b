// What the wallet's page signs without a network, outside of a browser: the same modules, given copies as the service makes them.
// Input: a JSON file {modules, kept, names, key, code, now}; `key` is a private JWK of P-256, and `names` are the claims that are chosen
// where some can be. Output on standard output: for each copy {choices, answer, oneWay}.
import {readFileSync} from 'node:fs';
import {register} from 'node:module';
import {pathToFileURL} from 'node:url';

const {modules, kept, names, key, code, now} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const folder = pathToFileURL(`${modules}/`).href;
// Pages name their modules by where they are served.
register(`data:text/javascript,${encodeURIComponent(`
  export const resolve = (name, context, next) => next(name.replace(/^\\/assets\\//, ${JSON.stringify(folder)}), context);
  export const load = (url, context, next) => next(url, url.startsWith(${JSON.stringify(folder)}) ? {...context, format: 'module'} : context);
`)}`);
const {answer, choices, withoutAnswer} = await import(`${folder}offline-showing.js`);

const algorithm = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'};
const privateKey = await crypto.subtle.importKey('jwk', key, algorithm, false, ['sign']);
const signer = {alg: 'ES256', sign: bytes => crypto.subtle.sign(algorithm, privateKey, bytes)};

const made = [];
for(const one of kept) {
  const [found, text, oneWay] = await Promise.all(
    [choices(one), answer({kept: one, names, code, signer, now}), withoutAnswer({kept: one, names})]);
  made.push({choices: found, answer: text, oneWay});
}
console.log(JSON.stringify(made));
