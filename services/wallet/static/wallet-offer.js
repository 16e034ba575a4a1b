// Accepting an offer: make or find this device's key, sign what the issuer wants proven, receive.

import { withButton } from "/assets/passkey.js";
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

if (form) {
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
}
