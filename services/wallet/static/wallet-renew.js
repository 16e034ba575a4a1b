// What ends soon is renewed while the wallet is open: by itself where the organisation allows it, or by its button.

import { post, withButton } from "/assets/passkey.js";
import { find } from "/assets/wallet-key.js";
import { receive } from "/assets/wallet-receive.js";
import { drop, isKept } from "/assets/offline-kept.js";
import { say } from "/assets/words.js";

const account = () => document.getElementById("person").dataset.account;

async function renew(button) {
  const { renew: credential } = button.dataset;
  await receive(await post(`/v1/credentials/${credential}/renewal`));
  // A copy for times without a network is of the earlier one.
  if (await isKept(account(), credential).catch(() => false)) await drop(credential);
  const row = button.closest("[data-reminder]");
  row.querySelector("[role=status]").textContent = say("reminder-done");
  button.hidden = true;
}

/** One after the other; a quiet one that fails leaves its button. */
export async function offerToRenew() {
  const buttons = [...document.querySelectorAll("button[data-renew]")];
  if (!buttons.length) return;
  const key = await find();
  // What was bound to a lost key comes anew for any.
  const bound = ({ dataset }) => !dataset.holderKey || (key && key.thumbprint === dataset.holderKey);
  const here = buttons.filter(bound);
  for (const button of here) {
    button.addEventListener("click", () => withButton(button, () => renew(button)));
    button.disabled = false;
  }
  // At a desk each signature wants the person's PIN, so nothing begins by itself.
  if (key && key.desk) return;
  for (const button of here.filter(({ dataset }) => "due" in dataset)) {
    button.disabled = true;
    await renew(button).catch(() => {});
    button.disabled = false;
  }
}
