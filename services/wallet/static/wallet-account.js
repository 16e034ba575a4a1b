// Passkeys, devices, leaving. What cannot be undone asks for the passkey once more.

import { register, withButton } from "/assets/passkey.js";
import { find, forget, send } from "/assets/wallet-key.js";
import { proven } from "/assets/wallet-proof.js";
import { forgetAll } from "/assets/offline-kept.js";
import { guideToInstall } from "/assets/wallet-install.js";
import { listenToStop } from "/assets/wallet-stop.js";

listenToStop();
guideToInstall();

// What this browser keeps is the officer's then.
const atDesk = Boolean(document.getElementById("desk"));

const confirmed = (method, url) => proven(() => send(method, url));

find().then((key) => {
  for (const row of document.querySelectorAll("[data-key]")) {
    if (key && !key.desk && key.thumbprint === row.dataset.key) {
      row.querySelector("[data-this-device]").hidden = false;
      const lose = row.querySelector("button");
      if (lose) lose.hidden = true;
    }
  }
});

/** At a desk some of it is not there. */
function onClick(id, step) {
  const button = document.getElementById(id);
  if (button) button.addEventListener("click", () => withButton(button, step));
}

onClick("add-passkey", async () => {
  await proven(() => register("/v1/registration/options", "/v1/registration"));
  location.reload();
});

for (const button of document.querySelectorAll("button[data-delete]")) {
  button.addEventListener("click", () => {
    if (button.dataset.question && !confirm(button.dataset.question)) return;
    withButton(button, async () => {
      await confirmed("DELETE", button.dataset.delete);
      if (button.dataset.delete === "/v1/sessions" && !atDesk) await forgetAll().catch(() => {});
      if (button.dataset.then) location.assign(button.dataset.then);
      else location.reload();
    });
  });
}

onClick("export", async () => {
  const everything = await proven(() => send("GET", "/v1/export"));
  const file = new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "wallet.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
});

const dialog = document.getElementById("delete-dialog");
document.getElementById("delete-open").addEventListener("click", () => dialog.showModal());
document.getElementById("delete-cancel").addEventListener("click", () => dialog.close());
const remove = document.getElementById("delete-account");
remove.addEventListener("click", () =>
  withButton(remove, async () => {
    await confirmed("DELETE", "/v1/account");
    if (atDesk) return location.assign("/officers/desk");
    await forget();
    await forgetAll().catch(() => {});
    return location.assign("/?deleted");
  }),
);
