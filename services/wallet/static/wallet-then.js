// What somebody came for, while they make or open their wallet on another page. It stays in this tab and is read once.

const NAME = "then";

export function keepThen() {
  try {
    sessionStorage.setItem(NAME, location.pathname + location.search);
  } catch {
    // Without it the wallet opens on its first page.
  }
}

/** An address of this wallet, never another's. */
export function takeThen() {
  let then = null;
  try {
    then = sessionStorage.getItem(NAME);
    sessionStorage.removeItem(NAME);
  } catch {
    // As above.
  }
  return then && /^\/(?![/\\])/.test(then) ? then : "/";
}
