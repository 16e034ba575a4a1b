// What shows at a desk that the person is there: the PIN, or a card or key of their own where they have one.

import { assert, post } from "/assets/passkey.js";
import { askPin } from "/assets/wallet-ask-pin.js";
import { say } from "/assets/words.js";

/** Asks the card or key of the person, for one act: `of` and `id` name it. */
export async function byKey(of, id) {
  const { publicKey } = await post("/v1/desk/key/options", { of, id });
  return { assertion: await assert(publicKey) };
}

/** `{ pin }` or `{ assertion }`, as the person chooses. */
export async function presence(of, id) {
  const { hasKey } = document.getElementById("desk").dataset;
  const pin = await askPin(hasKey === undefined ? "" : say("desk-key-use"));
  return pin === null ? byKey(of, id) : { pin };
}
