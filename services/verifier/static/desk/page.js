// The desk page: holds a pack, shows a code, reads an answer, and says what holds. Everything happens in this page; what a
// person shows is in memory until the next one comes.

import {draw} from '../assets/qr-code.js';
import {NoText, read, scan} from '../assets/qr-reader.js';
import {Codes, codeText} from './codes.js';
import {InputError, isPresentation, readInput} from './input.js';
import {readReceipt} from './issue-time.js';
import {forgetPack, keepPack, keptPack} from './kept-pack.js';
import {Knowledge} from './knowledge.js';
import {openPack, PackError, signerOf} from './pack.js';
import {Policy} from './policy.js';
import {check} from './report.js';
import {element, resultView, unforeseenView} from './result.js';
import {LANGUAGES, Words} from './words.js';
import {rfc3339} from './time.js';

/** Larger files are no receipts. */
const MAX_RECEIPT = 8 * 1024;
const at = id => document.getElementById(id);
const say = (id, args) => page.words.say(id, args);

/** What the page holds: never anything that a person showed. */
const page = {knowledge: null, words: null, trust: null, pack: null, policy: null, codes: null, code: null, receipt: null, camera: null};

async function start() {
  // What nobody foresaw is never silent: an officer must not wait, or take an older answer for this one.
  addEventListener('unhandledrejection', unforeseen);
  addEventListener('error', unforeseen);
  const [knowledge, trust] = await Promise.all(['knowledge', 'trust'].map(async name =>
    (await fetch(`/desk/${name}.json`)).json()));
  page.knowledge = new Knowledge(knowledge);
  page.trust = trust;
  speak();
  listen();
  at('desk-packs').hidden = false;
  const kept = await keptPack();
  if (kept) await use(kept.file, kept.trustedKey, {keep: false});
  else showPack();
  // Where a browser takes no worker, the page works as long as there is a network.
  navigator.serviceWorker?.register('/desk/worker.js', {scope: '/desk/'}).catch(() => {});
}

/** Fills the page with the words of the language that the address or the browser names. */
function speak() {
  const wanted = [new URLSearchParams(location.search).get('lang'), ...navigator.languages]
    .filter(Boolean).map(tag => tag.split('-')[0].toLowerCase());
  const language = wanted.find(one => LANGUAGES.includes(one)) ?? 'en';
  page.words = new Words(page.knowledge.words[language], language);
  document.documentElement.lang = language;
  document.documentElement.dir = page.words.direction;
  document.title = `${say('desk-title')} · Passerelle`;
  for (const one of document.querySelectorAll('[data-say]')) one.textContent = say(one.dataset.say);
  for (const link of at('desk-languages').children) {
    if (link.lang === language) link.setAttribute('aria-current', 'true');
  }
  at('desk-video').setAttribute('aria-label', say('desk-camera'));
  at('desk-published').replaceChildren(...page.trust.packs.map(({policy, title}) => {
    const button = element('button', {type: 'button', 'data-policy': policy}, say('desk-get', {policy: title}));
    button.addEventListener('click', () => download(policy));
    return button;
  }));
}

function listen() {
  at('desk-pack-file').addEventListener('change', async ({target}) => {
    const [file] = target.files;
    if (file) await use(new Uint8Array(await file.arrayBuffer()), null, {keep: true});
    target.value = '';
  });
  at('desk-form').addEventListener('submit', event => {
    event.preventDefault();
    answer(at('desk-text').value);
  });
  at('desk-scan').addEventListener('click', look);
  at('desk-file').addEventListener('change', async ({target}) => {
    await choose([...target.files]);
    target.value = '';
  });
  at('desk-receipt').addEventListener('change', async ({target}) => {
    at('desk-problem').hidden = true;
    const others = await withoutReceipts([...target.files]);
    if (others?.length > 0) problem('desk-unreadable');
    target.value = '';
  });
}

async function download(policy) {
  const answered = await fetch(`/desk/packs/${encodeURIComponent(policy)}`).catch(() => null);
  if (!answered?.ok) return problem('desk-problem-network');
  return use(new Uint8Array(await answered.arrayBuffer()), null, {keep: true});
}

