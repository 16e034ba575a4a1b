// What the scripts of the wallet may use: the grammar and the interfaces of its floor, Chromium 70. `check` reads the scripts;
// `WITHOUT` takes the later interfaces out of a browser, so that a journey can be gone through as on an old phone.
// `node floor.mjs` runs the check alone.
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parse} from 'acorn';

/** What Chromium 70 reads; it knows no later grammar but the `catch` without a name, which is of this edition too. */
const EDITION = 2019;

/** Globals that came later, each with the first Chromium that has it. */
const GLOBALS = {
  globalThis: 71, queueMicrotask: 71, WeakRef: 84, FinalizationRegistry: 84, AggregateError: 85, structuredClone: 98,
  CompressionStream: 80, DecompressionStream: 80, BarcodeDetector: 83, reportError: 95, TrustedTypes: 83, CookieStore: 87,
  cookieStore: 87, scheduler: 94, EyeDropper: 95, URLPattern: 95, CSSStyleSheet: 73, OffscreenCanvas: 69, Temporal: 144,
};

/** Members that came later, on whatever they are called: names that nothing older has. */
const MEMBERS = {
  at: 92, replaceAll: 85, matchAll: 73, replaceChildren: 86, allSettled: 76, any: 85, fromEntries: 73, hasOwn: 93, findLast: 97,
  findLastIndex: 97, toSorted: 110, toReversed: 110, toSpliced: 110, groupBy: 117, fromAsync: 121, withResolvers: 119,
  randomUUID: 92, requestSubmit: 76, databases: 72, submitter: 81, locks: 70, stream: 76, canParse: 120,
  userAgentData: 90, togglePopover: 114, showPopover: 114, showPicker: 99, getHTML: 125, setHTMLUnsafe: 124, checkVisibility: 105,
  inert: 102, ariaLabel: 81, timeout: 103, throwIfAborted: 100, wakeLock: 84, isConditionalMediationAvailable: 108,
  parseCreationOptionsFromJSON: 129, parseRequestOptionsFromJSON: 129, RelativeTimeFormat: 71, ListFormat: 72, DisplayNames: 81,
  Segmenter: 87, formatRange: 76, union: 122, intersection: 122, isWellFormed: 111, toWellFormed: 111,
};

/** Options that an older browser leaves out without a word, so that it does something else. */
const OPTIONS = {dateStyle: 76, timeStyle: 76, notation: 77, fractionalSecondDigits: 84, dayPeriod: 92, signal: 88};
/** Calls that take a signal from their beginning, or before the floor. */
const TAKE_SIGNAL = ['scan', 'fetch'];

/** The scripts that pages of the wallet load: its own, and those of all services that its pages or their modules name. */
function scripts() {
  const root = join(fileURLToPath(new URL('.', import.meta.url)), '../..');
  const [own, kit, pages] = ['services/wallet/static', 'crates/web/assets', 'services/wallet/templates'].map(path => join(root, path));
  const found = readdirSync(own).filter(name => name.endsWith('.js')).map(name => join(own, name));
  const texts = readdirSync(pages).map(name => readFileSync(join(pages, name), 'utf8'))
    .concat(readFileSync(join(root, 'crates/web/templates/base.html'), 'utf8'));
  const shared = readdirSync(kit).filter(name => name.endsWith('.js'));
  const all = new Set(found);
  // A module that is found may import others.
  for(let before = -1; before !== all.size;) {
    before = all.size;
    const sources = [...all].map(path => readFileSync(path, 'utf8')).concat(texts);
    shared.filter(name => sources.some(text => text.includes(`/${name}"`) || text.includes(`/${name}'`)))
      .forEach(name => all.add(join(kit, name)));
  }
  return [...all];
}

/** Calls `see` with each node and the nodes around it, the nearest first. */
function walk(node, see, around = []) {
  see(node, around);
  for(const [key, value] of Object.entries(node)) {
    if(key === 'type') continue;
    const inner = Array.isArray(value) ? value : [value];
    inner.filter(one => one && typeof one.type === 'string').forEach(one => walk(one, see, [node, ...around]));
  }
}

