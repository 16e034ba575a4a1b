// A text as a sequence of QR codes, in the form of crates/paper/README.md, "A sequence".

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const PIECE = 600;
const MAX_PARTS = 32;

/** The texts of the codes; a RangeError where there would be too many. */
export async function parts(text) {
  const bytes = new TextEncoder().encode(text);
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  const encoded = base45(new Uint8Array(await new Response(packed).arrayBuffer()));
  const pieces = encoded.match(new RegExp(`.{1,${PIECE}}`, 'g')) || [''];
  if (pieces.length > MAX_PARTS) throw new RangeError('too many codes');
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const digest = Array.from(hash.subarray(0, 8), byte => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
  return pieces.map((piece, at) => `PASSERELLE:${at + 1}/${pieces.length}:${digest}:${piece}`);
}

/** RFC 9285: three characters for two bytes, two for a last one. */
function base45(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const whole = at + 1 < bytes.length;
    let value = whole ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    for (let digit = 0; digit < (whole ? 3 : 2); digit += 1) {
      text += ALPHABET[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return text;
}
