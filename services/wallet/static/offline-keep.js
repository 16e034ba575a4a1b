// On the page of a credential: to keep it on this phone, and to forget it there again.

import {withButton} from "/assets/passkey.js";
import {find, send} from "/assets/wallet-key.js";
import {drop, isKept, keep} from "/assets/offline-kept.js";
import { fill, say } from "/assets/words.js";

const page = document.getElementById('credential');
const place = document.getElementById('keep-here');
const {account} = document.getElementById('person').dataset;
const {credential: id, holderKey} = page.dataset;

/** Of use is what is this phone's own: another one could neither show it nor forget it when its key is lost. */
async function isOfUse() {
  const key = await find();
  return Boolean(key) && !key.desk && key.thumbprint === holderKey && 'serviceWorker' in navigator;
}

function button(label, style, act) {
  const made = Object.assign(document.createElement('button'), {type: 'button', textContent: label, className: style});
  made.dataset.message = 'keep-message';
  made.addEventListener('click', () => withButton(made, async () => {
    await act();
    await show();
  }));
  return made;
}

async function show() {
  const kept = await isKept(account, id);
  const card = Object.assign(document.createElement('section'), {className: 'card gap-above'});
  const title = Object.assign(document.createElement('h2'), {textContent: say("offline-keep-title")});
  const why = Object.assign(document.createElement('p'), {textContent: kept ? say("offline-kept-why") : say("offline-keep-why")});
  const alone = 'seenOnly' in page.dataset ? [Object.assign(document.createElement('p'), {textContent: say("offline-alone")})] : [];
  const message = Object.assign(document.createElement('div'), {id: 'keep-message', hidden: true});
  const actions = Object.assign(document.createElement('div'), {className: 'actions'});
  if (kept) {
    const open = document.createElement('a');
    Object.assign(open, {className: 'button', href: '/offline', textContent: say("offline-open-offline")});
    actions.append(open, button(say("offline-forget"), 'secondary', () => drop(id)));
  } else {
    actions.append(button(say("offline-keep"), 'secondary', remember));
  }
  card.append(title, why, ...alone, message, actions);
  fill(place, [card]);
}

/** The mark of its issuer, so that it is there without a network; without it where it does not come. */
async function markOf(image) {
  const answered = image && await fetch(image.src).catch(() => null);
  if (!answered || !answered.ok) return undefined;
  const reader = new FileReader();
  reader.readAsDataURL(await answered.blob());
  await new Promise(done => { reader.onloadend = done; });
  return reader.result ? {src: reader.result, alt: image.alt} : undefined;
}

/** How its card looks here. */
async function lookOf(card) {
  const {ground, text} = card.dataset;
  const kind = card.classList.contains('fund') ? 'fund' : card.classList.contains('employment') ? 'employment' : '';
  return {kind, ground, text, logo: await markOf(card.querySelector('.credential-logo'))};
}

/** A base proof, of which nothing can be shown here, stays with the service. */
async function copyOf() {
  const card = page.querySelector('.credential');
  const [view, copy, look] = await Promise.all([
    send('GET', `/v1/credentials/${id}`), send('GET', `/v1/credentials/${id}/copy`), lookOf(card),
  ]);
  const {format, validFrom, validUntil, status, issuer} = view;
  const {names, claims, showing, holder, credential} = copy;
  const {state, checkedAt} = status;
  const holderName = card.querySelector('.credential-holder').textContent;
  const shown = showing ? {showing, holder, credential} : {};
  return {id, format, validFrom, validUntil, names, claims, issuer: issuer.name, holderKey, holderName, look, status: {state, checkedAt}, ...shown};
}

async function remember() {
  await keep(account, await copyOf());
  await navigator.serviceWorker.register('/offline-worker.js');
}

/** What is kept is kept anew while there is a network: how it stands, and what older pages did not keep. */
async function renew() {
  if (!await isKept(account, id)) return;
  const copy = await copyOf();
  // It may have been forgotten meanwhile.
  if (await isKept(account, id)) await keep(account, copy);
}

/** Shows the choice where it is of use. */
export async function offerToKeep() {
  if (!await isOfUse()) return;
  await show();
  await renew().catch(() => {});
}
