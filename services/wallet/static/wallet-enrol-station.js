// Enrolment at a station: a picture with its camera, the operator's word, and the person's PIN.

import { PasskeyError, post, withButton } from "/assets/passkey.js";
import { take } from "/assets/wallet-capture.js";
import { tried } from "/assets/wallet-pin-wait.js";
import { presence } from "/assets/wallet-presence.js";
import { say } from "/assets/words.js";

const MOST_BYTES = 190000;
// The Fund keeps a small picture, so the face has to fill it.
const PART = 0.75;

const { id, state } = document.getElementById("enrolment").dataset;
const form = document.getElementById("station-enrolment");
const at = (name) => document.getElementById(name);
let picture = "";

/** What the operator saw; nothing where a credential stands in its place. */
function seen() {
  if (!at("document-number")) return {};
  return {
    document: {
      kind: at("document-kind").value,
      number: at("document-number").value.replace(/\s/g, "").toUpperCase(),
      state: at("document-state").value.trim().toUpperCase(),
      expiresOn: at("document-expires").value,
    },
  };
}

if (form) {
  const button = at("station-take");
  button.addEventListener("click", () =>
    withButton(button, async () => {
      const [{ jpeg }] = await take({ movements: [], mostBytes: MOST_BYTES, part: PART });
      picture = jpeg;
      at("capture-prompt").textContent = "";
      const shown = at("station-picture");
      shown.src = `data:image/jpeg;base64,${jpeg.replace(/-/g, "+").replace(/_/g, "/")}`;
      shown.hidden = false;
    }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(at("station-send"), async () => {
      const chosen = form.querySelector("input[name=recognised]:checked");
      if (!picture) throw new PasskeyError(say("enrol-station-no-picture"));
      if (!chosen) throw new PasskeyError(say("station-recognised-missing"));
      const shown = await presence("enrolments", id);
      const path = `/v1/enrolments/${encodeURIComponent(id)}/station`;
      await tried(() => post(path, { ...shown, ...seen(), recognisedBy: chosen.value, picture }));
      location.reload();
    });
  });
  for (const one of [button, at("station-send")]) one.disabled = false;
}

// Officers decide while the person may still be here.
if (state === "proposed") setTimeout(() => location.reload(), 15000);
