// What this phone signs for one desk and moment when it shows a credential as a whole: a presentation of the VC Data Model 2.0, in a
// JWT or with a proof of its own. `holder` is {did, verificationMethod}, `signer` is {alg, sign}; times are in milliseconds.

const BASE = 'https://www.w3.org/ns/credentials/v2';
/** How long a presentation is good, in seconds: as long as a desk waits for the answer to its code. */
const LASTS = 600;
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export function toBase64url(buffer) {
  let binary = '';
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}

export const fromBase64url = text =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), character => character.charCodeAt(0));

export const utf8 = text => new TextEncoder().encode(text);

export const sha256 = text => crypto.subtle.digest('SHA-256', utf8(text));

/** A compact JWS (RFC 7515, 3.1). */
export async function jws({alg, sign}, header, claims) {
  const input = [{...header, alg}, claims].map(part => toBase64url(utf8(JSON.stringify(part)))).join('.');
  return `${input}.${toBase64url(await sign(utf8(input)))}`;
}

const presentation = ({did}, credential) =>
  ({'@context': [BASE], type: ['VerifiablePresentation'], holder: did, verifiableCredential: [credential]});

/** VC Data Model 2.0, 4.13; what is in COSE is kept in its envelope already. */
const inEnvelope = credential => (typeof credential !== 'string' ? credential
  : {'@context': [BASE], id: `data:application/vc+jwt,${credential}`, type: 'EnvelopedVerifiableCredential'});

/** Securing Verifiable Credentials using JOSE and COSE, 3.1.2. */
export function enveloped({credential, holder, code, signer, now}) {
  const iat = Math.floor(now / 1000);
  const said = {iss: holder.did, nonce: code.nonce, aud: code.audience, iat, exp: iat + LASTS};
  const header = {typ: 'vp+jwt', cty: 'vp', kid: holder.verificationMethod};
  return jws(signer, header, {...presentation(holder, inEnvelope(credential)), ...said});
}

/** JSON in its canonical form (RFC 8785): names in the order of their UTF-16 code units, the rest as JSON.stringify writes it. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/** Multibase base58btc without its `z`. */
function base58(bytes) {
  const digits = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let at = 0; at < digits.length || carry > 0; at += 1) {
      carry += (digits[at] || 0) * 256;
      digits[at] = carry % 58;
      carry = Math.floor(carry / 58);
    }
  }
  const zeros = bytes.findIndex(byte => byte !== 0);
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + digits.reverse().map(digit => BASE58[digit]).join('');
}

/** A Data Integrity proof over canonical JSON (vc-di-ecdsa 1.0, 3.3; vc-di-eddsa 1.0, 3.3), whatever suite the credential itself has. */
export async function proven({credential, holder, code, signer, now}) {
  const document = presentation(holder, credential);
  const options = {
    '@context': document['@context'], type: 'DataIntegrityProof',
    cryptosuite: signer.alg === 'ES256' ? 'ecdsa-jcs-2019' : 'eddsa-jcs-2022',
    created: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'), verificationMethod: holder.verificationMethod,
    proofPurpose: 'authentication', challenge: code.nonce, domain: code.audience,
  };
  const digests = await Promise.all([options, document].map(one => sha256(canonical(one))));
  const bytes = new Uint8Array(64);
  digests.forEach((digest, at) => bytes.set(new Uint8Array(digest), at * 32));
  const proofValue = `z${base58(new Uint8Array(await signer.sign(bytes)))}`;
  return JSON.stringify({...document, proof: {...options, proofValue}});
}
