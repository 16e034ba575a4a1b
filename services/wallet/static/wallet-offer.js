// Accepting an offer: make or find this device's key, sign what the issuer wants proven, receive.

import { post, withButton } from "/assets/passkey.js";
import { isProblem, send } from "/assets/wallet-key.js";
import { receive } from "/assets/wallet-receive.js";

const form = document.getElementById("accept-form");
const code = document.getElementById("tx-code");
const codeField = document.getElementById("tx-code-field");
const steps = document.getElementById("receiving-steps");
const base = form && `/v1/offers/${form.dataset.offer}`;

const step = (index) => {
  steps.hidden = false;
  [...steps.children].forEach((item, at) => {
    item.classList.toggle("done", at < index);
    if (at === index) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
};

async function accept() {
  step(0);
  const told = code && !codeField.hidden ? { txCode: code.value.replace(/[\s-]/g, "") } : {};
  await receive(await send("GET", base), told, step);
  location.reload();
}

/** The browser goes to the issuer, and comes back to a page that leads here. */
function signInBy(button) {
  button.addEventListener("click", () =>
    withButton(button, async () => {
      const { url } = await post(`${base}/authorization`);
      location.assign(url);
    }),
  );
  button.disabled = false;
}

/** The permission is over before it was used: the way to it is shown again. */
function signInAgain() {
  document.getElementById("sign-in-first").hidden = false;
  document.getElementById("sign-in").hidden = false;
  document.getElementById("accept").hidden = true;
}

if (form) {
  for (const button of ["sign-in", "sign-in-instead"].map((id) => document.getElementById(id))) {
    if (button) signInBy(button);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(document.getElementById("accept"), async () => {
      try {
        await accept();
      } catch (error) {
        steps.hidden = true;
        if (codeField && ["transaction-code-missing", "accept-again"].some((slug) => isProblem(error, slug))) {
          codeField.hidden = false;
          code.required = true;
          code.focus();
        }
        if (isProblem(error, "transaction-code-refused")) {
          code.value = "";
          code.focus();
        }
        if (isProblem(error, "sign-in-first")) signInAgain();
        throw error;
      }
    });
  });
  const decline = document.getElementById("decline");
  decline.addEventListener("click", () =>
    withButton(decline, async () => {
      await send("DELETE", base);
      location.assign("/");
    }),
  );
  // Before this, a press would have sent the form as it stands, into the address.
  for (const id of ["accept", "decline"]) document.getElementById(id).disabled = false;
  // The person is back and has said yes already, by signing in for this.
  if ("signedIn" in form.dataset) document.getElementById("accept").click();
}
