// When the browser has erased this phone's key: it is said for what it is, and one tap has everything given anew to a new key.

import { authenticate, withButton } from "/assets/passkey.js";
import { ensure, send } from "/assets/wallet-key.js";

const at = (id) => document.getElementById(id);

/** The keys that a browser like this one made and that were never called lost, when this browser holds none of them. */
async function missing() {
  const { deviceKeys, sessions } = await send("GET", "/v1/account");
  const here = sessions.find(({ current }) => current);
  // What the person calls the device says nothing of which browser made the key.
  return deviceKeys.filter(({ lost, madeOn }) => !lost && here && madeOn === here.device);
}

/** Says it, where this browser has no `key` and its kind of device had one; false where the key is on another device. */
export async function tellErased(key) {
  const place = at("key-erased");
  if (!place || key) return false;
  const keys = await missing().catch(() => []);
  if (!keys.length) return false;
  const button = at("get-anew");
  button.addEventListener("click", () => {
    if (!confirm(button.dataset.question)) return;
    withButton(button, async () => {
      // It cannot be undone, and another phone may hold one of these keys after all.
      await authenticate("/v1/step-up/options", "/v1/step-up");
      for (const { thumbprint } of keys) await send("DELETE", `/v1/device-keys/${thumbprint}`);
      await ensure();
      // The first page renews what was bound to a lost key, by itself.
      location.assign("/");
    });
  });
  place.hidden = false;
  return true;
}
