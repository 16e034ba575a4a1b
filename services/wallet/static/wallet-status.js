// A credential's status in the page's words.

import { say } from "/assets/words.js";

const labels = {
  valid: () => say("status-valid"),
  suspended: () => say("status-suspended"),
  revoked: () => say("status-revoked"),
  expired: () => say("status-expired"),
  notYetValid: () => say("status-notYetValid"),
  unknown: () => say("status-unknown"),
};

const explanations = {
  valid: () => say("status-valid-what"),
  suspended: () => say("status-suspended-what"),
  revoked: () => say("status-revoked-what"),
  expired: () => say("status-expired-what"),
  notYetValid: () => say("status-notYetValid-what"),
  unknown: () => say("status-unknown-what"),
};

/** In a word. */
export const label = (state) => (labels[state] || labels.unknown)();

/** In a sentence, with what to do. */
export const explain = (state) => (explanations[state] || explanations.unknown)();
