// One credential: its status now, whether its key is here, and removing it.

import { withButton } from "/assets/passkey.js";
import { find, send } from "/assets/wallet-key.js";
import { tellErased } from "/assets/wallet-erased.js";
import { offerToKeep } from "/assets/offline-keep.js";
import { drop } from "/assets/offline-kept.js";
import { proven } from "/assets/wallet-proof.js";
import { paint } from "/assets/wallet-look.js";
import { nameCountries } from "/assets/wallet-region.js";
import { explain, label } from "/assets/wallet-status.js";
import { moment, say } from "/assets/words.js";

const page = document.getElementById("credential");
const verdict = document.getElementById("status");
const tones = { valid: "pass", suspended: "paused", revoked: "fail", expired: "warning", notYetValid: "waiting", unknown: "not-checked" };

paint();
nameCountries();

find().then((key) => {
  if (key && key.thumbprint === page.dataset.holderKey) return;
  tellErased(key).then((told) => { document.getElementById("key-elsewhere").hidden = told; });
});

async function check() {
  const status = await send("GET", `/v1/credentials/${page.dataset.credential}/status`);
  verdict.className = `verdict ${tones[status.state]}`;
  document.getElementById("status-label").textContent = label(status.state);
  document.getElementById("status-sentence").textContent = explain(status.state);
  const at = document.getElementById("status-time");
  at.textContent = say("credential-checked", { at: moment(new Date(status.checkedAt)) });
}

const again = document.getElementById("check-again");
again.addEventListener("click", () => withButton(again, check));
check().catch(() => {});

const remove = document.getElementById("remove");
remove.addEventListener("click", () => {
  if (!confirm(remove.dataset.question)) return;
  withButton(remove, async () => {
    await proven(() => send("DELETE", `/v1/credentials/${page.dataset.credential}`));
    await drop(page.dataset.credential).catch(() => {});
    location.assign("/");
  });
});

offerToKeep();
