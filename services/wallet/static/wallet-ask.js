// Asking an organisation for something that it did not offer: the wish becomes an offer like any other, with a sign-in before it.

import { post, withButton } from "/assets/passkey.js";

const choices = document.getElementById("choices");

/** One for each press that came through, so that a press repeated after a broken line asks for the same. */
const attempt = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

for (const button of choices ? choices.querySelectorAll("[data-ask]") : []) {
  const wish = {
    credentialIssuer: choices.dataset.issuer,
    credentialConfigurationIds: button.dataset.ask.split(" "),
    attempt: attempt(),
  };
  button.addEventListener("click", () =>
    withButton(button, async () => {
      const { id } = await post("/v1/offers", { wish });
      location.assign(`/offers/${encodeURIComponent(id)}`);
    }),
  );
  button.disabled = false;
}
