// The yearly proof: the passkey says that the person is here, the device key binds it to this wallet.

import { assert, post, withButton } from "/assets/passkey.js";
import { ensure, send, sign } from "/assets/wallet-key.js";

const page = document.getElementById("existence");
const base = `/v1/existence/${page.dataset.id}`;
const begin = document.getElementById("begin");

if (begin) {
  begin.addEventListener("click", () =>
    withButton(begin, async () => {
      const key = await ensure();
      const { publicKey } = await post(`${base}/prepare`, { deviceKey: key.thumbprint });
      const { toSign } = await post(`${base}/assertion`, await assert(publicKey));
      await post(`${base}/answer`, { signatures: await sign(key, toSign) });
      location.reload();
    }),
  );
}

// Waiting for the Fund: ask now and then, more slowly the longer it takes, and show when something changed.
const state = page.dataset.state;
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
