// The notices that somebody asks to open this wallet on another device, or may act for the person, and their buttons.

import { withButton } from "/assets/passkey.js";
import { send } from "/assets/wallet-key.js";

function endMandates() {
  for (const button of document.querySelectorAll("[data-end-mandate]")) {
    button.addEventListener("click", () =>
      withButton(button, async () => {
        await send("DELETE", `/v1/mandates/${button.dataset.endMandate}`);
        location.reload();
      }),
    );
  }
}

export function listenToStop() {
  endMandates();
  const stop = document.getElementById("stop-asked");
  if (!stop) return;
  stop.addEventListener("click", () =>
    withButton(stop, async () => {
      await send("DELETE", "/v1/assisted-recovery");
      location.reload();
    }),
  );
}
