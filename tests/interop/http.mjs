/** POSTs JSON and gives back status and parsed body. */
export async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {'content-type': 'application/json', accept: 'application/json, application/problem+json'},
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
