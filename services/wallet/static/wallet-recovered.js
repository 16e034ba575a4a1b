// After coming back in: the phone that is gone is called lost, so that what was bound to it comes to this one.

import { withButton } from "/assets/passkey.js";
import { ensure, find, send } from "/assets/wallet-key.js";
import { proven } from "/assets/wallet-proof.js";

const rows = [...document.querySelectorAll("[data-old]")];

function settle(here) {
  // A PIN has made a key on this phone already: that one is not gone.
  const old = rows.filter(({ dataset }) => !here || dataset.old !== here.thumbprint);
  for (const row of rows) row.hidden = !old.includes(row);
  if (rows.length && !old.length) {
    document.getElementById("next-lost-ask").hidden = true;
    const done = document.getElementById("next-lost").dataset.done !== undefined;
    document.getElementById(done ? "next-lost-done" : "next-lost-none").hidden = false;
  }
  for (const row of old) {
    const button = row.querySelector("button");
    button.addEventListener("click", () => {
      if (!confirm(button.dataset.question)) return;
      withButton(button, async () => {
        await proven(() => send("DELETE", `/v1/device-keys/${row.dataset.old}`));
        // With a key here the first page can have everything given anew.
        await ensure();
        location.reload();
      });
    });
    button.disabled = false;
  }
}

find().then(settle);
