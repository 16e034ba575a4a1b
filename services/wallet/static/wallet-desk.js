// The officer's page for people without a phone. The person types the PIN; it is in no field any more once it was sent.

import { PasskeyError, post, withButton } from "/assets/passkey.js";
import { isProblem } from "/assets/wallet-key.js";
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

onSubmit("desk-visit", async () => {
  try {
    await post("/v1/officers/desk", { wallet: at("wallet-number").value, pin: take("visit-pin") });
  } catch (error) {
    if (isProblem(error, "not-found")) throw new PasskeyError(say("desk-unknown"), error.problem);
    if (isProblem(error, "sign-in-again")) location.reload();
    throw error;
  }
  return "/";
});

onSubmit("desk-open", async () => {
  const pin = take("open-pin");
  if (pin !== take("open-again")) throw new PasskeyError(say("access-pin-differ"));
  await post("/v1/officers/wallets", { pin });
  return "/ways-in";
});