/** Opens a pack. A signer whom the page does not know is shown, and believed only when the officer says so. */
async function use(file, trustedKey, {keep}) {
  at('desk-problem').hidden = true;
  try {
    const signer = await signerOf(file);
    const known = page.trust.signers.map(one => one.key);
    if (!known.includes(signer.key) && signer.key !== trustedKey) return stranger(file, signer);
    const pack = await openPack(file, [signer.key], Date.now());
    const policy = new Policy(pack.policy);
    if (!policy.isForThisPage) throw new PackError('policy');
    if (keep) await keepPack(file, known.includes(signer.key) ? null : signer.key);
    Object.assign(page, {pack, policy, codes: new Codes(signer.did)});
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    if (error.code === 'tooOld') {
      Object.assign(page, {pack: null, policy: null});
      at('desk-work').hidden = true;
      return at('desk-pack-state').replaceChildren(tooOld());
    }
    problem(`desk-problem-${error.code}`);
    if (!keep) await forgetPack();
  }
  return showPack();
}

function stranger(file, signer) {
  const facts = element('dl', {class: 'facts'},
    element('dt', {}, 'DID'), element('dd', {class: 'hash', dir: 'ltr'}, signer.did),
    element('dt', {}, say('desk-key')), element('dd', {class: 'hash', dir: 'ltr', 'data-testid': 'signer'}, signer.key));
  const trust = element('button', {type: 'button', 'data-testid': 'trust'}, say('desk-trust'));
  trust.addEventListener('click', () => use(file, signer.key, {keep: true}));
  at('desk-pack-state').replaceChildren(element('div', {class: 'banner waiting'},
    element('strong', {}, say('desk-stranger')), element('p', {}, say('desk-stranger-why')), facts,
    element('div', {class: 'actions'}, trust)));
  at('desk-work').hidden = true;
}

/** What the desk knows, how old it is, and whether it can work. */
function showPack() {
  const {pack, policy} = page;
  const usable = pack?.isUsable(Date.now()) ?? false;
  at('desk-work').hidden = !usable;
  at('desk-pack-state').replaceChildren(...(pack ? [knownBanner(pack, policy, usable)] : [nothingKnown()]));
  at('desk-receipt-field').hidden = !policy?.json.anchored;
  holdReceipt(null);
  if (usable) newCode();
}

/** A receipt counts for one answer. */
function holdReceipt(receipt) {
  page.receipt = receipt;
  at('desk-receipt-state').textContent = receipt ? say('desk-receipt-chosen') : '';
}

/** Takes a receipt out of files, and gives the others; nothing where there are several, of which one would be a guess. */
async function withoutReceipts(files) {
  const read = await Promise.all(files.map(async file =>
    (file.size <= MAX_RECEIPT ? readReceipt(new Uint8Array(await file.arrayBuffer())) : null)));
  const receipts = read.filter(Boolean);
  if (receipts.length > 1) {
    problem('desk-receipts');
    return null;
  }
  if (receipts.length === 1) holdReceipt(receipts[0]);
  return files.filter((_, at) => !read[at]);
}

function nothingKnown() {
  return element('div', {class: 'banner waiting', 'data-testid': 'no-pack'},
    element('strong', {}, say('desk-no-pack')), element('p', {}, say('desk-no-pack-why')));
}

function knownBanner({manifest, usableUntil}, {title}, usable) {
  const until = page.words.moment(rfc3339(usableUntil));
  if (!usable) return tooOld();
  const missing = manifest.missing?.length > 0 ? ` ${say('desk-missing', {count: manifest.missing.length})}` : '';
  return element('div', {class: 'banner info', 'data-testid': 'known'},
    element('strong', {}, `${title}. ${say('desk-age', {age: age()})}`),
    element('p', {}, `${say('desk-until', {until})} ${say('desk-signed', {signer: signerName(manifest)})}${missing}`));
}

