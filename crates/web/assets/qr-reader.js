// Reads QR codes from a camera and from files, in the page: by BarcodeDetector where the browser has it, otherwise by
// jsQR, which the page loads as a script. Nothing leaves the machine. One text may be spread over several codes; see `Parts`.
import {Parts} from './qr-parts.js';

const MAX_BYTES = 400000;
const MAX_PIXELS = 2400;
const PAUSE_MS = 120;

const detector = self.BarcodeDetector ? new self.BarcodeDetector({formats: ['qr_code']}) : null;

/** Why files gave no text: `tooLarge`, `noCode`, or `missing` with how many parts there are. */
export class NoText extends Error {
  constructor(code, facts = {}) {
    super(code);
    Object.assign(this, {code}, facts);
  }
}

/** The text of a QR code in a picture, or nothing. */
async function decode(source, width, height) {
  if (detector) {
    const found = await detector.detect(source).catch(() => []);
    if (found.length > 0) return found[0].rawValue;
  }
  const scale = Math.min(1, MAX_PIXELS / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
  const found = self.jsQR(data, canvas.width, canvas.height);
  return found ? found.data : null;
}

/**
 * Looks at the camera until a text is whole, and gives it; nothing when `signal` ends it before. The light goes out in
 * either case. `progress` hears how many parts were read, and of how many. Fails where the camera cannot be used.
 */
export async function scan(video, {progress = () => {}, signal} = {}) {
  const stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
  const stop = () => stream.getTracks().forEach(track => track.stop());
  if (signal) signal.addEventListener('abort', stop);
  try {
    video.srcObject = stream;
    await video.play();
    const parts = new Parts();
    while (stream.active && !(signal && signal.aborted)) {
      const found = await decode(video, video.videoWidth, video.videoHeight);
      const text = found && await parts.add(found);
      if (text) return text;
      if (parts.count > 1) progress({have: parts.have, count: parts.count});
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
    }
    return null;
  } finally {
    stop();
    video.srcObject = null;
  }
}

/** The text in pictures of codes, in any order, or in one file of text. */
export async function read(files) {
  const parts = new Parts();
  for (const file of files) {
    if (!file.type.startsWith('image/')) {
      if (file.size > MAX_BYTES) throw new NoText('tooLarge');
      return new Response(file).text();
    }
    const picture = await createImageBitmap(file).catch(() => null);
    const found = picture && await decode(picture, picture.width, picture.height);
    if (!found) throw new NoText('noCode', {name: file.name});
    const text = await parts.add(found);
    if (text) return text;
  }
  throw new NoText('missing', {have: parts.have, count: parts.count});
}
