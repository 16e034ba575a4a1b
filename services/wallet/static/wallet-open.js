// A link was opened: hand it to the service, then show what it is about under an address without secrets.

import { PasskeyError, post } from "/assets/passkey.js";
import { say } from "/assets/words.js";

const opening = document.getElementById("opening");
const failed = document.getElementById("failed");
const query = new URLSearchParams(location.search);

function offer() {
  const uri = query.get("credential_offer_uri");
  if (uri) return { credentialOfferUri: uri };
  try {
    // What is missing would be read as `null`, and then be answered in the words of the interface.
    const credentialOffer = JSON.parse(query.get("credential_offer"));
    if (credentialOffer) return { credentialOffer };
  } catch {
    // A link that was cut off.
  }
  throw new PasskeyError(say("opening-incomplete"));
}

function present() {
  // Without a reference the request is all in the link, and unsigned.
  if (!query.get("request_uri")) return { query: location.search.slice(1) };
  const body = { clientId: query.get("client_id") || "", requestUri: query.get("request_uri") };
  const method = query.get("request_uri_method");
  return method ? { ...body, requestUriMethod: method } : body;
}

const kinds = {
  offer: ["/v1/offers", "/offers/", offer],
  present: ["/v1/presentations", "/presentations/", present],
  existence: ["/v1/existence", "/existence/", () => ({ requestUri: query.get("request_uri") || "" })],
};

async function open() {
  opening.hidden = false;
  failed.hidden = true;
  try {
    const [endpoint, page, body] = kinds[opening.dataset.kind];
    const { id } = await post(endpoint, body());
    location.replace(page + encodeURIComponent(id));
  } catch (error) {
    document.getElementById("failed-title").textContent =
      (error.problem && error.problem.title) || say("opening-failed");
    document.getElementById("failed-text").textContent = error.message;
    opening.hidden = true;
    failed.hidden = false;
    failed.focus();
  }
}

document.getElementById("try-again").addEventListener("click", open);
open();
