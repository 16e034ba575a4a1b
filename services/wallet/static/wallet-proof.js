// A fresh proof of the person, where the service asks for one: by passkey, or by the PIN of this phone.

import { PasskeyError, authenticate, post } from "/assets/passkey.js";
import { askPin } from "/assets/wallet-ask-pin.js";
import { byKey, presence } from "/assets/wallet-presence.js";
import { find, isProblem, keep, sign } from "/assets/wallet-key.js";
import { moment, say } from "/assets/words.js";

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
  if (key && key.desk) return post("/v1/desk/proof", await presence("proof"));
  if (!key || !key.pin) return provePasskey();
  return answerPin(key, "/v1/step-up/pin", await askPin());
}

/** Opens, or proves, with the PIN of this phone: its key signs the challenge. `url` takes the answer. */
export async function answerPin(key, url, pin) {
  try {
    const start = await post(`${url}/options`, { thumbprint: key.thumbprint });
    return await post(url, await pinAnswer(key, start, pin));
  } catch (error) {
    throw untilWhen(error);
  }
}

/** After several wrong tries: not only that one has to wait, but until when. */
export function untilWhen(error) {
  const until = isProblem(error, "pin-wait") && error.problem.until;
  return until ? new PasskeyError(say("access-pin-until", { at: moment(new Date(until)) }), error.problem) : error;
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
