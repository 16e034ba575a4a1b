// Computes the digests of chosen files in the browser, one line each as sha256sum writes them. The files stay here.

const LARGEST = 1024 * 1024 * 1024;

const drop = document.querySelector('#drop');
const input = document.querySelector('#files');
const digests = document.querySelector('#digests');
const said = document.querySelector('#said');

if(crypto.subtle) {
  drop.hidden = false;
  input.addEventListener('change', () => take([...input.files]));
  for(const type of ['dragenter', 'dragover']) {
    drop.addEventListener(type, event => event.preventDefault());
  }
  drop.addEventListener('drop', event => {
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}

async function take(files) {
  said.hidden = false;
  const skipped = [];
  for(const file of files) {
    if(file.size > LARGEST) {
      skipped.push(file.name);
      continue;
    }
    said.textContent = `Reading ${file.name} …`;
    const hashed = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    const hex = Array.from(hashed, byte => byte.toString(16).padStart(2, '0')).join('');
    digests.value += `${digests.value && !digests.value.endsWith('\n') ? '\n' : ''}${hex}  ${file.name}\n`;
  }
  const read = files.length - skipped.length;
  said.textContent = [
    read === 1 ? '1 document was read here and stays here.' : read > 1 ? `${read} documents were read here and stay here.` : '',
    skipped.length > 0 ? `Larger than 1 GB, so not read: ${skipped.join(', ')}. Use sha256sum and paste the line.` : '',
  ].join(' ').trim();
  input.value = '';
}
