// Hashes the dropped file here, in the browser: only its SHA-256 is sent. A receipt, which is a small JSON file, is read
// into its field. Without this module the two fields are filled in by hand.

const LARGEST = 1024 * 1024 * 1024;
const LARGEST_RECEIPT = 8 * 1024;

const form = document.querySelector('#notary');
const drop = document.querySelector('#drop');
const input = document.querySelector('#file');
const digest = document.querySelector('#digest');
const receipt = document.querySelector('#receipt');
const said = document.querySelector('#said');

drop.hidden = false;

input.addEventListener('change', () => take([...input.files]));
for(const type of ['dragenter', 'dragover']) {
  drop.addEventListener(type, event => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', event => {
  event.preventDefault();
  drop.classList.remove('over');
  take([...event.dataTransfer.files]);
});

async function take(files) {
  for(const file of files) {
    const text = await receiptOf(file);
    if(text) {
      receipt.value = text;
      say(`${file.name} is the receipt.${digest.value ? '' : ' Now choose the document itself.'}`);
    } else {
      await hash(file);
    }
  }
  input.value = '';
  if(digest.value) {
    form.querySelector('button[type=submit]').focus();
  }
}

/** The text of a file that is a receipt; nothing for any other file. */
async function receiptOf(file) {
  if(file.size > LARGEST_RECEIPT) {
    return null;
  }
  const text = await file.text();
  try {
    const read = JSON.parse(text);
    return Array.isArray(read.path) && 'leafIndex' in read && 'salt' in read ? text : null;
  } catch {
    return null;
  }
}

async function hash(file) {
  if(!crypto.subtle) {
    return say('This browser computes digests only on pages with a secure address. Paste the SHA-256 below.');
  }
  if(file.size > LARGEST) {
    return say('The file is larger than 1 GB. Compute its SHA-256 with a program such as sha256sum and paste it below.');
  }
  say(`Reading ${file.name} …`);
  const bytes = await file.arrayBuffer();
  const hashed = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  digest.value = Array.from(hashed, byte => byte.toString(16).padStart(2, '0')).join('');
  say(`${file.name} was read here and stays here. Only its digest is sent.`);
}

function say(text) {
  said.hidden = false;
  said.textContent = text;
}
