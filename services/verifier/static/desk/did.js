// DIDs: did:key and did:jwk are their own keys, did:passerelle is a record of the pack.

import {fromBase64url} from './bytes.js';
import {Fault} from './fault.js';
import {parse} from './json.js';
import {multikeyOfJwk, readMultikey} from './keys.js';

const MAX_LENGTH = 2_048;
const DID = /^did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._%-]$/;
const FRAGMENT = /^[A-Za-z0-9._~:%!$&'()*+,;=@-]+$/;
const ALL = ['authentication', 'assertionMethod', 'capabilityInvocation', 'capabilityDelegation'];

/** The DID before the fragment of a DID URL, or nothing. */
export function didOf(url) {
  const at = typeof url === 'string' ? url.indexOf('#') : -1;
  const did = at > 0 && FRAGMENT.test(url.slice(at + 1)) ? url.slice(0, at) : null;
  return did && isDid(did) ? did : null;
}

export const isDid = text => text.length <= MAX_LENGTH && DID.test(text);

/** The key in the identifier of a person, who has a did:key or a did:jwk and nothing on the chain. */
export function keyOfPerson(did) {
  if (did.length > MAX_LENGTH) return null;
  if (did.startsWith('did:key:')) {
    const key = did.slice('did:key:'.length);
    return readMultikey(key) ? key : null;
  }
  if (!did.startsWith('did:jwk:')) return null;
  const bytes = fromBase64url(did.slice('did:jwk:'.length));
  return bytes && multikeyOfJwk(parse(bytes));
}

/** Every version of the document there ever was, the present one first. `unfinished` where the pack says nothing. */
export function resolve(did, pack) {
  const unresolved = unfinished => new Fault('issuerKey', 'didUnresolved', {unfinished});
  if (!isDid(did)) throw unresolved(false);
  const own = keyOfPerson(did);
  if (own) {
    const fragment = did.startsWith('did:key:') ? own : '0';
    return [{methods: [{id: `${did}#${fragment}`, controller: did, multikey: own, relationships: ALL}]}];
  }
  if (!did.startsWith('did:passerelle:')) throw unresolved(false);
  const proven = pack.find('did', did);
  if (!proven) throw unresolved(true);
  if (!proven.value) throw unresolved(false);
  const {versions, deactivated} = proven.value;
  const stolen = new Set(versions.flatMap(it => it.keys).filter(it => it.compromisedAt !== null).map(it => it.multikey));
  const documents = versions.map(version => ({methods: version.keys.flatMap(key => method(did, key, stolen))}));
  const present = deactivated === null ? documents.at(-1) : undefined;
  return [present ?? {methods: []}, ...documents.reverse()];
}

/** A key of a kind that is not known here verifies nothing, and does not hide the others. */
function method(did, {fragment, multikey, relationships}, stolen) {
  if (!readMultikey(multikey)) return [];
  return [{id: `${did}#${fragment}`, controller: did, multikey, relationships, isStolen: stolen.has(multikey)}];
}

/** Every key that the id has named for the purpose, the present one first. */
export function keysIn(documents, id, purpose) {
  const methods = documents.flatMap(document => document.methods.filter(one => one.id === id).slice(0, 1));
  if (methods.length === 0) throw new Fault('issuerKey', 'keyUnknown');
  const distinct = methods.filter((one, at) => methods.findIndex(it => it.multikey === one.multikey) === at);
  const keys = distinct.filter(one => one.relationships.includes(purpose));
  if (keys.length === 0) throw new Fault('issuerKey', 'keyPurpose');
  return keys;
}

/** The id of the key that signed a token: a fragment alone belongs to the owner; without `kid` it is its only key. */
export function keyId(header, owner, pack) {
  const unknown = () => new Fault('issuerKey', 'keyUnknown');
  if ('kid' in header) {
    const kid = typeof header.kid === 'string' ? header.kid : '';
    return owner && kid.startsWith('#') ? `${owner}${kid}` : kid;
  }
  if (!owner || !isDid(owner)) throw unknown();
  const [{methods}] = resolve(owner, pack);
  if (methods.length !== 1) throw unknown();
  return methods[0].id;
}

/** The keys that a `kid` names, which is a DID URL. */
export function keysOfToken(kid, purpose, pack) {
  const did = didOf(kid);
  if (!did) throw new Fault('issuerKey', 'keyUnknown');
  return keysIn(resolve(did, pack), kid, purpose);
}
