// When the session ended while a page lay open: the failed step says so and leads to the sign-in and back, with what was typed.

const NAME = "wallet-typed";
const signedOut = document.getElementById("signed-out");
// A station is for many people: there nothing of one is kept for the next.
const atDesk = Boolean(document.getElementById("desk"));

/** What may be kept in this tab: no PIN, no file, nothing that the page itself holds. */
const fields = () =>
  [...document.querySelectorAll("main input[id], main textarea[id], main select[id]")].filter(
    (field) => !["password", "file", "hidden", "submit", "button"].includes(field.type),
  );

const ticks = (field) => field.type === "checkbox" || field.type === "radio";

function keep() {
  const typed = {};
  for (const field of fields()) {
    if (ticks(field)) typed[field.id] = field.checked;
    else if (field.value) typed[field.id] = field.value;
  }
  sessionStorage.setItem(NAME, JSON.stringify({ path: location.pathname, typed }));
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(NAME) || "null");
  if (!kept || kept.path !== location.pathname) return;
  sessionStorage.removeItem(NAME);
  for (const field of fields()) {
    if (!(field.id in kept.typed)) continue;
    if (ticks(field)) field.checked = kept.typed[field.id];
    else field.value = kept.typed[field.id];
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

document.addEventListener("step-failed", ({ detail: { place, error } }) => {
  if (!error.problem || error.problem.status !== 401) return;
  // Of the message only what went wrong is left; what to do is the button.
  for (const text of place.querySelectorAll("p")) text.remove();
  const shown = signedOut.cloneNode(true);
  shown.removeAttribute("id");
  shown.hidden = false;
  shown.querySelector("button").addEventListener("click", () => {
    try {
      if (!atDesk) keep();
    } catch {
      // A browser that keeps nothing has it typed again.
    }
    location.reload();
  });
  place.append(shown);
});

try {
  restore();
} catch {
  // As above.
}