const isGlobal = ({type, name}) => type === 'Identifier' && ['window', 'self', 'document', 'navigator'].includes(name);

/** The names that a script looks for before it uses them: in a condition, or with `in`, or with `typeof`. */
function looked(tree) {
  const names = new Set();
  const inside = node => walk(node, one => {
    if(one.type === 'MemberExpression' && !one.computed) names.add(one.property.name);
    if(one.type === 'UnaryExpression' && one.operator === 'typeof' && one.argument.type === 'Identifier') names.add(one.argument.name);
    if(one.type === 'BinaryExpression' && one.operator === 'in' && one.left.type === 'Literal') names.add(one.left.value);
  });
  walk(tree, node => {
    if(node.type === 'IfStatement' || node.type === 'ConditionalExpression') inside(node.test);
    if(node.type === 'LogicalExpression') inside(node.left);
  });
  return names;
}

/** What of a source is above the floor, as texts with the line. */
export function above(source, sourceType = 'module') {
  const tree = parse(source, {ecmaVersion: EDITION, sourceType, locations: true});
  const known = looked(tree);
  const own = new Set();
  walk(tree, node => {
    if(node.type === 'VariableDeclarator' && node.id.type === 'Identifier') own.add(node.id.name);
    if(node.type === 'FunctionDeclaration') own.add(node.id.name);
  });
  const found = [];
  const tell = (node, name, since) => {
    if(!known.has(name)) found.push(`line ${node.loc.start.line}: ${name} is of Chromium ${since}`);
  };
  const has = (list, name) => Object.prototype.hasOwnProperty.call(list, name);
  walk(tree, (node, [parent = {}, call = {}, ...further]) => {
    if(node.type === 'Identifier' && has(GLOBALS, node.name) && !own.has(node.name)) {
      const isKey = parent.type === 'MemberExpression' && parent.property === node && !parent.computed && !isGlobal(parent.object);
      if(!isKey && !(parent.type === 'Property' && parent.key === node)) tell(node, node.name, GLOBALS[node.name]);
    }
    if(node.type === 'MemberExpression' && !node.computed && has(MEMBERS, node.property.name)) {
      const ofData = node.object.type === 'MemberExpression' && node.object.property.name === 'dataset';
      if(!ofData) tell(node, node.property.name, MEMBERS[node.property.name]);
    }
    // A file's own text and bytes came later than those of an answer.
    if(node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && ['text', 'arrayBuffer'].includes(node.callee.property.name)) {
      const {object} = node.callee;
      const isFile = (object.type === 'NewExpression' && object.callee.name === 'Blob') || /^(file|blob)$/i.test(object.name || '');
      if(isFile) tell(node, `Blob.${node.callee.property.name}`, 76);
    }
    if(node.type === 'Property' && node.key.type === 'Identifier' && has(OPTIONS, node.key.name) && parent.type === 'ObjectExpression') {
      const [{callee} = {}] = [call, ...further].filter(one => one.type === 'CallExpression');
      if(!(callee && TAKE_SIGNAL.includes(callee.name))) tell(node, node.key.name, OPTIONS[node.key.name]);
    }
  });
  return found;
}

/** Fails where a script is above the floor. */
export function check() {
  const files = scripts();
  assert(files.length > 50, `only ${files.length} scripts were found`);
  for(const name of ['qr-reader.js', 'qr-parts.js', 'qr-code.js', 'call.js', 'words.js', 'passkey.js', 'progress.js', 'jsqr.js']) {
    assert(files.some(path => path.endsWith(`/${name}`)), `${name} is looked at`);
  }
  const wrong = [];
  for(const path of files) {
    const source = readFileSync(path, 'utf8');
    const classic = path.endsWith('jsqr.js') || !/^(import|export) /m.test(source);
    try {
      above(source, classic ? 'script' : 'module').forEach(what => wrong.push(`${path}, ${what}`));
    } catch(error) {
      wrong.push(`${path} is above ECMAScript ${EDITION}: ${error.message}`);
    }
  }
  assert.deepEqual(wrong, []);
}

