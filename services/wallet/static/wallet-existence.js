// The yearly proof: the passkey says that the person is here, the device key binds it to this wallet.

import { PasskeyError, assert, post, withButton } from "/assets/passkey.js";
import { forgetAhead } from "/assets/offline-ahead.js";
import { count, keep } from "/assets/desk-queue.js";
import { askPin } from "/assets/wallet-ask-pin.js";
import { tried } from "/assets/wallet-pin-wait.js";
import { presence } from "/assets/wallet-presence.js";
import { place, take, upload } from "/assets/wallet-capture.js";
import { ensure, isProblem, send, sign } from "/assets/wallet-key.js";
import { listenToYears } from "/assets/wallet-year.js";
import { say } from "/assets/words.js";

const page = document.getElementById("existence");
const base = `/v1/existence/${page.dataset.id}`;
const begin = document.getElementById("begin");

// A question that is over, or was refused: the next one.
listenToYears();

/** How the officer at the desk knows who is there; said before anything else is asked of the person. */
function recognised() {
  const chosen = document.querySelector("input[name=recognised]:checked");
  if (!chosen) throw new PasskeyError(say("station-recognised-missing"));
  return chosen.value;
}

const atDesk = document.getElementById("recognised");

// What the station needs where the line goes during the visit; nothing where the service does not prepare it.
let ready = null;
if (atDesk && page.dataset.queue !== undefined && window.indexedDB) {
  post(`${base}/desk/prepared`).then((prepared) => { ready = prepared; }, () => {});
}

const line = () => fetch("/assets/wallet.css", { method: "HEAD", cache: "no-store" }).then(() => true, () => false);

/** Seals what was taken and keeps it for the line. Its time is that of this moment. */
async function queue(content) {
  const capturedAt = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  if (!(await keep(ready, { ...content, capturedAt }))) throw new PasskeyError(say("queue-full"));
  document.getElementById("queued-many").textContent = say("queue-waits", { count: String(await count()) });
  document.getElementById("queued").hidden = false;
  // Nothing is left to do here but to finish.
  for (const part of [begin, atDesk]) part.closest(".actions, section").hidden = true;
}

/** Hands the finished proof over. One that is kept but has not reached the Fund goes on by itself: the page says so. */
async function hand(path, body) {
  try {
    await tried(() => post(`${base}/${path}`, body));
  } catch (error) {
    if (!isProblem(error, "other-side-unavailable")) throw error;
  }
  return location.reload();
}

/** The officer's word and the PIN, with pictures where `pictures` takes them: sent at once, or sealed where there is no line. */
async function vouch(pictures) {
  const recognisedBy = recognised();
  if (!ready || (await line())) {
    try {
      const frames = pictures ? await pictures() : [];
      if (frames.length) await upload(base, frames);
      const shown = await presence("existence", page.dataset.id);
      return await hand("desk", { ...shown, recognisedBy, frames: frames.length });
    } catch (error) {
      if (error.problem || !ready || (await line())) throw error;
    }
  }
  // The challenge that waits has movements of its own.
  const { capture } = ready;
  const taken = pictures && capture ? await take({ movements: capture.movements, mostBytes: capture.mostFrameBytes }) : [];
  const frames = taken.map(({ millis, jpeg }) => ({ millis, jpeg }));
  return queue({ pin: await askPin(), recognisedBy, frames });
}

async function answer(pictures) {
  const key = await ensure();
  const { publicKey } = await post(`${base}/prepare`, { deviceKey: key.thumbprint, ...pictures });
  const { toSign } = await post(`${base}/assertion`, await assert(publicKey));
  return hand("answer", { signatures: await sign(key, toSign) });
}

// A button that does nothing yet cannot be pressed yet: over a slow line this script comes seconds after the page.
if (begin) {
  begin.addEventListener("click", () => withButton(begin, () => (atDesk ? vouch(null) : answer({}))));
  begin.disabled = false;
}

