// How a wallet will be opened on this device after a recovery: a passkey, or where there is none, a PIN with a key of this phone.

import { PasskeyError, post, supported } from "/assets/passkey.js";
import { generate, inTheMaking, made } from "/assets/wallet-key.js";
import { pinAnswer } from "/assets/wallet-proof.js";
import { say } from "/assets/words.js";

const at = (id) => document.getElementById(id);
const chosen = () => document.querySelector("[name=way]:checked").value;

function show() {
  const byPin = chosen() === "pin";
  at("way-pin").hidden = !byPin;
  for (const id of ["new-pin", "same-pin"]) at(id).required = byPin;
}

/** Prepares the choice; a browser without passkeys has only one. */
export function offerWays() {
  const [passkey, pin] = document.querySelectorAll("[name=way]");
  at("way-back").addEventListener("change", show);
  if (!supported()) {
    passkey.disabled = true;
    pin.checked = true;
  } else if (PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable) {
    PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().then(
      (able) => {
        if (!able) pin.checked = true;
        show();
      },
      () => {},
    );
  }
  show();
}

export const byPin = () => chosen() === "pin";

/** The key that was begun with, so that a second tap makes no second one; words where the browser keeps nothing. */
async function ownKey() {
  try {
    return (await inTheMaking()) || (await made(await generate()));
  } catch {
    throw new PasskeyError(say("again-storage"));
  }
}

/** Makes key and PIN: `start` is asked for a challenge with `extra`, `finish` takes the answer, with `extra` where `told`. */
export async function makePin(start, finish, extra, told) {
  const pin = at("new-pin").value;
  if (pin !== at("same-pin").value) throw new PasskeyError(say("access-pin-differ"));
  const key = await ownKey();
  const asked = await post(start, { ...extra, publicKey: key.publicKey });
  const answer = await post(finish, { ...(told ? extra : {}), ...(await pinAnswer(key, asked, pin)) });
  return { key, answer };
}
