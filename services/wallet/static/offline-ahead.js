// On the page of a yearly proof: takes along what this phone needs to make it where there is no network.

import {post, withButton} from "/assets/passkey.js";
import {dropProof, keepProof, proofs} from "/assets/offline-kept.js";
import {account, ensure} from "/assets/wallet-key.js";
import { moment, say } from "/assets/words.js";

const place = document.getElementById('ahead');
const at = id => document.getElementById(id);

async function known() {
  const kept = await proofs().catch(() => []);
  return kept.find(proof => proof.account === account() && proof.id === place.dataset.id);
}

const time = text => moment(new Date(text));

/** How it stands: nothing taken along, ready, made and waiting, or come to nothing. */
async function show() {
  const proof = await known();
  const now = new Date().toISOString();
  const ready = Boolean(proof) && !proof.made && !proof.over && proof.expiresAt > now;
  at('ahead-open').hidden = !ready;
  at('ahead-take').hidden = ready || Boolean(proof && proof.made);
  if (!proof) at('ahead-said').textContent = say("ahead-why");
  else if (proof.made) at('ahead-said').textContent = say("ahead-waits", {at: time(proof.made.capturedAt)});
  else if (ready) at('ahead-said').textContent = say("ahead-ready", {until: time(proof.expiresAt)});
  else at('ahead-said').textContent = say("ahead-over");
  place.hidden = false;
}

async function take() {
  const key = await ensure();
  const proof = await post(`/v1/existence/${place.dataset.id}/offline`, {deviceKey: key.thumbprint});
  await keepProof(account(), proof);
  await navigator.serviceWorker.register('/offline-worker.js');
  await navigator.serviceWorker.ready;
  await show();
}

if (place && window.indexedDB && 'serviceWorker' in navigator) {
  at('ahead-take').addEventListener('click', () => withButton(at('ahead-take'), take));
  document.addEventListener('proof-brought', ({detail}) => {
    if (detail.id === place.dataset.id) location.reload();
  });
  show();
}

/** A proof that was answered otherwise needs nothing on the phone any more. */
export async function forgetAhead(id) {
  if (!window.indexedDB) return;
  const kept = await proofs().catch(() => []);
  if (kept.some(proof => proof.id === id && !proof.made)) await dropProof(id);
}
