// The officers' page of stations: makes this device one, and closes those that are no longer used.

import { post, withButton } from "/assets/passkey.js";
import { isProblem, send } from "/assets/wallet-key.js";

const at = (id) => document.getElementById(id);

/** One step of an officer, who may have to prove themselves afresh first. */
async function done(step) {
  try {
    await step();
  } catch (error) {
    if (!isProblem(error, "sign-in-again")) throw error;
  }
  location.reload();
}

const form = at("station-open");
if (form) {
  const button = form.querySelector("button");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const station = { name: at("station-name").value, country: at("station-country").value };
    withButton(button, () => done(() => post("/v1/officers/stations", station)));
  });
  button.disabled = false;
}

for (const button of document.querySelectorAll("[data-close]")) {
  const close = () => send("DELETE", `/v1/officers/stations/${button.dataset.close}`);
  button.addEventListener("click", () => withButton(button, () => done(close)));
  button.disabled = false;
}
