// Consent: what is chosen is prepared by the service, signed on this device, and sent.

import { post, withButton } from "/assets/passkey.js";
import { tellErased } from "/assets/wallet-erased.js";
import { find, sign } from "/assets/wallet-key.js";
import { proven } from "/assets/wallet-proof.js";

const form = document.getElementById("consent-form");
const { id } = document.getElementById("presentation").dataset;
const base = `/v1/presentations/${id}`;
let key;

/** What is bound to the key of another device cannot be shown from this one. */
function settle() {
  let usable = 0;
  for (const input of form.querySelectorAll("[data-holder-key]")) {
    const here = Boolean(key && key.thumbprint === input.dataset.holderKey);
    input.disabled = !here;
    input.closest(".candidate").classList.toggle("elsewhere", !here);
    if (here) usable += 1;
    else input.checked = false;
  }
  for (const group of form.querySelectorAll("[data-query]")) {
    const inputs = [...group.querySelectorAll("[data-holder-key]")];
    const free = inputs.find((input) => !input.disabled);
    if (free && !inputs.some((input) => input.checked)) free.checked = true;
  }
  if (!usable && form.querySelector("[data-holder-key]")) {
    tellErased(key).then((told) => { document.getElementById("key-elsewhere").hidden = told; });
  }
  // An alternative that can be given from here comes before one that cannot.
  for (const choice of form.querySelectorAll("[data-choice]")) {
    const able = [...choice.querySelectorAll("[data-alternative]")].filter((block) =>
      [...block.querySelectorAll("[data-query]")].every((group) => group.querySelector("[data-holder-key]:checked:not(:disabled)")),
    );
    const radios = [...choice.querySelectorAll("input[data-pick]")];
    for (const radio of radios) {
      const fits = able.some((block) => block.dataset.alternative === radio.value);
      if (radio.type === "radio" && radio.checked && !fits) radio.checked = false;
    }
    const first = radios.find((radio) => radio.type === "radio" && able.some((b) => b.dataset.alternative === radio.value));
    if (first && !radios.some((radio) => radio.checked)) first.checked = true;
  }
  form.addEventListener("change", refresh);
  // Only now may it be pressed: before, the form would have gone as it stands, its choices in the address.
  refresh();
}

function picked(choice) {
  const pick = choice.querySelector("input[data-pick]:checked");
  return pick ? choice.querySelector(`[data-alternative="${pick.value}"]`) : null;
}

function refresh() {
  for (const choice of form.querySelectorAll("[data-choice]")) {
    const shown = picked(choice);
    for (const block of choice.querySelectorAll("[data-alternative]")) block.hidden = block !== shown;
  }
  document.getElementById("agree").disabled = selection().length === 0;
}

/** Which of several sets of claims the person shows of the first credential that is chosen; what is only wished for stays here. */
function claimSet(group) {
  const box = [...group.querySelectorAll("[data-holder-key]")].find((input) => input.checked && !input.disabled);
  const set = box && box.closest(".candidate").querySelector("[data-sets] input:checked");
  return set && set.value ? { claimSet: Number(set.value) } : {};
}

function selection() {
  const chosen = [];
  for (const choice of form.querySelectorAll("[data-choice]")) {
    const block = picked(choice);
    if (!block) continue;
    for (const group of block.querySelectorAll("[data-query]")) {
      const boxes = [...group.querySelectorAll("[data-holder-key]:checked:not(:disabled)")];
      const credentialIds = boxes.map((input) => input.value);
      const known = chosen.some(({ queryId }) => queryId === group.dataset.query);
      if (credentialIds.length && !known) chosen.push({ queryId: group.dataset.query, credentialIds, ...claimSet(group) });
    }
  }
  return chosen;
}

// The result is shown first; the way back to the verifier's page, when it gives one, is a button there.
const goOn = () => location.reload();

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(document.getElementById("agree"), async () => {
      const { toSign } = await proven(() => post(`${base}/prepare`, { selection: selection() }));
      const signatures = toSign.length ? await sign(key, toSign, { of: "presentations", id }) : [];
      await post(`${base}/submit`, { signatures });
      goOn();
    });
  });
  find().then((found) => {
    key = found;
    settle();
  });
}

const refuse = document.getElementById("refuse");
if (refuse) {
  refuse.addEventListener("click", () => withButton(refuse, () => post(`${base}/refuse`, {}).then(goOn)));
  refuse.disabled = false;
}

const again = document.getElementById("send-again");
if (again) {
  again.addEventListener("click", () => withButton(again, () => post(`${base}/submit`, { signatures: [] }).then(goOn)));
}
