// Reads QR codes and files into the form of the desk. Everything stays on this machine.
import {NoText, read, scan} from './qr-reader.js';

const form = document.getElementById('desk-form');
const text = document.getElementById('desk-text');
const progress = document.getElementById('desk-progress');
const scanner = document.getElementById('desk-scanner');
const video = document.getElementById('desk-video');

function submit(answer) {
  text.value = answer;
  form.requestSubmit();
}

async function look() {
  scanner.hidden = false;
  video.hidden = false;
  progress.textContent = 'Hold the code in front of the camera.';
  try {
    submit(await scan(video, {
      progress: ({have, count}) => { progress.textContent = `${have} of ${count} codes read. Show the next one.`; },
    }));
  } catch {
    progress.textContent = 'The camera cannot be used. Choose a picture, or paste the text.';
  }
}

async function choose(files) {
  try {
    submit(await read(files));
  } catch (error) {
    if (!(error instanceof NoText)) throw error;
    video.hidden = true;
    scanner.hidden = false;
    progress.textContent = sentence(error);
  }
}

function sentence({code, name, have, count}) {
  if (code === 'tooLarge') return 'The file is too large.';
  if (code === 'noCode') return `No QR code was found in ${name}.`;
  return `${have} of ${count} codes read. Choose all the pictures together, or scan the codes with the camera.`;
}

// A receipt is text of a few kilobytes; the service says what is wrong with another file.
async function chooseReceipt(file) {
  if (file.size > 65536) {
    scanner.hidden = false;
    video.hidden = true;
    progress.textContent = sentence({code: 'tooLarge'});
    return;
  }
  document.getElementById('desk-receipt').value = await file.text();
}

if (form) {
  const receipt = document.getElementById('desk-receipt-file');
  if (receipt) {
    document.getElementById('desk-receipt-tools').hidden = false;
    receipt.addEventListener('change', event => {
      if (event.target.files.length) chooseReceipt(event.target.files[0]);
    });
  }
  document.getElementById('desk-tools').hidden = false;
  document.getElementById('desk-scan').addEventListener('click', look);
  document.getElementById('desk-file').addEventListener('change', event => {
    choose(event.target.files);
  });
}
