// The officers' pages of guardians and attorneys: recording, finding, confirming, ending.

import { PasskeyError, authenticate, post, withButton } from "/assets/passkey.js";
import { isProblem } from "/assets/wallet-key.js";
import { say } from "/assets/words.js";

const at = (id) => document.getElementById(id);

/** Does a step; asks for the officer's passkey where the last proof is too old. */
async function proven(step) {
  try {
    return await step();
  } catch (error) {
    if (isProblem(error, "not-found")) throw new PasskeyError(say("desk-unknown"), error.problem);
    if (!isProblem(error, "sign-in-again")) throw error;
    await authenticate("/v1/step-up/options", "/v1/step-up");
    return step();
  }
}

function onSubmit(id, step) {
  const form = at(id);
  if (!form) return;
  const button = form.querySelector("button");
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    await withButton(button, () => step(form));
    busy = false;
  });
  button.disabled = false;
}

function row(mandate) {
  const item = document.createElement("li");
  const name = document.createElement("bdi");
  name.textContent = mandate.name;
  const days = document.createElement("small");
  days.dir = "ltr";
  days.textContent = `${mandate.startsOn} – ${mandate.endsOn}`;
  const what = document.createElement("span");
  what.append(name, days);
  const link = document.createElement("a");
  link.classList.add("button", "secondary");
  link.href = `/officers/mandates/${mandate.id}`;
  link.textContent = say("mandate-look");
  item.append(what, link);
  return item;
}

onSubmit("mandate-find", async () => {
  const { mandates } = await proven(() => post("/v1/officers/mandates/search", { wallet: at("find-wallet").value }));
  const none = document.createElement("li");
  none.textContent = say("mandate-none");
  at("found").textContent = "";
  at("found").append(...(mandates.length ? mandates.map(row) : [none]));
});

onSubmit("mandate-record", async (form) => {
  const [pin, again] = [at("mandate-pin").value, at("mandate-again").value];
  if (pin !== again) throw new PasskeyError(say("access-pin-differ"));
  const terms = {
    name: at("mandate-name").value,
    kind: form.querySelector("[name=kind]:checked").value,
    acts: [...form.querySelectorAll("[name=acts]:checked")].map((box) => box.value),
    reference: at("mandate-reference").value,
    authority: at("mandate-authority").value,
    startsOn: at("mandate-from").value,
    endsOn: at("mandate-to").value,
  };
  const body = { wallet: at("mandate-wallet").value, terms, seen: at("mandate-seen").value, pin };
  const { id } = await proven(() => post("/v1/officers/mandates", body));
  form.reset();
  location.assign(`/officers/mandates/${id}`);
});

const mandate = at("mandate");
const decide = (how, body) => proven(() => post(`/v1/officers/mandates/${mandate.dataset.mandate}/${how}`, body));

onSubmit("mandate-confirm", async () => {
  await decide("confirmation", { seen: at("seen").value });
  location.reload();
});

onSubmit("mandate-end", async () => {
  await decide("end", { why: at("why").value });
  location.reload();
});