const start = document.getElementById("with-pictures");
if (start) {
  const { movements, mostBytes, placeRequired } = document.getElementById("capture").dataset;
  // Kept while the page is open, so that a cut line or a cancelled passkey costs no second performance.
  let frames = null;
  const pictures = async () => {
    if (!frames) frames = await take({ movements: movements.split(" "), mostBytes: Number(mostBytes) });
    return frames;
  };
  start.addEventListener("click", () =>
    withButton(start, async () => {
      if (atDesk) return vouch(pictures);
      let where = null;
      if (document.getElementById("capture-place").checked) {
        where = await place();
        if (!where && placeRequired === "true") throw new PasskeyError(say("capture-no-place"));
      }
      await upload(base, await pictures());
      return answer({ frames: frames.length, place: where });
    }),
  );
  start.disabled = false;
}

// After the Fund decided: another look, and the receipt on paper.
const appeal = document.getElementById("appeal");
if (appeal) {
  appeal.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(document.getElementById("send-appeal"), async () => {
      await post(`${base}/appeal`, { words: document.getElementById("appeal-words").value });
      return location.reload();
    });
  });
}

// A signed form as a picture: made smaller here, so that it also gets through a poor line.
const LONGEST_EDGE = 2600;
const paper = document.getElementById("send-form");
if (paper) {
  const unread = document.getElementById("form-unread");
  const smaller = async (file) => {
    if (file.type === "application/pdf") return file;
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob((blob) => done(blob || file), "image/jpeg", 0.85));
  };
  const sendForm = async (asItIs) => {
    unread.hidden = true;
    const [file] = document.getElementById("form-file").files;
    if (!file) return undefined;
    let body = file;
    try {
      body = await smaller(file);
    } catch {
      // Not a picture that this browser can open: the Fund says what it is.
    }
    let answer;
    try {
      answer = await fetch(`${base}/form${asItIs ? "?as_it_is=true" : ""}`, {
        method: "POST",
        credentials: "same-origin",
        headers: { "content-type": body.type || "application/octet-stream", accept: "application/json" },
        body,
      });
    } catch {
      throw new PasskeyError(say("script-unreachable"));
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && (!said.form || said.form.state !== "unread")) return location.reload();
    const words = unread.dataset;
    const reason = answer.ok ? said.form.reason : said.reason || (answer.status >= 500 ? "busy" : "other");
    const name = reason.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
    document.getElementById("form-why").textContent = words[name] || (answer.ok ? words.noCode : words.other);
    // Nobody could read a broken file either, and what was refused is refused again.
    document.getElementById("form-as-it-is").hidden = !answer.ok || name === "picture";
    unread.hidden = false;
    unread.scrollIntoView({ block: "nearest" });
    return undefined;
  };
  const button = document.getElementById("form-send");
  paper.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(button, () => sendForm(false));
  });
  const asItIs = document.getElementById("form-as-it-is");
  asItIs.addEventListener("click", () => withButton(asItIs, () => sendForm(true)));
  button.disabled = false;
}

const showPlace = document.getElementById("show-place");
if (showPlace) {
  showPlace.addEventListener("click", () => {
    withButton(showPlace, async () => {
      const question = await post(`${base}/place`, {});
      location.assign(`/existence/${question.id}`);
    });
  });
  showPlace.disabled = false;
}

const print = document.getElementById("print-receipt");
if (print) print.addEventListener("click", () => window.print());

// Waiting for the Fund: ask now and then, more slowly the longer it takes, and show when something changed.
const state = page.dataset.state;
if (state === "answered" || state === "confirmed") forgetAhead(page.dataset.id);
if (state === "answered" || state === "sending" || (state === "confirmed" && !page.dataset.offer)) {
  let pause = 2000;
  const ask = async () => {
    if (!document.hidden) {
      try {
        const news = await send("GET", base);
        if (news.state !== state || (news.offerId || "") !== page.dataset.offer) return location.reload();
      } catch {
        // The next round tries again.
      }
      pause = Math.min(pause * 1.3, 30000);
    }
    return setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}
