// Passkeys for every service: fetch a challenge, let the device answer, send the answer.
// Works on browsers without PublicKeyCredential.parseCreationOptionsFromJSON (before 2024) too.

import { say } from "/assets/words.js";

const toBytes = (text) => {
  const base64 = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
};

const toText = (buffer) => {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

/** A failed step, with words for the person. `problem` is the problem document, when the server sent one. */
export class PasskeyError extends Error {
  constructor(message, problem) {
    super(message);
    this.problem = problem;
  }
}

/** POSTs JSON to our own service and returns its JSON; a problem document becomes an error. */
export async function post(url, body) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body || {}),
    });
  } catch {
    throw new PasskeyError(say("script-unreachable", {}, "The service cannot be reached. Check the connection and try again."));
  }
  const text = await response.text();
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch {
    // An answer that is not JSON has nothing more to say than its status.
  }
  if (!response.ok) {
    const said = json && (json.detail || json.title || json.error_description);
    throw new PasskeyError(said || say("script-failed", {}, "The service could not do this."), json);
  }
  return json;
}

export const supported = () => typeof PublicKeyCredential === "function" && Boolean(navigator.credentials);

function words(error) {
  if (error instanceof PasskeyError) return error;
  switch (error && error.name) {
    case "NotAllowedError":
      return new PasskeyError(say("script-cancelled", {}, "It was cancelled, or it took too long. You can try again."));
    case "InvalidStateError":
      return new PasskeyError(
        say("script-registered", {}, "This device already holds a passkey for this account. Sign in with it instead."),
      );
    case "NotSupportedError":
      return new PasskeyError(say("script-unsuitable", {}, "This device offers no passkey that we accept."));
    case "SecurityError":
      return new PasskeyError(
        say("script-insecure", {}, "Passkeys work only at the right address, over a secure connection."),
      );
    default:
      return new PasskeyError(say("script-passkey", {}, "The device could not use a passkey."));
  }
}

function need() {
  if (!supported()) {
    throw new PasskeyError(
      say("script-no-passkeys", {}, "This browser does not know passkeys. Use a newer browser or another device."),
    );
  }
}

/** Makes a passkey. `extra` goes into both requests beside the WebAuthn JSON. Returns the server's last answer. */
export async function register(startUrl, finishUrl, extra = {}) {
  need();
  const { publicKey } = await post(startUrl, extra);
  const options = {
    ...publicKey,
    challenge: toBytes(publicKey.challenge),
    user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
    excludeCredentials: (publicKey.excludeCredentials || []).map((c) => ({ ...c, id: toBytes(c.id) })),
  };
  let made;
  try {
    made = await navigator.credentials.create({ publicKey: options });
  } catch (error) {
    throw words(error);
  }
  const { response } = made;
  return post(finishUrl, {
    ...extra,
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment || undefined,
    clientExtensionResults: made.getClientExtensionResults(),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports ? response.getTransports() : [],
    },
  });
}

/** Lets a passkey answer WebAuthn request options that came from elsewhere; returns the WebAuthn JSON. */
export async function assert(publicKey) {
  need();
  const options = {
    ...publicKey,
    challenge: toBytes(publicKey.challenge),
    allowCredentials: (publicKey.allowCredentials || []).map((c) => ({ ...c, id: toBytes(c.id) })),
  };
  let got;
  try {
    got = await navigator.credentials.get({ publicKey: options });
  } catch (error) {
    throw words(error);
  }
  const { response } = got;
  return {
    id: got.id,
    rawId: toText(got.rawId),
    type: got.type,
    authenticatorAttachment: got.authenticatorAttachment || undefined,
    clientExtensionResults: got.getClientExtensionResults(),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : undefined,
    },
  };
}

/** Signs in with a passkey. `extra` goes into both requests. Returns the server's last answer. */
export async function authenticate(startUrl, finishUrl, extra = {}) {
  need();
  const { publicKey } = await post(startUrl, extra);
  return post(finishUrl, { ...extra, ...(await assert(publicKey)) });
}

/**
 * Runs a step for a button: marks it busy, shows errors in the element that `data-message` names (an id), and
 * follows `next` in the answer. Use it for any asynchronous step, not only passkeys.
 */
export async function withButton(button, step) {
  const place = document.getElementById(button.dataset.message || "");
  if (place) place.hidden = true;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await step();
    if (answer && typeof answer.next === "string" && answer.next.startsWith("/")) {
      location.assign(answer.next);
    }
    return answer;
  } catch (error) {
    const { message } = words(error);
    const code = document.getElementById("support-code");
    if (code && error.problem && error.problem.supportCode) code.textContent = error.problem.supportCode;
    if (place) {
      place.textContent = "";
      const strong = document.createElement("strong");
      strong.textContent = say("script-did-not-work", {}, "That did not work.");
      const text = document.createElement("p");
      text.textContent = message;
      place.append(strong, text);
      place.className = "banner error";
      place.setAttribute("role", "alert");
      place.hidden = false;
      place.scrollIntoView({ block: "nearest" });
      // A page may have more to say, such as how to sign in again.
      document.dispatchEvent(new CustomEvent("step-failed", { detail: { place, error } }));
    }
    return undefined;
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

// Buttons that need no page script: data-passkey="register|sign-in", data-start, data-finish, data-fields (a form's id).
for (const button of document.querySelectorAll("button[data-passkey]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const form = document.getElementById(button.dataset.fields || "");
    if (form && !form.reportValidity()) return;
    const extra = {};
    if (form) new FormData(form).forEach((value, name) => { extra[name] = value; });
    const ceremony = button.dataset.passkey === "register" ? register : authenticate;
    withButton(button, () => ceremony(button.dataset.start, button.dataset.finish, extra));
  });
}
