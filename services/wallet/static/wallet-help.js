// Asking two officers for help, and the request that this device made.

import { PasskeyError, authenticate, register, withButton } from "/assets/passkey.js";
import { isProblem, keep, keptAs, made, send } from "/assets/wallet-key.js";
import { byPin, makePin, offerWays } from "/assets/wallet-way-back.js";
import { thenTo } from "/assets/wallet-then.js";
import { say } from "/assets/words.js";

const at = (id) => document.getElementById(id);

/** What the problem means on this page. */
function told(error) {
  if (isProblem(error, "not-found")) return new PasskeyError(say("helped-number-wrong"), error.problem);
  if (isProblem(error, "conflict")) return new PasskeyError(say("helped-under-way"), error.problem);
  return error;
}

/** The key of a PIN that opens nothing yet is kept under its request, until that has come to something. */
const waiting = (id) => `asked ${id}`;

async function ask(wallet) {
  if (!byPin()) return register("/v1/assisted-recovery/options", "/v1/assisted-recovery", wallet);
  const { key, answer } = await makePin("/v1/assisted-recovery/pin/options", "/v1/assisted-recovery/pin", wallet, false);
  await keep({ ...key, account: waiting(answer.id), registered: true, label: answer.help.wallet });
  return made(null);
}

const form = at("ask-help");
if (form) {
  offerWays();
  const button = form.querySelector("button");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(button, async () => {
      try {
        await ask({ wallet: at("wallet-number").value });
      } catch (error) {
        throw told(error);
      }
      location.reload();
    });
  });
  button.disabled = false;
}

// From here on the page of the PIN knows it.
const pin = at("help-pin");
if (pin) {
  keptAs(waiting(pin.dataset.request)).then(async (key) => {
    if (key) await keep({ ...key, pin: true });
  });
  pin.addEventListener("click", () => thenTo("/recovered"));
}

const signIn = at("help-sign-in");
if (signIn) {
  signIn.addEventListener("click", () =>
    withButton(signIn, async () => {
      await authenticate("/v1/sign-in/options", "/v1/sign-in");
      location.assign("/recovered");
    }),
  );
  signIn.disabled = false;
}

for (const button of document.querySelectorAll("button[data-withdraw]")) {
  button.addEventListener("click", () =>
    withButton(button, async () => {
      await send("DELETE", `/v1/assisted-recovery/${button.dataset.withdraw}`);
      location.reload();
    }),
  );
  button.disabled = false;
}
