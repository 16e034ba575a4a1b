// Creating a wallet and signing in. Afterwards the same address shows what it was opened for.

import { authenticate, register, supported, withButton } from "/assets/passkey.js";
import { openedHere, possible, withPin } from "/assets/wallet-key.js";
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

/** Who has a wallet here comes back to it: making another is the second thing then. */
function signInFirst() {
  signIn.classList.remove("secondary");
  create.classList.add("secondary");
  create.before(signIn);
}

const pinFirst = document.getElementById("pin-first");
if (possible()) {
  openedHere().then((opened) => opened && signInFirst(), () => {});
  withPin().then(
    ([known]) => {
      if (!known) return;
      pinFirst.hidden = false;
      signIn.classList.add("secondary");
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
