// Ours verified by their libraries, theirs verified by our services. Input: a JSON file with the
// services' addresses and credentials that our issuer made (see tests/interop.rs).
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {check, finish} from './check.mjs';
import {checkDataIntegrity} from './data-integrity.mjs';
import {checkJoseCose} from './jose-cose.mjs';
import {checkOpenid4vc} from './openid4vc.mjs';
import {checkOpenid4vp} from './openid4vp.mjs';
import {checkSdJwt} from './sd-jwt.mjs';
import {checkSuites} from './suites.mjs';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));

assert(input.registry && input.issuer && input.verifier, 'the input names the services');
await checkDataIntegrity(check, input);
await checkSuites(check, input);
await checkSdJwt(check, input);
await checkOpenid4vc(check, input);
await checkOpenid4vp(check, input);
await checkJoseCose(check, input);

finish('interop');
