// A receiver of webhooks as anybody would write it, with the reference library of Standard Webhooks. Prints its address, then
// one line for each request; the first one is answered with 500. Secrets arrive on stdin, one a line, and the last one counts.
import {createServer} from 'node:http';
import {createInterface} from 'node:readline';
import {Webhook} from 'standardwebhooks';

let webhook;
let failed = false;

createInterface({input: process.stdin})
  .on('line', secret => {
    webhook = new Webhook(secret);
  })
  .on('close', () => process.exit(0));

/** What the library says of a request: the event, or why it is none. */
function judge(body, headers) {
  try {
    return {verified: true, event: webhook.verify(body, headers)};
  } catch(error) {
    return {verified: false, why: String(error.message)};
  }
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  const judged = judge(body, request.headers);
  const altered = judge(`${body} `, request.headers);
  const status = failed ? (judged.verified ? 204 : 401) : 500;
  failed = true;
  console.log(JSON.stringify({...judged, altered: altered.verified, id: request.headers['webhook-id'], status}));
  // Node ends idle connections after five seconds, which is when the second try comes.
  response.writeHead(status, {connection: 'close'}).end();
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/hook`));