function tooOld() {
  return element('div', {class: 'banner fail', role: 'alert', 'data-testid': 'too-old'},
    element('strong', {}, say('desk-too-old')), element('p', {}, say('desk-problem-too-old')));
}

const signerName = ({signedBy}) =>
  page.trust.signers.find(one => one.key === signedBy.key)?.name ?? signedBy.did;

/** The age of what the desk knows, in one unit. */
function age() {
  const minutes = Math.floor(page.pack.age(Date.now()) / 60_000);
  const [count, unit] = minutes < 60 ? [minutes, 'minute'] : minutes < 1_440
    ? [Math.floor(minutes / 60), 'hour'] : [Math.floor(minutes / 1_440), 'day'];
  return new Intl.NumberFormat(page.words.language, {style: 'unit', unit, unitDisplay: 'long'}).format(count);
}

function newCode() {
  page.code = page.codes.next(Date.now());
  at('desk-code').replaceChildren(draw(codeText(page.code), say('desk-show')));
  document.querySelector('[data-testid="nonce"]').textContent = page.code.nonce;
  document.querySelector('[data-testid="audience"]').textContent = page.code.audience;
}

async function look() {
  page.camera?.abort();
  page.camera = new AbortController();
  const progress = at('desk-progress');
  at('desk-scanner').hidden = false;
  at('desk-video').hidden = false;
  progress.textContent = say('desk-hold');
  try {
    const text = await scan(at('desk-video'), {
      signal: page.camera.signal, progress: parts => { progress.textContent = say('desk-parts', parts); },
    });
    at('desk-scanner').hidden = true;
    if (text) await answer(text);
  } catch {
    at('desk-video').hidden = true;
    progress.textContent = say('desk-no-camera');
  }
}

async function choose(files) {
  page.camera?.abort();
  at('desk-problem').hidden = true;
  try {
    const others = await withoutReceipts(files);
    if (others?.length > 0) await answer(await read(others));
  } catch (error) {
    if (!(error instanceof NoText)) throw error;
    at('desk-scanner').hidden = false;
    at('desk-video').hidden = true;
    const {have, count} = error;
    const sentences = {tooLarge: 'desk-too-large', noCode: 'desk-no-code', missing: 'desk-together'};
    at('desk-progress').textContent = say(sentences[error.code], {have, count});
  }
}

/** Whatever happens on the way, an answer is shown. */
async function answer(text) {
  try {
    await decide(text);
  } catch {
    unforeseen();
  }
}

/** Checks what was read as an answer to the code on the page; the code counts once. */
async function decide(text) {
  page.camera?.abort();
  at('desk-problem').hidden = true;
  const now = Date.now();
  const {pack, policy, knowledge, receipt, words} = page;
  try {
    const isAnswer = isPresentation(readInput(text)) && page.codes.useUp(page.code.nonce, now);
    const report = await check({text, code: isAnswer ? page.code : null, receipt, pack, policy, knowledge, now});
    showResult(resultView({report, words, knowledge, policy, age: age(), isReplayable: !isAnswer}));
  } catch (error) {
    if (error instanceof InputError) return problem(error.elsewhere ? 'onlyAtLocalDesk' : 'desk-unreadable');
    if (!(error instanceof PackError)) throw error;
    showPack();
  }
  return undefined;
}

/** In place of an answer, also of one that had been half shown. */
function unforeseen() {
  if (page.words) showResult(unforeseenView(page.words));
}

function showResult(parts) {
  at('desk-text').value = '';
  at('desk-start').hidden = true;
  at('desk-result').replaceChildren(...parts);
  at('desk-result').hidden = false;
  at('desk-next').addEventListener('click', nextPerson);
  document.querySelector('.desk-verdict').focus();
  scrollTo(0, 0);
}

/** Nothing of the person before is left in the page. */
function nextPerson() {
  at('desk-result').replaceChildren();
  at('desk-result').hidden = true;
  at('desk-start').hidden = false;
  at('desk-scanner').hidden = true;
  showPack();
}

function problem(id) {
  at('desk-problem').hidden = false;
  at('desk-problem').querySelector('p').textContent = say(id);
}

await start();
