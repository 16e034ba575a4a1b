// The desk page's own verification, outside of a browser: the same modules, given what a Rust test gives to the binary's.
// Input: a JSON file {modules, knowledge, languages, packs: {name: {file, trusted}}, cases: [{pack, text, code, receipt, now}], ed25519};
// without `ed25519` the browser is one that does not know these keys.
// Output on standard output: for each case {outcome, checks, predicates, claims, sentences} or {refused}.
import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
if (!input.ed25519) {
  const {importKey} = SubtleCrypto.prototype;
  SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...rest) {
    if (algorithm === 'Ed25519') return Promise.reject(new DOMException('unknown', 'NotSupportedError'));
    return importKey.call(this, format, key, algorithm, ...rest);
  };
}
const load = name => import(pathToFileURL(`${input.modules}/${name}`));
const [{check}, {readReceipt}, {Knowledge}, {openPack}, {Policy}, {Words}] = await Promise.all(
  ['report.js', 'issue-time.js', 'knowledge.js', 'pack.js', 'policy.js', 'words.js'].map(load));

const knowledge = new Knowledge(input.knowledge);
const answers = [];
for (const one of input.cases) answers.push(await answer(one));
console.log(JSON.stringify(answers));

async function answer({pack: name, text, code, receipt: given, now}) {
  const {file, trusted} = input.packs[name];
  try {
    const pack = await openPack(new Uint8Array(Buffer.from(file, 'base64')), trusted, now);
    const policy = new Policy(pack.policy);
    if (!policy.isForThisPage) return {refused: 'policy'};
    const receipt = given ? readReceipt(Buffer.from(given)) : null;
    const report = await check({text, code, receipt, pack, policy, knowledge, now});
    const checks = report.checks.map(({name: check, result, code: word, required}) => [check, result, word, required]);
    const subject = report.credentials.length > 0 ? 'credential' : 'presentation';
    const sentences = Object.fromEntries(input.languages.map(language => {
      const words = new Words(knowledge.words[language], language);
      const said = report.checks.map(one => words.sentence(one, subject));
      const answered = report.predicates.map(one => words.sentence(one));
      return [language, [words.outcome(report, policy.title), ...said, ...answered]];
    }));
    const predicates = report.predicates.map(one => [one.name, one.result, one.code, one.evidence]);
    const [first] = report.credentials;
    return {
      outcome: report.outcome, checks, predicates, claims: first?.claims ?? null, issuer: first?.issuerName ?? null, sentences,
    };
  } catch (error) {
    if (error.code === undefined && error.message !== 'unreadable') throw error;
    return {refused: error.code ?? 'unreadable'};
  }
}
