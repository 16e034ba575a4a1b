// What a wrong PIN means for the next try: how many are left, and until when to wait.

import { PasskeyError } from "/assets/passkey.js";
import { isProblem } from "/assets/wallet-key.js";
import { moment, say } from "/assets/words.js";

/** With so many tries left the next wrong one makes a person wait (crates/holding/src/pin.rs). */
const FREE_UNTIL = 6;

function said({ problem }) {
  if (problem.until) return say("again-wait", { at: moment(new Date(problem.until)) });
  const left = String(problem.triesLeft);
  return problem.triesLeft <= FREE_UNTIL ? say("again-left-wait", { left }) : say("again-left", { left });
}

/** Does a step that takes a PIN; an error says when the next try counts. */
export async function tried(step) {
  try {
    return await step();
  } catch (error) {
    const counted = isProblem(error, "pin-refused") && error.problem.triesLeft !== undefined;
    if (!counted && !isProblem(error, "pin-wait")) throw error;
    throw new PasskeyError(said(error), error.problem);
  }
}
