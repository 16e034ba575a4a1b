// The officers' pages. A code goes from the page where it is typed to the page of its request within this tab alone.

import { PasskeyError, authenticate, post, withButton } from "/assets/passkey.js";
import { isProblem } from "/assets/wallet-key.js";
import { say } from "/assets/words.js";

const CODE = "passerelle-officer-code";
const at = (id) => document.getElementById(id);
const prove = () => authenticate("/v1/step-up/options", "/v1/step-up");

/** Does a step; asks for the passkey where the last proof is too old. An officer's PIN would not do. */
async function proven(step) {
  try {
    return await step();
  } catch (error) {
    if (!isProblem(error, "sign-in-again") && !isProblem(error, "passkey-needed")) throw error;
    await prove();
    return step();
  }
}

/** `missing` says what it means for this step that there is nothing. */
async function act(step, missing) {
  try {
    return await proven(step);
  } catch (error) {
    if (isProblem(error, "not-found")) throw new PasskeyError(missing, error.problem);
    throw error;
  }
}

function onClick(id, step) {
  const button = at(id);
  if (!button) return;
  button.addEventListener("click", () => withButton(button, step));
  button.disabled = false;
}

function onSubmit(id, step) {
  const form = at(id);
  if (!form) return;
  const button = form.querySelector("button");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(button, step);
  });
  button.disabled = false;
}

onClick("officer-sign-in", async () => {
  await authenticate("/v1/sign-in/options", "/v1/sign-in");
  location.reload();
});

onClick("officer-prove", async () => {
  await prove();
  location.reload();
});

onSubmit("find-request", async () => {
  const code = at("code").value;
  const { id } = await act(() => post("/v1/officers/recoveries", { code }), say("officer-code-wrong"));
  sessionStorage.setItem(CODE, code);
  location.assign(`/officers/requests/${id}`);
});

onClick("invite", async () => {
  const { link } = await proven(() => post("/v1/officers/invitations"));
  const shown = at("invitation");
  shown.textContent = `${location.origin}/officers/join#${link}`;
  shown.hidden = false;
});

const request = at("request");
const decide = (how, body) => post(`/v1/officers/recoveries/${request.dataset.request}/${how}`, body);
const agree = at("agree");
if (agree) at("code").value = sessionStorage.getItem(CODE) || "";

onSubmit("agree", async () => {
  const body = { code: at("code").value, seen: at("seen").value };
  await act(() => decide("approval", body), say("officer-code-wrong"));
  sessionStorage.removeItem(CODE);
  location.reload();
});

onSubmit("refuse-help", async () => {
  await proven(() => decide("refusal", { why: at("why").value }));
  sessionStorage.removeItem(CODE);
  location.reload();
});

const link = at("link");
if (link) link.value = location.hash.slice(1);

onSubmit("join", async () => {
  const body = { link: link.value.trim().replace(/^.*#/, ""), name: at("name").value };
  await act(() => post("/v1/officers", body), say("officer-link-wrong"));
  location.assign("/officers");
});
