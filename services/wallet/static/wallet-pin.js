// A wallet that is opened by a PIN and the key of this phone: made here, and opened again.

import { PasskeyError, post, withButton } from "/assets/passkey.js";
import { generate, inTheMaking, isProblem, keep, made, withPin } from "/assets/wallet-key.js";
import { answerPin, pinAnswer } from "/assets/wallet-proof.js";
import { takeThen } from "/assets/wallet-then.js";
import { say } from "/assets/words.js";

const SIGN_IN = "/v1/pin/sign-in";
const create = document.getElementById("pin-create");
const signIn = document.getElementById("pin-sign-in");
let known;

withPin().then(
  ([first]) => {
    known = first;
    (known ? signIn : create).hidden = false;
  },
  () => {
    // Where the browser keeps nothing, no key of this phone can be made or found.
    document.getElementById("pin-nothing-kept").hidden = false;
  },
);

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
  const pin = document.getElementById("pin");
  const { value } = pin;
  pin.value = "";
  await answerPin(known, SIGN_IN, value);
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
  const pin = document.getElementById("new-pin").value;
  if (pin !== document.getElementById("same-pin").value) throw new PasskeyError(say("access-pin-differ"));
  // Kept before anything is sent: asked again, it is the same key, and so the same wallet.
  const key = (await inTheMaking()) || (await made(await generate()));
  const { id } = await register(key, pin);
  await keep({ ...key, account: id, registered: true, pin: true });
  await made(null);
});
