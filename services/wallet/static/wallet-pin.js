// A wallet that is opened by a PIN and the key of this phone: made here, and opened again.

import { PasskeyError, post, withButton } from "/assets/passkey.js";
import { generate, keep, withPin } from "/assets/wallet-key.js";
import { pinAnswer } from "/assets/wallet-proof.js";
import { say } from "/assets/words.js";

const create = document.getElementById("pin-create");
const signIn = document.getElementById("pin-sign-in");
let known;

withPin().then(([first]) => {
  known = first;
  (known ? signIn : create).hidden = false;
});

const onSubmit = (form, step) =>
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(form.querySelector("button"), async () => {
      await step();
      location.assign("/");
    });
  });

onSubmit(signIn, async () => {
  const start = await post("/v1/pin/sign-in/options", { thumbprint: known.thumbprint });
  const pin = document.getElementById("pin");
  const { value } = pin;
  pin.value = "";
  await post("/v1/pin/sign-in", await pinAnswer(known, start, value));
});

onSubmit(create, async () => {
  const pin = document.getElementById("new-pin").value;
  if (pin !== document.getElementById("same-pin").value) throw new PasskeyError(say("access-pin-differ"));
  const key = await generate();
  const start = await post("/v1/pin/registration/options", { publicKey: key.publicKey });
  const { id } = await post("/v1/pin/registration", await pinAnswer(key, start, pin));
  await keep({ ...key, account: id, registered: true, pin: true });
});