/** The check finds what it is for, and lets pass what is looked for before it is used. */
export function checkItself() {
  for(const source of [
    'globalThis.x', 'list.at(-1)', 'text.replaceAll("a", "b")', 'place.replaceChildren()', 'Object.fromEntries([])',
    'structuredClone({})', 'navigator.locks.request("a", act)', 'file.text()', 'new Blob([]).arrayBuffer()',
    'new Intl.DateTimeFormat("en", {dateStyle: "long"})', 'new CompressionStream("deflate")', 'self.structuredClone(1)',
    'place.addEventListener("a", act, {signal})',
  ]) assert.equal(above(source).length, 1, source);
  for(const source of ['a?.b', 'a ?? b', 'class A { #b() {} }', 'class A { b = 1; }', '1_000', 'a ||= b']) {
    assert.throws(() => above(source), SyntaxError, source);
  }
  for(const source of [
    'const at = 1; at(2)', 'if (navigator.locks) navigator.locks.request("a", act)', 'answer.text()', 'fetch("/", {signal})',
    'if (!self.CompressionStream) stop(); new CompressionStream("deflate")', 'try { a(); } catch { b(); }', 'a.dataset.at',
  ]) assert.deepEqual(above(source), [], source);
}

/** Takes out of a page, before its scripts, what came after the floor. */
export const WITHOUT = () => {
  const take = (holder, names) => names.forEach(name => { if(holder) delete holder[name]; });
  [Element, Document, DocumentFragment].forEach(one => take(one.prototype, ['replaceChildren', 'checkVisibility']));
  take(Object, ['fromEntries', 'hasOwn', 'groupBy']);
  take(Promise, ['allSettled', 'any', 'withResolvers']);
  take(Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with']);
  take(Array, ['fromAsync']);
  take(String.prototype, ['at', 'replaceAll', 'matchAll']);
  take(Blob.prototype, ['text', 'arrayBuffer', 'stream']);
  take(Intl, ['RelativeTimeFormat', 'ListFormat', 'DisplayNames', 'Segmenter']);
  take(AbortSignal, ['timeout', 'any', 'abort']);
  take(IDBFactory.prototype, ['databases']);
  take(Crypto.prototype, ['randomUUID']);
  take(HTMLFormElement.prototype, ['requestSubmit']);
  take(SubmitEvent.prototype, ['submitter']);
  take(Navigator.prototype, ['locks', 'userAgentData', 'wakeLock']);
  if(window.PublicKeyCredential) {
    take(PublicKeyCredential, ['parseCreationOptionsFromJSON', 'parseRequestOptionsFromJSON', 'isConditionalMediationAvailable']);
    take(PublicKeyCredential.prototype, ['toJSON']);
    take(AuthenticatorAttestationResponse.prototype, ['getTransports', 'getPublicKey', 'getAuthenticatorData']);
  }
  take(window, [
    'structuredClone', 'queueMicrotask', 'CompressionStream', 'DecompressionStream', 'BarcodeDetector', 'WeakRef',
    'FinalizationRegistry', 'reportError', 'globalThis',
  ]);
  // Chromium has Ed25519 from 137 on.
  const made = SubtleCrypto.prototype.generateKey;
  SubtleCrypto.prototype.generateKey = function generateKey(algorithm, ...rest) {
    if(algorithm.name === 'Ed25519') return Promise.reject(new DOMException('Unrecognized name', 'NotSupportedError'));
    return made.call(this, algorithm, ...rest);
  };
};

if(process.argv[1] === fileURLToPath(import.meta.url)) {
  checkItself();
  check();
}
