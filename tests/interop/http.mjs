/** POSTs JSON and gives back status and parsed body. */
export async function post(url, body, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {'content-type': 'application/json', accept: 'application/json, application/problem+json', ...headers},
    body: JSON.stringify(body),
  });
  const text = await response.text();
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch{
    parsed = text;
  }
  return {status: response.status, body: parsed};
}

/** GETs JSON; anything but 200 is an error. */
export async function get(url, accept = 'application/json') {
  const response = await fetch(url, {headers: {accept}});
  if(response.status !== 200) {
    throw new Error(`GET ${url}: ${response.status} ${await response.text()}`);
  }
  return response.json();
}

/** OAuth 2.0 client credentials, as a header. */
export async function authorize(verifier, {client_id, client_secret}) {
  const response = await fetch(`${verifier}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({grant_type: 'client_credentials', scope: 'verify', client_id, client_secret}),
  });
  const {access_token} = await response.json();
  return {authorization: `Bearer ${access_token}`};
}
