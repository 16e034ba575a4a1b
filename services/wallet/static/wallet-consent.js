// Consent: what is chosen is prepared by the service, signed on this device, and sent.

import { tellErased } from "/assets/wallet-erased.js";
import { post, withButton } from "/assets/passkey.js";
import { find, sign } from "/assets/wallet-key.js";
import { nameCountries } from "/assets/wallet-region.js";
import { proven } from "/assets/wallet-proof.js";

const form = document.getElementById("consent-form");
const { id } = document.getElementById("presentation").dataset;
const base = `/v1/presentations/${id}`;
let key;

nameCountries();

const inSet = (element, set) => element.dataset.inSets.split(" ").includes(String(set));

/** Claims that they can do without: the page shows and sends the set of claims that is ticked. */
function claimSet(group, set) {
  group.dataset.set = set;
  for (const box of group.querySelectorAll("input")) box.checked = inSet(box, set);
  for (const row of group.closest(".candidate").querySelectorAll("li[data-in-sets]")) row.hidden = !inSet(row, set);
}

/** Of the sets that agree with the box that was touched, the one that changes the fewest others. */
function settleClaims(group, touched) {
  const boxes = [...group.querySelectorAll("input")];
  const changes = (set) => boxes.filter((box) => inSet(box, set) !== box.checked).length;
  const sets = [...Array(Number(group.dataset.claims)).keys()];
  const fitting = sets.filter((set) => !touched || inSet(touched, set) === touched.checked);
  claimSet(group, fitting.reduce((best, set) => (changes(set) < changes(best) ? set : best)));
}

function claimSets(group) {
  const chosen = {};
  for (const input of group.querySelectorAll("[data-holder-key]:checked:not(:disabled)")) {
    const claims = input.closest(".candidate").querySelector("[data-claims]");
    if (claims && claims.dataset.set !== "0") chosen[input.value] = Number(claims.dataset.set);
  }
  return chosen;
}

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
  // What they can do without is withheld until it is added.
  for (const group of form.querySelectorAll("[data-claims]")) settleClaims(group);
  form.addEventListener("change", ({ target }) => {
    if (target.dataset.inSets) settleClaims(target.closest("[data-claims]"), target);
    refresh();
  });
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

function selection() {
  const chosen = [];
  for (const choice of form.querySelectorAll("[data-choice]")) {
    const block = picked(choice);
    if (!block) continue;
    for (const group of block.querySelectorAll("[data-query]")) {
      const held = [...group.querySelectorAll("[data-holder-key]:checked:not(:disabled)")];
      const credentialIds = held.map((input) => input.value);
      const known = chosen.some(({ queryId }) => queryId === group.dataset.query);
      if (credentialIds.length && !known) {
        chosen.push({ queryId: group.dataset.query, credentialIds, claimSets: claimSets(group) });
      }
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
