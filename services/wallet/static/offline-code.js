// The support code of the page for times without a network, made here: that page is kept, so its minute is not that of the service.
// The same as `http/support.rs` makes.

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PLACE = 16;
const BEGINNING = 29454240;
const MINUTE_BITS = 21;

/** The 36 bits and their check do not fit into the whole numbers of shifts, so they are divided. */
const digit = (bits, at) => Math.floor(bits / 32 ** at) % 32;

function check(bits) {
  let sum = 7;
  for (let at = 0; at < 8; at += 1) sum = sum * 3 + (at + 1) * digit(bits, at);
  return sum % 16;
}

/** The code for this minute. */
export function supportCode(now) {
  const minutes = Math.floor(now / 60000) - BEGINNING;
  const minute = ((minutes % 2 ** MINUTE_BITS) + 2 ** MINUTE_BITS) % 2 ** MINUTE_BITS;
  const bits = PLACE * 2 ** (MINUTE_BITS + 10) + minute;
  const whole = bits * 16 + check(bits);
  const text = Array.from({ length: 8 }, (_, at) => DIGITS[digit(whole, 7 - at)]).join("");
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}
