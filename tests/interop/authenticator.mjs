// A WebAuthn authenticator and the browser in front of it: one P-256 passkey (WebAuthn Level 3, 6.1, 6.5 and 5.8.1).
import {createHash, generateKeyPairSync, randomBytes, sign} from 'node:crypto';

const PRESENT_AND_VERIFIED = 0x05;
const ATTESTED = 0x40;

const sha256 = data => createHash('sha256').update(data).digest();

export class Authenticator {
  #id = randomBytes(32);
  #pair = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  #userHandle = null;
  #counter = 0;

  /** `origin` is what the browser writes into the client data. */
  constructor(origin) {
    this.origin = origin;
  }

  /** `navigator.credentials.create`, with no attestation. */
  create({publicKey: options}) {
    this.#userHandle = options.user.id;
    const {x, y} = this.#pair.publicKey.export({format: 'jwk'});
    // COSE_Key (RFC 9052, 7): kty EC2, alg ES256, crv P-256.
    const cose = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'), Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url'),
    ]);
    const length = Buffer.from([0, this.#id.length]);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.#id, cose]);
    const data = Buffer.concat([this.#data(options.rp.id, ATTESTED), attested]);
    const object = Buffer.concat([
      Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]),
      text('authData'), Buffer.from([0x58, data.length]), data,
    ]);
    return this.#answer({
      attestationObject: object.toString('base64url'),
      clientDataJSON: this.#clientData('webauthn.create', options).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** `navigator.credentials.get`. */
  get({publicKey: options}) {
    this.#counter += 1;
    const clientData = this.#clientData('webauthn.get', options);
    const data = this.#data(options.rpId, 0);
    const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), this.#pair.privateKey);
    return this.#answer({
      authenticatorData: data.toString('base64url'),
      clientDataJSON: clientData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: this.#userHandle,
    });
  }

  #data(rpId, more) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    return Buffer.concat([sha256(rpId), Buffer.from([PRESENT_AND_VERIFIED | more]), counter]);
  }

  #clientData(type, {challenge}) {
    return Buffer.from(JSON.stringify({type, challenge, origin: this.origin, crossOrigin: false}));
  }

  #answer(response) {
    const id = this.#id.toString('base64url');
    return {
      id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform', response, clientExtensionResults: {},
    };
  }
}

/** A CBOR text of less than 24 bytes. */
function text(string) {
  return Buffer.concat([Buffer.from([0x60 | string.length]), Buffer.from(string)]);
}
