// Once, on the first page: what brings the person back in when this phone is lost. "Later" is remembered in this browser.

const NAME = "wallet-later";

export function remindOfReturn() {
  const card = document.getElementById("lost-phone");
  if (!card) return;
  const { account } = card.dataset;
  try {
    card.hidden = localStorage.getItem(NAME) === account;
  } catch {
    card.hidden = false;
  }
  document.getElementById("lost-phone-later").addEventListener("click", () => {
    card.hidden = true;
    try {
      localStorage.setItem(NAME, account);
    } catch {
      // Then it is asked again next time.
    }
  });
}
