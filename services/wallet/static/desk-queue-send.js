// On the officers' page of visits: brings the proofs that wait here, each once, and says what came of them.

import { count, drop, waiting } from "/assets/desk-queue.js";
import { say } from "/assets/words.js";

const place = document.getElementById("queue");
const refused = document.getElementById("queue-refused");

/** What the officer does next, by the kind of problem. */
const next = {
  "pin-refused": () => say("queue-pin"),
  "pin-locked": () => say("queue-locked"),
  "queue-over": () => say("queue-late"),
  "queue-refused": () => say("queue-clock"),
  "request-gone": () => say("queue-late"),
  "step-over": () => say("queue-late"),
  "no-station": () => say("queue-station"),
  "answer-refused": () => say("queue-answer"),
};

async function show() {
  const many = await count();
  document.getElementById("queue-count").textContent = many ? say("queue-waits", { count: String(many) }) : say("queue-empty");
  place.hidden = many === 0 && !refused.children.length;
}

function tell(text) {
  const item = document.createElement("li");
  item.textContent = text;
  refused.append(item);
}

async function bring({ id, sealed, expiresAt }) {
  const answered = await fetch(`/v1/officers/queue/${encodeURIComponent(id)}`, {
    method: "POST", credentials: "same-origin", headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ sealed }),
  }).catch(() => null);
  if (!answered) return false;
  if (answered.ok) {
    await drop(id);
    return true;
  }
  const problem = await answered.json().catch(() => ({}));
  const slug = String(problem.type || "").split("/").pop();
  if (next[slug]) {
    // Trying again is of no use, and what is sealed is of no use to anybody else.
    await drop(id);
    tell(next[slug]());
  } else if (slug === "queue-elsewhere") {
    tell(say("queue-elsewhere"));
  } else if (new Date(expiresAt) <= new Date()) {
    await drop(id);
    tell(say("queue-late"));
  }
  return true;
}

async function bringAll() {
  refused.textContent = "";
  for (const row of await waiting()) if (!(await bring(row))) break;
  await show();
}

/** One page brings at a time; without locks the service still takes each once. */
const once = () =>
  (navigator.locks ? navigator.locks.request("passerelle-desk-queue", bringAll) : bringAll()).catch(() => {});

/** Brings what waits, now and whenever the line is back. */
export function bringQueue() {
  if (!window.indexedDB) return;
  addEventListener("online", once);
  document.getElementById("queue-now").addEventListener("click", once);
  show().then(once, () => {});
}
