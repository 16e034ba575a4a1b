// Into the wallet with the printed code: it makes a passkey on this device, and is then used up.

import { register, withButton } from "/assets/passkey.js";

const form = document.getElementById("recover");
const button = form.querySelector("button");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  withButton(button, async () => {
    await register("/v1/recovery/options", "/v1/recovery", { code: document.getElementById("code").value });
    location.assign("/ways-in");
  });
});
button.disabled = false;
