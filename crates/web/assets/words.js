// The sentences of this page's language. The page carries those that its scripts say, in <script id="words">.

const block = document.getElementById("words");
const words = block ? JSON.parse(block.textContent) : {};

/** The sentence called `id`, with `{name}` filled in from `values`; `english` where the page carries none. */
export const say = (id, values = {}, english = id) =>
  (words[id] || english).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

/** The page's language; English as the Organisation writes it, and always the digits of the page's other numbers. */
const locale = document.documentElement.lang.replace(/^en$/, "en-GB");

/** A time in the reader's zone and language; an appointment also names the zone. */
export const moment = (at, zone = false) =>
  new Intl.DateTimeFormat(`${locale}-u-nu-latn`, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: zone ? "short" : undefined,
  }).format(at);
