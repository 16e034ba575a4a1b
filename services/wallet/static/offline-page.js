// What is kept on this phone, without a network: look at it, read a desk's code, choose what to show, sign, and show the answer as
// codes. Nothing leaves the phone but by its screen.

import {find, holding, signedBy} from "/assets/wallet-key.js";
import {all, note} from "/assets/offline-kept.js";
import {answer, boundTo, choices, isShown, isWhole, readCode, withoutAnswer} from "/assets/offline-showing.js";
import {element, lines, nameOf, rows, showSeen, under} from "/assets/offline-seen.js";
import {supportCode} from "/assets/offline-code.js";
import {parts} from "/assets/offline-sequence.js";
import {showProofs} from "/assets/offline-prove.js";
import { fill, say } from "/assets/words.js";
import {draw} from "/assets/qr-code.js";
import {NoText, read, scan} from "/assets/qr-reader.js";

const NEXT_MS = 1400;

const at = id => document.getElementById(id);

const state = {kept: [], chosen: null, code: null, timer: null, reader: null};

/** One step is to be seen at a time. */
function step(id) {
  for (const one of document.querySelectorAll('[data-step]')) one.hidden = one.id !== id;
  clearInterval(state.timer);
  const title = at(id).querySelector('h2');
  if (title) title.focus();
}

function showKept() {
  const kept = state.kept.map(one => {
    const button = element('button', {type: 'button', class: 'secondary', 'data-kept': one.id}, say("offline-open"));
    button.addEventListener('click', () => see(one));
    const issuer = element('small', {}, element('bdi', {}, one.issuer));
    return element('li', {}, element('span', {}, element('bdi', {}, nameOf(one)), issuer), button);
  });
  fill(at('kept-list'), kept);
  at('nothing-kept').hidden = kept.length > 0;
  step('step-kept');
}

function see(one) {
  state.chosen = one;
  showSeen(one, Date.now());
  at('present').hidden = !isShown(one);
  at('seen-alone').hidden = isShown(one);
  step('step-seen');
}

async function present() {
  const {chosen} = state;
  state.code = null;
  const claims = chosen.claims || [];
  const place = name => claims.indexOf(under(chosen, name)[0]);
  // In the order in which the certificate's own page has them; what that does not show comes last.
  const order = name => (place(name) < 0 ? claims.length : place(name));
  const names = (await choices(chosen)).sort((a, b) => order(a) - order(b));
  fill(at('claims'), names.map(name => {
    const box = element('input', {type: 'checkbox', name: 'claim', value: name});
    const said = under(chosen, name);
    return element('label', {class: 'check'}, box, element('span', {}, ...(said.length ? lines(said) : [name])));
  }));
  const along = claims.filter(claim => !names.some(name => under(chosen, name).includes(claim)));
  fill(at('along'), rows(along));
  at('goes-along').hidden = along.length === 0;
  at('along-title').hidden = isWhole(chosen);
  at('whole').hidden = !isWhole(chosen);
  at('choose-why').hidden = isWhole(chosen);
  at('code-problem').hidden = true;
  at('code-text').value = '';
  step('step-code');
  reader().catch(() => {});
}

/** The desk's code decides for whom this phone signs, so it is shown before the person agrees. */
function takeCode(text) {
  const code = readCode(text);
  at('code-problem').hidden = Boolean(code);
  if (!code) {
    at('code-problem').textContent = say("offline-no-code");
    return;
  }
  state.code = code;
  chooseClaims();
}

function chooseClaims() {
  at('for-whom').textContent = state.code ? say("offline-for-whom", {audience: state.code.audience}) : say("offline-replayable-why");
  at('for-whom').className = state.code ? 'banner info' : 'banner waiting';
  step('step-claims');
}

