// An OpenID provider of others (npm oidc-provider). It signs in whoever `login` of the interaction's address names, without
// asking, since passwords are its own affair.
//
// usage: node provider.mjs PORT CLIENT-ID CLIENT-SECRET REDIRECT-URI
// It says "ready" and runs until its standard input ends. `/as?who=NAME&amr=mfa&number=STAFF-NUMBER` chooses who signs in
// next; `&ago=SECONDS` lets them have done so that long ago.
import {Provider} from 'oidc-provider';

const [port, client_id, client_secret, redirect_uri] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
let next = {who: 'ann', amr: ['pwd'], ago: 0};

const provider = new Provider(issuer, {
  clients: [{client_id, client_secret, redirect_uris: [redirect_uri], id_token_signed_response_alg: 'RS256'}],
  claims: {openid: ['sub', 'amr'], profile: ['name'], staff: ['employee_number']},
  conformIdTokenClaims: false,
  pkce: {required: () => true},
  features: {devInteractions: {enabled: false}, claimsParameter: {enabled: true}},
  interactions: {url: (_, interaction) => `/interaction/${interaction.uid}`},
  cookies: {keys: ['for tests only']},
  ttl: {Session: 5, Grant: 60, Interaction: 60, AccessToken: 60, IdToken: 60},
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({sub: id, name: `Person ${id}`, amr: next.amr, employee_number: next.number}),
  }),
  // What a person would agree to once.
  loadExistingGrant: async ctx => {
    const grant = new provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile staff');
    grant.addOIDCClaims(['employee_number']);
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, go) => {
  if(ctx.path === '/as') {
    const {who, number, amr = 'pwd', ago = '0'} = ctx.query;
    next = {who, number, amr: amr.split(','), ago: Number(ago)};
    ctx.body = 'ok';
    return;
  }
  if(ctx.path.startsWith('/interaction/')) {
    const ts = Math.floor(Date.now() / 1000) - next.ago;
    const login = next.who === 'nobody' ? {} : {login: {accountId: next.who, amr: next.amr, remember: false, ts}};
    const refused = {error: 'access_denied', error_description: 'the person went away'};
    await provider.interactionFinished(ctx.req, ctx.res, next.who === 'nobody' ? refused : login);
    ctx.respond = false;
    return;
  }
  await go();
});

const server = provider.listen(Number(port), 'localhost', () => console.log('ready'));
process.stdin.resume();
process.stdin.on('end', () => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
