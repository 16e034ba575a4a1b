// The sentences of this page's language. The page carries those that its scripts say, in <script id="words">.

const block = document.getElementById("words");
const words = block ? JSON.parse(block.textContent) : {};

/** The sentence called `id`, with `{name}` filled in from `values`; `english` where the page carries none. */
export const say = (id, values = {}, english = id) =>
  (words[id] || english).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

/** The page's language; English as the Organisation writes it, and always the digits of the page's other numbers. */
const locale = document.documentElement.lang.replace(/^en$/, "en-GB");

/** Names of the months, where the page writes others than the browser does. */
const meta = document.querySelector("meta[name=months]");
const months = meta && meta.content.split("|");

/** A time in the reader's zone and language; an appointment also names the zone. */
export const moment = (at, zone = false) => {
  const written = new Intl.DateTimeFormat(`${locale}-u-nu-latn`, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: zone ? "short" : undefined,
  });
  if (!months) return written.format(at);
  const part = ({ type, value }) => (type === "month" ? months[at.getMonth()] : value);
  return written.formatToParts(at).map(part).join("");
};

/** What an element holds from now on: `replaceChildren`, which browsers before Chromium 86 do not know. */
export const fill = (element, children) => {
  element.textContent = "";
  element.append(...children);
};
