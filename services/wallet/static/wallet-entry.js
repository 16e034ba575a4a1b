// Creating a wallet and signing in. Afterwards the same address shows what it was opened for.

import { authenticate, register, supported, withButton } from "/assets/passkey.js";
import { possible, withPin } from "/assets/wallet-key.js";
import { keepThen } from "/assets/wallet-then.js";

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

// Who made a wallet with a PIN on this phone comes back to that one.
const pinFirst = document.getElementById("pin-first");
if (possible()) {
  withPin().then(
    ([known]) => {
      if (!known) return;
      pinFirst.hidden = false;
      create.classList.add("secondary");
      document.getElementById("use-pin").hidden = true;
    },
    () => {},
  );
} else {
  document.getElementById("use-pin").hidden = true;
  document.getElementById("pin-instead").hidden = true;
}
for (const way of document.querySelectorAll("a[data-then]")) way.addEventListener("click", keepThen);

create.addEventListener("click", () =>
  withButton(create, async () => {
    try {
      await register("/v1/registration/options", "/v1/registration");
    } catch (error) {
      document.getElementById("pin-offered").hidden = !possible();
      throw error;
    }
    goOn();
  }),
);

signIn.addEventListener("click", () =>
  withButton(signIn, async () => {
    await authenticate("/v1/sign-in/options", "/v1/sign-in");
    goOn();
  }),
);
