// Asks for the PIN in a dialog of its own.

import { PasskeyError } from "/assets/passkey.js";
import { say } from "/assets/words.js";

function element(name, members) {
  return Object.assign(document.createElement(name), members);
}

/**
 * The PIN as it was typed; an error when the person thinks better of it. `other` names another way, which is chosen with `null`.
 */
export function askPin(other) {
  const dialog = document.createElement("dialog");
  const form = element("form", { method: "dialog", className: "stack" });
  const label = element("label", { htmlFor: "step-up-pin", textContent: say("access-pin-ask") });
  const input = element("input", {
    id: "step-up-pin", type: "password", inputMode: "numeric", autocomplete: "off", minLength: 6, maxLength: 12, required: true,
  });
  const field = element("div", { className: "field" });
  field.append(label, input);
  const actions = element("div", { className: "actions" });
  const cancel = element("button", { type: "button", className: "secondary", textContent: say("access-cancel") });
  actions.append(element("button", { value: "ok", textContent: say("access-confirm") }));
  if (other) {
    const way = element("button", { type: "button", className: "secondary", textContent: other });
    way.dataset.other = "";
    way.addEventListener("click", () => dialog.close("other"));
    actions.append(way);
  }
  actions.append(cancel);
  form.append(field, actions);
  dialog.append(form);
  document.body.append(dialog);
  cancel.addEventListener("click", () => dialog.close());
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue === "ok") resolve(input.value);
      else if (dialog.returnValue === "other") resolve(null);
      else reject(new PasskeyError(say("script-cancelled")));
    });
  });
}
