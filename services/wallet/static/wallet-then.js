// Where the person wanted to go when they were asked to sign in: kept in this tab alone, since a link may hold a secret.

const NAME = "wallet-then";

/** The page that was asked for is this one; the first page needs no way back. */
export function keepThen() {
  try {
    const here = location.pathname + location.search + location.hash;
    if (location.pathname === "/") sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, here);
  } catch {
    // A browser that keeps nothing goes to the first page.
  }
}

/** A page to go to after a sign-in that is made elsewhere. */
export function thenTo(path) {
  try {
    sessionStorage.setItem(NAME, path);
  } catch {
    // As above.
  }
}

/** Where to go now, once: a path of this wallet. */
export function takeThen() {
  let kept = null;
  try {
    kept = sessionStorage.getItem(NAME);
    sessionStorage.removeItem(NAME);
  } catch {
    return "/";
  }
  if (!kept || !kept.startsWith("/")) return "/";
  return new URL(kept, location.origin).origin === location.origin ? kept : "/";
}
