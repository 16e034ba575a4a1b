// A person who signs in at the organisation's OpenID provider: our service keeps the request, the browser goes there.
import {post, withButton} from '/assets/passkey.js';

for(const button of document.querySelectorAll('button[data-provider]')) {
  button.addEventListener('click', () => withButton(button, async () => {
    const form = document.getElementById(button.dataset.fields);
    const {provider} = await post(button.dataset.provider, Object.fromEntries(new FormData(form)));
    location.assign(provider);
  }));
}
