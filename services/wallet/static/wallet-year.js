// The yearly proof: how the year stands at the Fund, and beginning the proof. The device's key signs what is asked.

import { post, withButton } from "/assets/passkey.js";
import { ensure, find, sign } from "/assets/wallet-key.js";

async function ask(id, act, key) {
  const base = `/v1/enrolments/${id}/year`;
  const { toSign } = await post(`${base}/prepare`, { deviceKey: key.thumbprint, act });
  return post(base, { signatures: await sign(key, toSign, { of: "years", id }) });
}

/** Asks the Fund quietly, where this device has a key: one is not made for looking, and at a desk nobody types a PIN for it. */
async function look(id) {
  const key = await find();
  if (!key || key.desk || !key.registered) return false;
  try {
    return (await ask(id, "look", key)).changed;
  } catch {
    // What is known stays; the card says of when it is.
    return false;
  }
}

/** What became of what lies at the Fund. True where this page shows something else now. */
export async function news() {
  if (document.getElementById("person").dataset.news === undefined) return false;
  try {
    return (await post("/v1/news")).changed;
  } catch {
    return false;
  }
}

/** The cards are looked after once `before` is known: the page is loaded anew at most once. */
export function listenToYears(before = false) {
  for (const button of document.querySelectorAll("[data-begin-year]")) {
    button.addEventListener("click", () =>
      withButton(button, async () => {
        const { existence } = await ask(button.dataset.beginYear, "begin", await ensure());
        return location.assign(`/existence/${existence}`);
      }),
    );
    button.disabled = false;
  }
  lookAll(before);
}

/** One after the other: each is a question to the Fund. */
async function lookAll(before) {
  let changed = await before;
  for (const card of document.querySelectorAll("[data-year][data-stale]")) {
    if (await look(card.dataset.year)) changed = true;
  }
  if (changed) location.reload();
}
