// A card to be printed: the service makes the texts of its codes, and they are drawn here.

import { post, withButton } from "/assets/passkey.js";
import { draw } from "/assets/qr-code.js";
import { proven } from "/assets/wallet-proof.js";
import { country, nameCountries } from "/assets/wallet-region.js";
import { fill, say } from "/assets/words.js";

const at = (id) => document.getElementById(id);
const form = at("card-form");
const button = form.querySelector("button");

function element(name, text) {
  const made = document.createElement(name);
  const bdi = document.createElement("bdi");
  bdi.textContent = text;
  made.append(bdi);
  return made;
}

function show({ claims, codes }) {
  const read = ({ value, region }) => (region ? country(value, region) : value);
  fill(at("printed-claims"), [].concat(...claims.map((claim) => [element("dt", claim.label), element("dd", read(claim))])));
  const figures = codes.map((code, index) => {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = say("offline-number", { number: index + 1, count: codes.length });
    figure.append(draw(code, caption.textContent), caption);
    return figure;
  });
  fill(at("printed-codes"), figures);
  for (const id of ["printed", "print-actions"]) at(id).hidden = false;
  at("printed-title").focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  withButton(button, async () => {
    const claims = [...form.querySelectorAll("[name=claim]:checked")].map((box) => box.value);
    show(await proven(() => post(`/v1/credentials/${form.dataset.credential}/card`, { claims })));
  });
});
at("print").addEventListener("click", () => window.print());
nameCountries();
button.disabled = false;
