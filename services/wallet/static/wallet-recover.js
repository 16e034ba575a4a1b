// Into the wallet with the printed code: it makes a passkey on this device, or a PIN, and is then used up.

import { register, withButton } from "/assets/passkey.js";
import { keep, made } from "/assets/wallet-key.js";
import { byPin, makePin, offerWays } from "/assets/wallet-way-back.js";

const form = document.getElementById("recover");
const button = form.querySelector("button");

async function recover() {
  const code = { code: document.getElementById("code").value };
  if (!byPin()) return register("/v1/recovery/options", "/v1/recovery", code);
  const { key, answer } = await makePin("/v1/recovery/pin/options", "/v1/recovery/pin", code, true);
  await keep({ ...key, account: answer.id, registered: true, pin: true, madeAt: new Date().toISOString() });
  return made(null);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  withButton(button, async () => {
    await recover();
    location.assign("/recovered");
  });
});
offerWays();
button.disabled = false;
