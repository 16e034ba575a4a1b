// The home page: statuses are checked quietly, and a pasted link is opened like a scanned one.

import { find, send } from "/assets/wallet-key.js";
import { paint } from "/assets/wallet-look.js";
import { label } from "/assets/wallet-status.js";
import { guideToInstall } from "/assets/wallet-install.js";
import { offerToRenew } from "/assets/wallet-renew.js";
import { tellErased } from "/assets/wallet-erased.js";
import { remindOfReturn } from "/assets/wallet-remind.js";
import { listenToStop } from "/assets/wallet-stop.js";
import { listenToYears, news } from "/assets/wallet-year.js";

// A proof made without a network has just been brought, and this page still asks for it.
document.addEventListener("proof-brought", () => location.reload());
listenToStop();
remindOfReturn();
guideToInstall();
listenToYears(news());
paint();
offerToRenew();

find().then((key) => {
  let elsewhere = 0;
  for (const card of document.querySelectorAll("[data-credential]")) {
    if (card.dataset.holderKey && (!key || key.thumbprint !== card.dataset.holderKey)) {
      elsewhere += 1;
      const note = card.querySelector("[data-elsewhere]");
      if (note) note.hidden = false;
    }
  }
  const banner = document.getElementById("key-elsewhere");
  if (!banner || elsewhere === 0) return;
  tellErased(key).then((told) => {
    banner.hidden = told;
    // Said once, and for what it is.
    if (told) for (const note of document.querySelectorAll("[data-elsewhere]")) note.hidden = true;
  });
});

const tones = { valid: "success", suspended: "paused", revoked: "error", expired: "warning", notYetValid: "waiting", unknown: "plain" };

function show(card, state) {
  const badge = card.querySelector("[data-status]");
  badge.className = `badge ${tones[state]}`;
  badge.textContent = label(state);
  card.classList.toggle("suspended", state === "suspended");
  card.classList.toggle("revoked", state === "revoked" || state === "expired");
}

const cards = new Map([...document.querySelectorAll("[data-credential]")].map((card) => [card.dataset.credential, card]));
if (cards.size) {
  send("GET", "/v1/statuses").then(
    ({ statuses }) => {
      for (const { credentialId, status } of statuses) {
        // An answer that could not be had changes nothing that is known.
        if (status.state !== "unknown" && cards.has(credentialId)) show(cards.get(credentialId), status.state);
      }
    },
    () => {},
  );
}

const paste = document.getElementById("paste-form");
if (paste) {
  paste.addEventListener("submit", (event) => {
    event.preventDefault();
    const problem = document.getElementById("paste-error");
    problem.hidden = true;
    let query;
    try {
      query = new URL(document.getElementById("link").value.trim()).searchParams;
    } catch {
      query = new URLSearchParams();
    }
    const byValue = query.has("client_id") && query.has("response_type");
    const carry = (names) => names.filter((name) => query.has(name)).map((name) => [name, query.get(name)]);
    const offer = carry(["credential_offer_uri", "credential_offer"]);
    const request = carry(["client_id", "request_uri", "request_uri_method"]);
    if (offer.length) location.assign(`/offer?${new URLSearchParams(offer)}`);
    else if (query.has("request_uri") && query.has("client_id")) location.assign(`/present?${new URLSearchParams(request)}`);
    else if (query.has("request_uri")) location.assign(`/existence?${new URLSearchParams(request)}`);
    // All of the request is in the link.
    else if (byValue) location.assign(`/present?${query}`);
    else problem.hidden = false;
  });
}
