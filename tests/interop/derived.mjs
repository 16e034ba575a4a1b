// Digital Bazaar's libraries verify what our wallet derives from the credentials of people (see tests/formats.rs), whose issuer is on
// the registry chain. Input: a JSON file with the services' addresses and the derived credentials by cryptosuite.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import * as bbs from '@digitalbazaar/bbs-2023-cryptosuite';
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {check, finish} from './check.mjs';
import {errors, loader} from './data-integrity.mjs';

const LIBRARIES = {'ecdsa-sd-2023': ecdsaSd, 'bbs-2023': bbs};
const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// The status is checked by the journeys; here the signature and the controller count.
const checkStatus = async () => ({verified: true});
const documentLoader = loader(input);

for(const [name, library] of Object.entries(LIBRARIES)) {
  const suite = new DataIntegrityProof({cryptosuite: library.createVerifyCryptosuite()});
  const verify = credential => vc.verifyCredential({credential, suite, documentLoader, checkStatus});

  await check(`@digitalbazaar/vc verifies a part of our StaffIdentity with ${name}, and not once it is changed`, async () => {
    const shown = input.derived[name];
    assert.equal(shown.proof.cryptosuite, name);
    assert.deepEqual(Object.keys(shown.credentialSubject).sort(), ['givenName', 'id', 'worksFor']);
    const result = await verify(structuredClone(shown));
    assert(result.verified, JSON.stringify(result.error ?? result, errors));
    const changed = structuredClone(shown);
    changed.credentialSubject.givenName = 'Somebody';
    assert.equal((await verify(changed)).verified, false);
  });
}

finish('derived');
