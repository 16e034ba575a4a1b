// Asking two officers for help, and the request that this device made.

import { PasskeyError, authenticate, register, withButton } from "/assets/passkey.js";
import { isProblem, send } from "/assets/wallet-key.js";
import { say } from "/assets/words.js";

const at = (id) => document.getElementById(id);

/** What the problem means on this page. */
function told(error) {
  if (isProblem(error, "not-found")) return new PasskeyError(say("helped-number-wrong"), error.problem);
  if (isProblem(error, "conflict")) return new PasskeyError(say("helped-under-way"), error.problem);
  return error;
}

const form = at("ask-help");
if (form) {
  const button = form.querySelector("button");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(button, async () => {
      try {
        await register("/v1/assisted-recovery/options", "/v1/assisted-recovery", { wallet: at("wallet-number").value });
      } catch (error) {
        throw told(error);
      }
      location.reload();
    });
  });
  button.disabled = false;
}

const signIn = at("help-sign-in");
if (signIn) {
  signIn.addEventListener("click", () =>
    withButton(signIn, async () => {
      await authenticate("/v1/sign-in/options", "/v1/sign-in");
      location.assign("/ways-in");
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
