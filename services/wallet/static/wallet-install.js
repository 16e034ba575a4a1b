// The guide to put the wallet on the home screen: for this kind of device, with a button where the browser offers one, and not at all
// where the wallet runs installed. On the first page it is said until the person answers "Later", which is remembered in this browser.

const NAME = "wallet-install-later";

const installed = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

/** iPads call themselves Macs, and have a touch screen. */
function device() {
  const { userAgent, maxTouchPoints } = navigator;
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return "iphone";
  return /Android/.test(userAgent) ? "android" : "computer";
}

function wasAnswered() {
  try {
    return localStorage.getItem(NAME) !== null;
  } catch {
    return false;
  }
}

function answer() {
  try {
    localStorage.setItem(NAME, "yes");
  } catch {
    // Then it is said again next time.
  }
}

/**
 * On an iPhone the installed wallet has storage of its own: who has certificates in Safari would not find their keys there. So the
 * first page says it there before the first certificate, and elsewhere after it.
 */
const isTime = ({ dataset }, kind) => (kind === "iphone" ? !("certificates" in dataset) : "certificates" in dataset);

/** One thing at a time: what brings a person back comes first. */
const isCrowded = () => {
  const other = document.getElementById("lost-phone");
  return Boolean(other) && !other.hidden;
};

export function guideToInstall() {
  const card = document.getElementById("install");
  if (!card || installed()) return;
  const kind = device();
  const later = document.getElementById("install-later");
  for (const steps of card.querySelectorAll("[data-steps]")) steps.hidden = steps.dataset.steps !== kind;
  if (later) {
    if (wasAnswered() || isCrowded() || !isTime(card, kind)) return;
    later.addEventListener("click", () => {
      answer();
      card.hidden = true;
    });
  }
  card.hidden = false;
  offerButton(card);
}

/** Chromium alone says when it could install, and asks the person itself. */
function offerButton(card) {
  const button = document.getElementById("install-now");
  let asking = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    asking = event;
    button.hidden = false;
  });
  addEventListener("appinstalled", () => { card.hidden = true; });
  button.addEventListener("click", async () => {
    if (!asking) return;
    const asked = asking;
    // It can be asked once.
    asking = null;
    button.hidden = true;
    await asked.prompt();
  });
}
