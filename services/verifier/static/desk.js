// Reads QR codes and files into the form of the desk. Everything stays on this machine.
// One answer may be spread over several codes; see `Parts`.
import {Parts} from './desk-parts.js';

const MAX_BYTES = 400_000;
const MAX_PIXELS = 2_400;

const form = document.getElementById('desk-form');
const text = document.getElementById('desk-text');
const progress = document.getElementById('desk-progress');
const scanner = document.getElementById('desk-scanner');
const video = document.getElementById('desk-video');
const detector = 'BarcodeDetector' in globalThis ? new globalThis.BarcodeDetector({formats: ['qr_code']}) : null;

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
  return globalThis.jsQR(data, canvas.width, canvas.height)?.data ?? null;
}

function submit(answer) {
  text.value = answer;
  form.requestSubmit();
}

/** Looks at the camera until an answer is whole. The light goes out with the answer. */
async function scan() {
  scanner.hidden = false;
  video.hidden = false;
  progress.textContent = 'Hold the code in front of the camera.';
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
  } catch {
    progress.textContent = 'The camera cannot be used. Choose a picture, or paste the text.';
    return;
  }
  video.srcObject = stream;
  await video.play();
  const parts = new Parts();
  while (stream.active) {
    const found = await decode(video, video.videoWidth, video.videoHeight);
    const answer = found && await parts.add(found);
    if (answer) {
      stream.getTracks().forEach(track => track.stop());
      submit(answer);
      return;
    }
    if (parts.count > 1) progress.textContent = `${parts.have} of ${parts.count} codes read. Show the next one.`;
    await new Promise(resolve => setTimeout(resolve, 120));
  }
}

/** Reads pictures of codes, in any order, or one file of text. */
async function read(files) {
  const parts = new Parts();
  for (const file of files) {
    if (!file.type.startsWith('image/')) {
      if (file.size <= MAX_BYTES) return submit(await file.text());
      return tell('The file is too large.');
    }
    const picture = await createImageBitmap(file).catch(() => null);
    const found = picture && await decode(picture, picture.width, picture.height);
    if (!found) return tell(`No QR code was found in ${file.name}.`);
    const answer = await parts.add(found);
    if (answer) return submit(answer);
  }
  return tell(`${parts.have} of ${parts.count} codes read. Choose all the pictures together, or scan the codes with the camera.`);
}

function tell(sentence) {
  video.hidden = true;
  scanner.hidden = false;
  progress.textContent = sentence;
}

if (form) {
  document.getElementById('desk-tools').hidden = false;
  document.getElementById('desk-scan').addEventListener('click', scan);
  document.getElementById('desk-file').addEventListener('change', event => {
    read(event.target.files);
  });
}
