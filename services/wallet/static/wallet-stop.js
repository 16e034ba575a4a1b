// The notice that somebody asks to open this wallet on another device, and its button.

import { withButton } from "/assets/passkey.js";
import { send } from "/assets/wallet-key.js";

export function listenToStop() {
  const stop = document.getElementById("stop-asked");
  if (!stop) return;
  stop.addEventListener("click", () =>
    withButton(stop, async () => {
      await send("DELETE", "/v1/assisted-recovery");
      location.reload();
    }),
  );
}
