// A link was opened: hand it to the service, then show what it is about under an address without secrets.

import { PasskeyError, post } from "/assets/passkey.js";
import { say } from "/assets/words.js";

const opening = document.getElementById("opening");
const failed = document.getElementById("failed");
const query = new URLSearchParams(location.search);

function offer() {
  const uri = query.get("credential_offer_uri");
  if (uri) return { credentialOfferUri: uri };
  // A link that a mail program cut off has neither.
  try {
    const offered = JSON.parse(query.get("credential_offer"));
    if (offered) return { credentialOffer: offered };
  } catch {
    // Half of an offer is none.
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

/** Back from an issuer: what its server put into the address, and nothing else. */
function answer() {
  const names = ["state", "code", "iss", "error"].filter((name) => query.has(name));
  if (!query.get("state")) throw new PasskeyError(say("opening-incomplete"));
  return names.reduce((all, name) => Object.assign(all, { [name]: query.get(name) }), {});
}

/** An answer that was refused is of no more use: the offer is where to begin again. */
function leadBack(error) {
  const slug = String((error.problem && error.problem.type) || "").split("/").pop();
  const back = document.getElementById("back-to-offer");
  if (!back || !/^(sign-in-|issuer-refused)/.test(slug)) return;
  back.href = `/offers/${encodeURIComponent(query.get("state").split(".")[0])}`;
  back.hidden = slug === "sign-in-over" && !query.get("state").includes(".");
  document.getElementById("try-again").hidden = true;
}

const kinds = {
  authorized: ["/v1/authorizations", "/offers/", answer],
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
    leadBack(error);
    failed.focus();
  }
}

document.getElementById("try-again").addEventListener("click", open);
open();
