// The button that ends a visit at a station. While proofs wait here, the service must not have the browser clear its whole storage,
// since the queue would go with it: so everything else is wiped here, piece by piece, and the service is told. Without a network
// the page itself goes, and the visit ends as soon as the line is back.

import { count } from "/assets/desk-queue.js";

const form = document.getElementById("desk").querySelector("form");
const QUEUE = "passerelle-desk-queue";
// Where a browser does not list its databases, these are all that the wallet's pages make.
const DATABASES = ["passerelle-wallet", "passerelle-offline"];

async function wipe() {
  localStorage.clear();
  sessionStorage.clear();
  const listed = indexedDB.databases ? (await indexedDB.databases()).map(({ name }) => name) : DATABASES;
  for (const name of listed.filter((one) => one !== QUEUE)) indexedDB.deleteDatabase(name);
  if (window.caches) for (const name of await caches.keys()) await caches.delete(name);
  if (navigator.serviceWorker) {
    for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
  }
}

const line = () => fetch("/assets/wallet.css", { method: "HEAD", cache: "no-store" }).then(() => true, () => false);

/** Nothing of the person stays to be seen; the form stays, to end the visit later. */
function clear() {
  const finished = document.getElementById("finished");
  finished.hidden = false;
  for (const part of document.querySelectorAll("header, footer, main > *")) {
    if (part !== finished) part.hidden = true;
  }
  history.replaceState(null, "", "/officers/desk");
  addEventListener("online", () => form.submit());
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if ((await count()) > 0) {
    await wipe().catch(() => {});
    form.elements.waiting.value = "yes";
  }
  if (await line()) form.submit();
  else clear();
});
