// A text as a sequence of QR codes, in the form of crates/paper/README.md, "A sequence".

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const PIECE = 600;
const MAX_PARTS = 32;
/** What the length of a stored block can say; more would be too many codes as well. */
const MOST_STORED = 0xffff;

/** The texts of the codes; a RangeError where there would be too many. */
export async function parts(text) {
  const bytes = new TextEncoder().encode(text);
  const encoded = base45(await packed(bytes));
  const pieces = encoded.match(new RegExp(`.{1,${PIECE}}`, 'g')) || [''];
  if (pieces.length > MAX_PARTS) throw new RangeError('too many codes');
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const digest = Array.from(hash.subarray(0, 8), byte => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
  return pieces.map((piece, at) => `PASSERELLE:${at + 1}/${pieces.length}:${digest}:${piece}`);
}

/** The bytes as a zlib stream (RFC 1950): deflated, or where the browser cannot (Chromium before 80), as they are. */
async function packed(bytes) {
  if (!self.CompressionStream) return stored(bytes);
  const stream = new Response(bytes).body.pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Header, one block that is stored (RFC 1951, 3.2.4), and the checksum. It needs more codes, and every reader takes it. */
function stored(bytes) {
  if (bytes.length > MOST_STORED) throw new RangeError('too long to be stored');
  const {length} = bytes;
  const sum = adler32(bytes);
  const head = [0x78, 0x01, 1, length & 255, length >>> 8, ~length & 255, (~length >>> 8) & 255];
  return Uint8Array.from([...head, ...bytes, sum >>> 24, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255]);
}

/** RFC 1950, 8.2. */
function adler32(bytes) {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
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
