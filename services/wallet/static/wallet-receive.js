// Receiving, up to the last signature: the same for an offer and for a renewal.

import { post } from "/assets/passkey.js";
import { copyKeys, ensure, sign } from "/assets/wallet-key.js";

/** Takes what an offer of the service gives. `told` goes along with the acceptance; `onStep` hears how far it has come. */
export async function receive(offer, told = {}, onStep = () => {}) {
  const { id } = offer;
  const base = `/v1/offers/${id}`;
  onStep(0);
  const key = await ensure();
  onStep(1);
  const body = { ...told, deviceKey: key.thumbprint, copyKeys: await copyKeys(offer) };
  let { toSign } = await post(`${base}/accept`, body);
  // A refused nonce gives new bytes to sign; more than a few rounds would be a fault on the other side.
  for (let round = 0; toSign.length && round < 4; round += 1) {
    const signatures = await sign(key, toSign, { of: "offers", id });
    onStep(2);
    ({ toSign } = await post(`${base}/proofs`, { signatures }));
  }
}
