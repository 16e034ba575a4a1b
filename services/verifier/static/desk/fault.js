// What is wrong, by the name of the check that found it; codes and names are those of crates/credential.

/** One fault. `unfinished` says that the check could not be made, rather than that it failed. */
export class Fault extends Error {
  constructor(check, code, {at = null, unfinished = false} = {}) {
    super(code);
    this.check = check;
    this.code = code;
    this.at = at;
    this.unfinished = unfinished;
  }

  /** The same fault, found in the course of another check. */
  under(check) {
    return new Fault(check, this.code, this);
  }
}

/** What this page has no means to check, and the desk on one's own machine has. Never a pass. */
export function onlyAtLocalDesk(check) {
  return new Fault(check, 'onlyAtLocalDesk', {unfinished: true});
}

/** Runs a step and gives its fault, or nothing. Other errors are our own mistakes and go on. */
export async function faultOf(step) {
  try {
    await step();
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