/** What reads codes where the browser itself cannot is large, so it comes when a code is to be read. */
function reader() {
  if (!state.reader) {
    state.reader = new Promise((done, failed) => {
      const script = element('script', {src: '/assets/jsqr.js'});
      script.onload = done;
      script.onerror = () => {
        state.reader = null;
        failed(new NoText());
      };
      document.head.append(script);
    });
  }
  return state.reader;
}

async function look() {
  at('scanner').hidden = false;
  try {
    await reader();
    const text = await scan(at('video'));
    if (text) takeCode(text);
  } catch {
    at('code-problem').hidden = false;
    at('code-problem').textContent = say("offline-no-camera");
  }
  at('scanner').hidden = true;
}

async function readFiles(files) {
  try {
    await reader();
    takeCode(await read(files));
  } catch (error) {
    if (!(error instanceof NoText)) throw error;
    takeCode('');
  }
}

async function agree(event) {
  event.preventDefault();
  const {chosen, code} = state;
  const names = [...document.querySelectorAll('[name="claim"]:checked')].map(box => box.value);
  const now = Date.now();
  if (!code) return showCodes(() => withoutAnswer({kept: chosen, names}), false);
  at('person').dataset.account = chosen.account;
  const signer = await signerOf(chosen);
  if (!signer) return problem(say("offline-no-key"));
  return showCodes(async () => {
    const text = await answer({kept: chosen, names, code, signer, now});
    await note(chosen.account, {id: actId(now), to: code.audience, at: new Date(now).toISOString(), claims: names, credential: chosen.id});
    // A code is answered once.
    state.code = null;
    return text;
  }, true);
}

function problem(text) {
  at('for-whom').textContent = text;
  at('for-whom').className = 'banner warning';
}

/** The key of this phone to which it is bound. */
async function signerOf(kept) {
  const device = await find();
  const bound = boundTo(kept);
  const key = device && bound && device.thumbprint === kept.holderKey ? await holding(bound) : null;
  if (!key) return null;
  return {alg: key.privateKey.algorithm.name === 'ECDSA' ? 'ES256' : 'EdDSA', sign: bytes => signedBy(key, bytes)};
}

/** A UUID of version 7 (RFC 9562, 5.7): acts sort by their time. */
function actId(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(now / 256 ** (5 - place)) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** One code after the other, by itself or by hand where the person wants no movement. */
async function showCodes(make, isAnswer) {
  let codes;
  try {
    codes = await parts(await make());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problem(say("offline-too-long"));
    return;
  }
  let current = 0;
  const turn = by => {
    current = (current + by + codes.length) % codes.length;
    fill(at('code'), [draw(codes[current], say("offline-answer-code"))]);
    at('code-number').textContent = say("offline-number", {number: current + 1, count: codes.length});
  };
  at('replayable').hidden = isAnswer;
  at('turning').hidden = codes.length < 2;
  at('before').onclick = () => { clearInterval(state.timer); turn(-1); };
  at('after').onclick = () => { clearInterval(state.timer); turn(1); };
  step('step-answer');
  turn(0);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (codes.length > 1 && !still) state.timer = setInterval(() => turn(1), NEXT_MS);
}

async function start() {
  at('support-code').textContent = supportCode(Date.now());
  at('support-line').hidden = false;
  at('scan').addEventListener('click', look);
  at('code-file').addEventListener('change', event => readFiles([...event.target.files]));
  at('code-form').addEventListener('submit', event => {
    event.preventDefault();
    takeCode(at('code-text').value);
  });
  at('without').addEventListener('click', () => {
    state.code = null;
    chooseClaims();
  });
  at('present').addEventListener('click', present);
  at('claims-form').addEventListener('submit', agree);
  for (const back of document.querySelectorAll('[data-back]')) back.addEventListener('click', showKept);
  if ('serviceWorker' in navigator) navigator.serviceWorker.register('/offline-worker.js').catch(() => {});
  state.kept = await all().catch(() => []);
  await showProofs(step);
  showKept();
}

start();
