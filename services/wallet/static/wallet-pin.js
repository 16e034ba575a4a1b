// A wallet that is opened by a PIN and the key of this phone: made here, and opened again. Several people may share the phone.

import { PasskeyError, post, withButton } from "/assets/passkey.js";
import { generate, inTheMaking, isProblem, keep, made, settle, withPin } from "/assets/wallet-key.js";
import { answerPin, pinAnswer } from "/assets/wallet-proof.js";
import { takeThen } from "/assets/wallet-then.js";
import { moment, say } from "/assets/words.js";

const SIGN_IN = "/v1/pin/sign-in";
const at = (id) => document.getElementById(id);
const create = at("pin-create");
const signIn = at("pin-sign-in");
let known = [];

/** Whose wallet it is, where this phone has several. */
function choices() {
  const list = at("pin-whose");
  known.forEach((key, place) => {
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "whose", value: String(place), checked: place === 0 });
    const name = document.createElement("bdi");
    name.textContent = key.label || (key.madeAt ? say("again-whose-made", { at: moment(new Date(key.madeAt)) }) : say("again-whose-first"));
    const label = document.createElement("label");
    label.className = "choice";
    label.append(input, name);
    list.append(label);
  });
  list.hidden = known.length < 2;
}

const chosen = () => {
  const one = document.querySelector("[name=whose]:checked");
  return known[one ? Number(one.value) : 0];
};

function begin() {
  signIn.hidden = true;
  create.hidden = false;
  at("another-person").hidden = true;
  // With several wallets on a phone, each needs a name to be found by.
  at("pin-label").hidden = known.length === 0;
  at("new-pin").focus();
}

withPin().then(
  (keys) => {
    known = keys;
    choices();
    (known.length ? signIn : create).hidden = false;
    at("another-person").hidden = known.length === 0;
  },
  () => { at("no-storage").hidden = false; },
);
at("another-person-go").addEventListener("click", begin);

/** One step at a time: a second tap, or Enter during the first, does nothing. */
function onSubmit(form, step) {
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    await withButton(form.querySelector("button"), async () => {
      await step();
      location.assign(takeThen());
    });
    busy = false;
  });
}

onSubmit(signIn, async () => {
  const pin = at("pin");
  const { value } = pin;
  pin.value = "";
  const key = chosen();
  const { id } = await answerPin(key, SIGN_IN, value);
  await settle(key, id);
});

/** Makes the wallet of a key. One that was made before its answer was lost is opened. */
async function register(key, pin) {
  try {
    const start = await post("/v1/pin/registration/options", { publicKey: key.publicKey });
    return await post("/v1/pin/registration", await pinAnswer(key, start, pin));
  } catch (error) {
    if (!isProblem(error, "conflict")) throw error;
    return answerPin(key, SIGN_IN, pin);
  }
}

onSubmit(create, async () => {
  const pin = at("new-pin").value;
  if (pin !== at("same-pin").value) throw new PasskeyError(say("access-pin-differ"));
  // Kept before anything is sent: asked again, it is the same key, and so the same wallet.
  const key = (await inTheMaking()) || (await made(await generate()));
  const { id } = await register(key, pin);
  const named = { label: at("wallet-label").value.trim(), madeAt: new Date().toISOString() };
  await keep({ ...key, ...named, account: id, registered: true, pin: true });
  await made(null);
});
