// Creating a wallet and signing in. Afterwards the same address shows what it was opened for.

import { authenticate, register, supported, withButton } from "/assets/passkey.js";

const create = document.getElementById("create-wallet");
const signIn = document.getElementById("sign-in");

const goOn = () => location.reload();

if (supported()) {
  create.disabled = false;
  signIn.disabled = false;
} else {
  document.getElementById("no-passkeys").hidden = false;
  document.getElementById("entry").hidden = true;
}

create.addEventListener("click", () =>
  withButton(create, async () => {
    await register("/v1/registration/options", "/v1/registration");
    goOn();
  }),
);

signIn.addEventListener("click", () =>
  withButton(signIn, async () => {
    await authenticate("/v1/sign-in/options", "/v1/sign-in");
    goOn();
  }),
);
