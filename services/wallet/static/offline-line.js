// On every page of the wallet: what was done without a network is told to the service once there is one, and what is kept on
// this phone is forgotten when the person signs out.

import {forgetAll, notes, proofs, told} from "/assets/offline-kept.js";
import {sendProof} from "/assets/offline-send.js";

const person = document.getElementById('person');
const account = person ? person.dataset.account : undefined;

/** Each act has a name of its own, by which the service takes it once however often it is told. */
async function tell() {
  for (const {account: whose, ...act} of await notes()) {
    if (whose !== account) continue;
    const answered = await fetch('/v1/offline-acts', {
      method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(act),
    }).catch(() => null);
    // Without an answer, or with one of a service in trouble, it is told again another time.
    if (!answered || answered.status === 401 || answered.status === 429 || answered.status >= 500) return;
    await told(act.id);
  }
}

/** Yearly proofs that were made without a network. Pages that show one hear what became of it. */
async function send() {
  for (const proof of await proofs()) {
    if (proof.account !== account || !proof.made) continue;
    const outcome = await sendProof(proof);
    if (outcome === 'later') return;
    document.dispatchEvent(new CustomEvent('proof-brought', {detail: {id: proof.id, outcome}}));
  }
}

if (account && window.indexedDB) {
  // One page tells at a time; the others find nothing left.
  const bring = () => tell().then(send);
  const once = () =>
    (navigator.locks ? navigator.locks.request('passerelle-offline-acts', bring) : bring()).catch(() => {});
  addEventListener('online', once);
  once();
}

// The page for times without a network is kept by itself, after this one has come whole: its files are many for a slow line.
const SETTLED_MS = 5000;
if (account && !document.getElementById('desk') && 'serviceWorker' in navigator) {
  addEventListener('load', () => setTimeout(async () => {
    const saves = navigator.connection && navigator.connection.saveData;
    if (!saves && !(await navigator.serviceWorker.getRegistration())) await navigator.serviceWorker.register('/offline-worker.js');
  }, SETTLED_MS));
}

// At an officer's desk this browser is the officer's, and so is what it keeps.
const own = document.getElementById('desk') ? [] : document.querySelectorAll('form[action="/sign-out"]');
for (const form of own) {
  form.addEventListener('submit', async event => {
    event.preventDefault();
    await forgetAll().catch(() => {});
    form.submit();
  });
}
