// A fresh proof of the person, where the service asks for one: by passkey, or by the PIN of this phone.

import { authenticate, post } from "/assets/passkey.js";
import { askPin } from "/assets/wallet-ask-pin.js";
import { tried } from "/assets/wallet-pin-wait.js";
import { byKey, presence } from "/assets/wallet-presence.js";
import { find, isProblem, keep, sign } from "/assets/wallet-key.js";

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

async function provePasskey() {
  const key = await find();
  if (key && key.desk) return post("/v1/desk/proof", await byKey("proof"));
  return authenticate("/v1/step-up/options", "/v1/step-up");
}

async function prove() {
  const key = await find();
  if (key && key.desk) {
    const shown = await presence("proof");
    return tried(() => post("/v1/desk/proof", shown));
  }
  if (!key || !key.pin) return provePasskey();
  return answerPin(key, "/v1/step-up/pin", await askPin());
}

/** Opens, or proves, with the PIN of this phone: its key signs the challenge. `url` takes the answer. */
export async function answerPin(key, url, pin) {
  const start = await post(`${url}/options`, { thumbprint: key.thumbprint });
  return tried(async () => post(url, await pinAnswer(key, start, pin)));
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
