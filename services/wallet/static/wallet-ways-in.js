// Recovery code, names, PINs. The code is on this page once, and nowhere when it is left.

import { PasskeyError, post, register, withButton } from "/assets/passkey.js";
import { send } from "/assets/wallet-key.js";
import { forgetPin, proven } from "/assets/wallet-proof.js";
import { say } from "/assets/words.js";

const make = document.getElementById("make-code");
make.addEventListener("click", () =>
  withButton(make, async () => {
    const { code } = await proven(() => post("/v1/recovery-code", {}));
    document.getElementById("code-text").textContent = code;
    const shown = document.getElementById("code-shown");
    shown.hidden = false;
    for (const id of ["code-before", "code-actions"]) document.getElementById(id).hidden = true;
    shown.scrollIntoView({ block: "center" });
  }),
);

document.getElementById("print-code").addEventListener("click", () => window.print());

const addKey = document.getElementById("add-key");
if (addKey) {
  addKey.addEventListener("click", () =>
    withButton(addKey, async () => {
      await proven(() => register("/v1/desk/keys/options", "/v1/desk/keys"));
      location.reload();
    }),
  );
}

for (const button of document.querySelectorAll("button[data-end]")) {
  button.addEventListener("click", () =>
    withButton(button, async () => {
      await proven(() => send("DELETE", button.dataset.end));
      if (button.dataset.pin) await forgetPin(button.dataset.pin);
      location.reload();
    }),
  );
}

for (const form of document.querySelectorAll("form[data-name]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(form.querySelector("button"), async () => {
      await send("PATCH", form.dataset.name, { name: form.elements.name.value });
      location.reload();
    });
  });
}

for (const form of document.querySelectorAll("form[data-pin]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(form.querySelector("button"), async () => {
      const { pin, again } = form.elements;
      if (pin.value !== again.value) throw new PasskeyError(say("access-pin-differ"));
      await proven(() => send("PUT", `/v1/pins/${form.dataset.pin}`, { pin: pin.value }));
      for (const field of [pin, again]) field.value = "";
      const said = document.getElementById("ways-message");
      said.textContent = say("access-pin-changed");
      said.classList.remove("error");
      said.classList.add("banner", "success");
      said.hidden = false;
      said.scrollIntoView({ block: "center" });
    });
  });
}
