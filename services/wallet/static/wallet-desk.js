// The officer's page for people without a phone. The person types the PIN; it is in no field any more once it was sent.

import { PasskeyError, authenticate, post, withButton } from "/assets/passkey.js";
import { bringQueue } from "/assets/desk-queue-send.js";
import { isProblem } from "/assets/wallet-key.js";
import { tried } from "/assets/wallet-pin-wait.js";
import { say } from "/assets/words.js";

const at = (id) => document.getElementById(id);

function take(id) {
  const field = at(id);
  const { value } = field;
  field.value = "";
  return value;
}

/** Goes to the person's wallet when the step is done; one at a time. */
function onSubmit(id, step) {
  const form = at(id);
  const button = form.querySelector("button");
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    await withButton(button, async () => location.assign(await step()));
    busy = false;
  });
  button.disabled = false;
}

bringQueue();

onSubmit("desk-visit", async () => {
  try {
    const visit = { wallet: at("wallet-number").value, pin: take("visit-pin") };
    await tried(() => post("/v1/officers/desk", visit));
  } catch (error) {
    if (isProblem(error, "not-found")) throw new PasskeyError(say("desk-unknown"), error.problem);
    if (isProblem(error, "sign-in-again")) location.reload();
    throw error;
  }
  return "/";
});

const byKey = at("visit-key");
byKey.addEventListener("click", () =>
  withButton(byKey, async () => {
    const number = at("wallet-number");
    if (!number.reportValidity()) return;
    try {
      await authenticate("/v1/officers/desk/key/options", "/v1/officers/desk/key", { wallet: number.value });
    } catch (error) {
      if (isProblem(error, "not-found")) throw new PasskeyError(say("desk-unknown"), error.problem);
      if (isProblem(error, "sign-in-again")) location.reload();
      throw error;
    }
    location.assign("/");
  }),
);
byKey.disabled = false;

onSubmit("desk-representative", async () => {
  try {
    const visit = { mandate: at("mandate-number").value, pin: take("representative-pin") };
    await tried(() => post("/v1/officers/desk/representative", visit));
  } catch (error) {
    if (isProblem(error, "not-found")) throw new PasskeyError(say("mandate-unknown"), error.problem);
    if (isProblem(error, "sign-in-again")) location.reload();
    throw error;
  }
  return "/";
});

/** A PIN that was typed twice. */
function chosen(first, again) {
  const [pin, same] = [take(first), take(again)];
  if (pin !== same) throw new PasskeyError(say("access-pin-differ"));
  return pin;
}

onSubmit("desk-open", async () => {
  await post("/v1/officers/wallets", { pin: chosen("open-pin", "open-again") });
  return "/ways-in";
});

onSubmit("desk-reset", async () => {
  const pin = chosen("reset-pin", "reset-again");
  await post("/v1/officers/desk/pin", { code: take("reset-code"), pin });
  // The code is used up: another one is made there.
  return "/ways-in";
});
