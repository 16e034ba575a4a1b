// Cards in their issuers' colours, which the service has looked at: plain, and with text that can be read on them.

export function paint() {
  for (const card of document.querySelectorAll("[data-ground]")) {
    card.style.background = card.dataset.ground;
    card.style.color = card.dataset.text;
  }
}
