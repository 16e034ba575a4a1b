// A fresh proof of the person, where the service asks for one: by passkey, or by the PIN of this phone.

import { PasskeyError, authenticate, post } from "/assets/passkey.js";
import { find, isProblem, keep, sign } from "/assets/wallet-key.js";
import { say } from "/assets/words.js";

// A proof by PIN may be answered by the wish for a passkey; asking a third time would go round in circles.
const ROUNDS = 2;

/** Does a step; where the service wants to know first that it is the person, asks, and does it again. */
export async function proven(step) {
  for (let round = 0; ; round += 1) {
    try {
      return await step();
    } catch (error) {
      const byPasskey = isProblem(error, "passkey-needed");
      if (round === ROUNDS || !(byPasskey || isProblem(error, "sign-in-again"))) throw error;
      await (byPasskey ? provePasskey() : prove());
    }
  }
}

const provePasskey = () => authenticate("/v1/step-up/options", "/v1/step-up");

async function prove() {
  const key = await find();
  if (!key || !key.pin) return provePasskey();
  return answerPin(key, "/v1/step-up/pin", await askPin());
}

/** Opens, or proves, with the PIN of this phone: its key signs the challenge. `url` takes the answer. */
export async function answerPin(key, url, pin) {
  const start = await post(`${url}/options`, { thumbprint: key.thumbprint });
  return post(url, await pinAnswer(key, start, pin));
}

/** What goes back beside a PIN: the challenge, signed with the key of this phone. */
export const pinAnswer = async (key, { challenge, toSign }, pin) => ({
  challenge,
  pin,
  signatures: await sign(key, toSign),
});

/** The PIN that went with this key is gone: it is not asked for any more. */
export async function forgetPin(thumbprint) {
  const key = await find();
  if (key && key.pin && key.thumbprint === thumbprint) await keep({ ...key, pin: false });
}

function element(name, members) {
  return Object.assign(document.createElement(name), members);
}

function askPin() {
  const dialog = document.createElement("dialog");
  const form = element("form", { method: "dialog", className: "stack" });
  const label = element("label", { htmlFor: "step-up-pin", textContent: say("access-pin-ask") });
  const input = element("input", {
    id: "step-up-pin", type: "password", inputMode: "numeric", autocomplete: "off", minLength: 6, maxLength: 12, required: true,
  });
  const field = element("div", { className: "field" });
  field.append(label, input);
  const actions = element("div", { className: "actions" });
  const cancel = element("button", { type: "button", className: "secondary", textContent: say("access-cancel") });
  actions.append(element("button", { value: "ok", textContent: say("access-confirm") }), cancel);
  form.append(field, actions);
  dialog.append(form);
  document.body.append(dialog);
  cancel.addEventListener("click", () => dialog.close());
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue === "ok") resolve(input.value);
      else reject(new PasskeyError(say("script-cancelled")));
    });
  });
}
