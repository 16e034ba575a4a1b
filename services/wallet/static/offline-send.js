// Sends a yearly proof that was made without a network: the pictures one by one, then what was signed. The service takes each
// once, so a line that is cut costs nothing.

import {dropProof, keepProof} from "/assets/offline-kept.js";

async function say(method, url, body) {
  const headers = {accept: 'application/json', 'content-type': 'application/json'};
  return fetch(url, {method, credentials: 'same-origin', headers, body: JSON.stringify(body)}).catch(() => null);
}

/** Without an answer, or with one of a service in trouble, it is sent again another time. */
const later = answered => !answered || answered.status === 401 || answered.status === 429 || answered.status >= 500;

/** The slug of a problem document, which says whether trying again is of any use. */
async function slug(answered) {
  const problem = await answered.json().catch(() => ({}));
  return String(problem.type || '').split('/').pop();
}

/** `sent`, `over` when the challenge had lapsed or the Fund did not take it, or `later`. */
export async function sendProof({account, frames, ...proof}) {
  const base = `/v1/existence/${proof.id}`;
  const steps = frames.map((frame, place) => ['PUT', `${base}/frames/${place}`, frame]);
  steps.push(['POST', `${base}/offline-answer`, proof.made]);
  for (const [method, url, body] of steps) {
    const answered = await say(method, url, body);
    if (answered && answered.ok) continue;
    const refused = answered && answered.status === 502 && await slug(answered) === 'answer-refused';
    if (!refused && later(answered)) return 'later';
    // Nothing of the pictures stays on the phone; that it came to nothing does, until the person has read it.
    await keepProof(account, {...proof, made: undefined, frames: [], over: true});
    return 'over';
  }
  await dropProof(proof.id);
  return 'sent';
}
