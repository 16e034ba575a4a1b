// The yearly proofs on the page for times without a network: which can be made here, and which wait to be sent.

import {PasskeyError, withButton} from "/assets/passkey.js";
import {dropProof, proofs} from "/assets/offline-kept.js";
import {keyOf, make} from "/assets/offline-proof.js";
import {place, take} from "/assets/wallet-capture.js";
import { moment, say } from "/assets/words.js";

const at = id => document.getElementById(id);
const time = text => moment(new Date(text));

const state = {proof: null, frames: null, step: null};

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function said(proof) {
  if (proof.made) return say("ahead-waits", {at: time(proof.made.capturedAt)});
  if (proof.over || proof.expiresAt <= new Date().toISOString()) return say("ahead-over");
  return say("ahead-until", {until: time(proof.expiresAt)});
}

function row(proof) {
  const title = element('bdi', {}, say("ahead-proof", {year: String(proof.year), who: proof.organisation}));
  const what = element('span', {}, title, element('small', {}, said(proof)));
  const item = element('li', {'data-proof': proof.id, 'data-made': proof.made ? 'yes' : 'no'}, what);
  if (proof.made) {
    item.append(element('a', {class: 'button secondary', href: `/existence/${proof.id}`}, say("ahead-send")));
  } else if (proof.over || proof.expiresAt <= new Date().toISOString()) {
    item.append(element('a', {class: 'button secondary', href: `/existence/${proof.id}`}, say("ahead-again")));
  } else {
    const button = element('button', {type: 'button'}, say("ahead-make"));
    button.addEventListener('click', () => choose(proof));
    item.append(button);
  }
  return item;
}

function choose(proof) {
  state.proof = proof;
  state.frames = null;
  const {capture} = proof;
  at('proof-camera').hidden = !capture;
  at('prove').hidden = !capture;
  at('prove-without').className = capture ? 'secondary large' : 'large';
  at('prove-without').textContent = capture ? say("ahead-without") : say("ahead-here");
  at('capture-place').checked = Boolean(capture && capture.locationRequired);
  at('proof-message').hidden = true;
  state.step('step-proof');
}

/** Pictures are kept while the page is open, so that a passkey that was cancelled costs no second performance. */
async function pictures() {
  const {capture} = state.proof;
  let where = null;
  if (at('capture-place').checked) {
    where = await place();
    if (!where && capture.locationRequired) throw new PasskeyError(say("ahead-no-place"));
  }
  if (!state.frames) state.frames = await take({movements: capture.movements, mostBytes: capture.mostFrameBytes});
  return {frames: state.frames, where};
}

async function prove(withPictures) {
  const key = await keyOf(state.proof);
  if (!key || !key.privateKey) {
    await dropProof(state.proof.id);
    throw new PasskeyError(say("ahead-no-key"));
  }
  const capturedAt = await make(state.proof, key, withPictures ? await pictures() : {});
  at('proof-made-at').textContent = say("ahead-made-at", {at: time(capturedAt)});
  await list();
  state.step('step-made');
}

async function list() {
  const kept = await proofs().catch(() => []);
  at('proof-list').textContent = '';
  at('proof-list').append(...kept.map(row));
  at('proofs').hidden = kept.length === 0;
}

/** Shows the proofs; `step` is how the page shows one of its parts. */
export async function showProofs(step) {
  state.step = step;
  at('prove').addEventListener('click', () => withButton(at('prove'), () => prove(true)));
  at('prove-without').addEventListener('click', () => withButton(at('prove-without'), () => prove(false)));
  await list();
}
