// On the page of a credential: to keep it on this phone, and to forget it there again.

import {withButton} from "/assets/passkey.js";
import {find, send} from "/assets/wallet-key.js";
import {drop, isKept, keep} from "/assets/offline-kept.js";
import { say } from "/assets/words.js";

const page = document.getElementById('credential');
const place = document.getElementById('keep-here');
const {account} = document.getElementById('person').dataset;
const {credential: id, holderKey} = page.dataset;

/** Only what this phone can sign for, and in a form of which parts can be shown, is of use without a network. */
async function isOfUse() {
  const key = await find();
  return Boolean(key) && !key.desk && key.thumbprint === holderKey && page.dataset.format === 'dc+sd-jwt' && 'serviceWorker' in navigator;
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
  const message = Object.assign(document.createElement('div'), {id: 'keep-message', hidden: true});
  const actions = Object.assign(document.createElement('div'), {className: 'actions'});
  if (kept) {
    const open = document.createElement('a');
    Object.assign(open, {className: 'button', href: '/offline', textContent: say("offline-open-offline")});
    actions.append(open, button(say("offline-forget"), 'secondary', () => drop(id)));
  } else {
    actions.append(button(say("offline-keep"), 'secondary', remember));
  }
  card.append(title, why, message, actions);
  place.textContent = '';
  place.append(card);
}

async function remember() {
  const [view, {credential}] = await Promise.all([
    send('GET', `/v1/credentials/${id}`), send('GET', `/v1/credentials/${id}/copy`),
  ]);
  const {name, format, validUntil, claims, issuer} = view;
  await keep(account, {id, name, format, validUntil, claims, issuer: issuer.name, holderKey, credential});
  await navigator.serviceWorker.register('/offline-worker.js');
}

/** Shows the choice where it is of use. */
export async function offerToKeep() {
  if (await isOfUse()) await show();
}
