// Creating a wallet and signing in. Afterwards the same address shows what it was opened for. Where a wallet is known on this phone,
// its way in comes first, and a new one is made only after a question.

import { authenticate, register, supported, withButton } from "/assets/passkey.js";
import { known } from "/assets/wallet-key.js";
import { keepThen } from "/assets/wallet-then.js";

const at = (id) => document.getElementById(id);
const create = at("create-wallet");
const signIn = at("sign-in");

/** Shows or hides what this page has: the page on which officers join has less. */
function show(id, shown) {
  const place = at(id);
  if (place) place.hidden = !shown;
}

const goOn = () => location.reload();

/** The wallet of this phone first: `way` is how it is opened. */
function arrange(way) {
  const byPin = way === "pin" && Boolean(at("pin-first"));
  show("pin-first", byPin);
  show("pin-link", !byPin);
  signIn.classList.toggle("secondary", byPin);
  const question = at("another-make");
  // The page of somebody who comes back is in this order already.
  if (question && question.contains(create)) return;
  create.before(signIn);
  create.classList.add("secondary");
  if (!question) return;
  create.classList.remove("large");
  create.textContent = create.dataset.another;
  question.append(create);
  show("another-wallet", true);
}

keepThen();
// What the browser itself remembers, where the service was not told: a cookie that was cleared, a wallet from before.
if (!at("entry").dataset.known) {
  known().then((way) => {
    if (way) arrange(way);
  });
}

if (supported()) {
  create.disabled = false;
  signIn.disabled = false;
  // No screen lock, no finger, no face: this phone cannot make a passkey.
  if (PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable) {
    PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().then(
      (able) => { if (!able) show("pin-instead", true); },
      () => {},
    );
  }
} else {
  show("no-passkeys", true);
  // A wallet with a PIN is still opened; nothing of passkeys is.
  for (const id of ["create-wallet", "sign-in", "entry-how", "another-wallet"]) show(id, false);
}

/** A passkey that failed may have failed for good on this phone. */
const orPin = (act) => async () => {
  try {
    await act();
  } catch (error) {
    show("pin-instead", true);
    throw error;
  }
  goOn();
};

create.addEventListener("click", () =>
  withButton(create, orPin(() => register("/v1/registration/options", "/v1/registration"))),
);

signIn.addEventListener("click", () =>
  withButton(signIn, orPin(() => authenticate("/v1/sign-in/options", "/v1/sign-in"))),
);
