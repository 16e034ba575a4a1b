"""Python libraries of others verify what we issue, and our services verify what they issue.

PyLD and rfc8785 with cryptography for Data Integrity, sd-jwt for SD-JWT VC, jwcrypto for JWTs, pycose for COSE. Argument: the
JSON file of tests/interop.rs.
"""

import base64
import copy
import hashlib
import json
import sys
import time

import rfc8785
from base58 import b58decode, b58encode
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS, InvalidJWSSignature
from pycose.algorithms import Es256
from pycose.headers import KID, Algorithm, ContentType
from pycose.keys import EC2Key
from pycose.keys.curves import P256
from pycose.messages import Sign1Message
from pyld import jsonld
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from parties import Issuer, Services, alumni, b64url, unb64url

SUITES = {
    "eddsa-rdfc-2022": "eddsa",
    "ecdsa-rdfc-2019": "ecdsa-p256",
    "eddsa-jcs-2022": "eddsa-jcs",
    "ecdsa-jcs-2019": "ecdsa-jcs-p256",
}
# COSE header parameter `typ` (RFC 9596).
TYP = 16


def canonical(suite, document, services):
    if "-jcs-" in suite:
        return rfc8785.dumps(document)
    # RDFC-1.0 under the name it had before it was a standard.
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": services.context}
    return jsonld.normalize(document, options).encode()


def hash_data(suite, document, options, services):
    """Data Integrity EdDSA 1.0, 3.2.4 and ECDSA 1.0, 3.2.4: both put the digest of the options first."""
    config = {**options, "@context": document["@context"]}
    parts = (canonical(suite, part, services) for part in (config, document))
    return b"".join(hashlib.sha256(part).digest() for part in parts)


def sign(private, data):
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    r, s = decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def is_signature(public, signature, data):
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, data)
        else:
            assert len(signature) == 64
            der = encode_dss_signature(*(int.from_bytes(part, "big") for part in (signature[:32], signature[32:])))
            public.verify(der, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def is_secured(credential, services):
    document = copy.deepcopy(credential)
    options = document.pop("proof")
    value = options.pop("proofValue")
    assert options["type"] == "DataIntegrityProof" and options["proofPurpose"] == "assertionMethod", options
    public = services.key(options["verificationMethod"])
    issuer = document["issuer"]
    issuer = issuer if isinstance(issuer, str) else issuer["id"]
    assert options["verificationMethod"].split("#")[0] == issuer
    data = hash_data(options["cryptosuite"], document, options, services)
    return is_signature(public, b58decode(value[1:]), data)


def secure(issuer, suite, services):
    document = alumni(issuer.did)
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": "2024-01-01T00:00:00Z",
        "verificationMethod": issuer.method,
        "proofPurpose": "assertionMethod",
    }
    if "-jcs-" in suite:
        options["@context"] = document["@context"]
    data = hash_data(suite, document, options, services)
    options["proofValue"] = "z" + b58encode(sign(issuer.private, data)).decode()
    return {**document, "proof": options}


def changed(credential):
    other = copy.deepcopy(credential)
    other["credentialSubject"]["alumniOf"]["name"] = "Another University"
    return other


def data_integrity(check, services, given):
    def staff_identity():
        assert is_secured(given["ldpVc"], services)
        other = copy.deepcopy(given["ldpVc"])
        other["credentialSubject"]["jobTitle"] = "Secretary-General"
        assert not is_secured(other, services)

    check("PyLD and cryptography verify our StaffIdentity, and not once it is changed", staff_identity)
    for suite, instance in SUITES.items():
        def ours():
            credential = services.issue(instance)
            assert credential["proof"]["cryptosuite"] == suite
            assert is_secured(credential, services)
            assert not is_secured(changed(credential), services)

        def theirs():
            private = ed25519.Ed25519PrivateKey.generate() if suite.startswith("ed") else p256()
            credential = secure(Issuer(private), suite, services)
            assert services.verify(credential) == 200
            assert services.verify(changed(credential)) == 400

        check(f"Python verifies {suite} of our open VC API, and not once it is changed", ours)
        check(f"our VC API verifies {suite} made in Python, and not once it is changed", theirs)


def sd_jwt(check, services, given):
    def key_of(_issuer, header):
        return jwk(services.key(header["kid"]))

    def ours():
        payload = SDJWTVerifier(given["sdJwt"], key_of).get_verified_payload()
        assert payload["familyName"] and payload["birthDate"], "all claims are disclosed"
        bound = SDJWTVerifier(given["boundSdJwt"], key_of, "https://verifier.example", given["boundNonce"])
        assert "birthDate" not in bound.get_verified_payload(), "the birth date is not disclosed"
        refuses(lambda: SDJWTVerifier(given["boundSdJwt"], key_of, "https://verifier.example", "another"), ValueError)
        head, _, signature = given["sdJwt"].split("~")[0].split(".")
        tampered = ".".join([head, b64url(b'{"iss":"somebody"}'), signature]) + "~"
        refuses(lambda: SDJWTVerifier(tampered, key_of), InvalidJWSSignature)

    def theirs():
        key = JWK.generate(kty="EC", crv="P-256")
        did = f"did:jwk:{b64url(key.export_public().encode())}"
        claims = {
            "iss": did,
            "iat": int(time.time()) - 60,
            "vct": "https://credentials.example/interop",
            SDObj("given_name"): "Amina",
            "address": {SDObj("locality"): "Geneva", "country": "CH"},
            "nationalities": [SDObj("CH"), SDObj("TN")],
        }
        header = {"typ": "dc+sd-jwt", "kid": f"{did}#0"}
        made = SDJWTIssuer(claims, key, add_decoy_claims=True, extra_header_parameters=header).sd_jwt_issuance
        assert services.report(made) == "valid"
        token, first, *rest = made.split("~")
        disclosure = json.loads(unb64url(first))
        disclosure[-1] = "somebody else"
        other = "~".join([token, b64url(json.dumps(disclosure).encode()), *rest])
        assert services.report(other) in ("invalid", 400)

    check("sd-jwt verifies our StaffIdentity and its key binding, and nothing that was changed", ours)
    check("our verifier verifies nested, array and decoy disclosures of sd-jwt, and none that was changed", theirs)


def jose(check, services, _given):
    def ours():
        token = enveloped(services.issue("jose"), "vc+jwt")
        parsed = JWS()
        parsed.deserialize(token)
        parsed.verify(jwk(services.key(json.loads(parsed.objects["protected"])["kid"])))
        credential = json.loads(parsed.payload)
        assert credential["credentialSubject"] == alumni()["credentialSubject"]
        refuses(lambda: parsed.verify(JWK.generate(kty="EC", crv="P-256")), InvalidJWSSignature)

    def theirs():
        issuer = Issuer(p256())
        for document, expected in ((alumni(issuer.did), 200), (alumni(Issuer(p256()).did), 400)):
            token = JWS(json.dumps(document))
            header = {"alg": "ES256", "typ": "vc+jwt", "cty": "vc", "kid": issuer.method}
            token.add_signature(private_jwk(issuer.private), protected=json.dumps(header))
            assert services.verify(envelope("vc+jwt", token.serialize(compact=True))) == expected

    check("jwcrypto verifies our vc+jwt, and not under another key", ours)
    check("our VC API verifies a vc+jwt made by jwcrypto, and none for another issuer", theirs)


def cose(check, services, _given):
    def ours():
        data = base64.b64decode(enveloped(services.issue("cose"), "vc+cose;base64"))
        message = Sign1Message.decode(data)
        message.key = cose_key(services.key(message.phdr[KID].decode()))
        assert message.verify_signature()
        assert json.loads(message.payload)["credentialSubject"] == alumni()["credentialSubject"]
        message.payload += b" "
        assert not message.verify_signature()

    def theirs():
        issuer = Issuer(p256())
        for document, expected in ((alumni(issuer.did), 200), (alumni(Issuer(p256()).did), 400)):
            header = {Algorithm: Es256, ContentType: "application/vc", KID: issuer.method.encode()}
            message = Sign1Message(phdr={**header, TYP: "application/vc+cose"}, payload=json.dumps(document).encode())
            message.key = cose_key(issuer.private.public_key(), issuer.private)
            made = base64.b64encode(message.encode()).decode()
            assert services.verify(envelope("vc+cose;base64", made)) == expected

    check("pycose verifies our vc+cose, and not once it is changed", ours)
    check("our VC API verifies a vc+cose made by pycose, and none for another issuer", theirs)


def p256():
    return ec.generate_private_key(ec.SECP256R1())


def jwk(public):
    return JWK.from_pem(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def private_jwk(private):
    return JWK.from_pem(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def cose_key(public, private=None):
    numbers = public.public_numbers()
    d = b"" if private is None else private.private_numbers().private_value.to_bytes(32, "big")
    return EC2Key(crv=P256, x=numbers.x.to_bytes(32, "big"), y=numbers.y.to_bytes(32, "big"), d=d)


def enveloped(credential, media):
    start = f"data:application/{media},"
    assert credential["id"].startswith(start), credential["id"][:60]
    return credential["id"][len(start):]


def envelope(media, text):
    context = ["https://www.w3.org/ns/credentials/v2"]
    return {"@context": context, "id": f"data:application/{media},{text}", "type": "EnvelopedVerifiableCredential"}


def refuses(act, error):
    try:
        act()
    except error:
        return
    raise AssertionError("not refused")


def main(path):
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    counts = {"ok": 0, "FAIL": 0}

    def check(name, body):
        try:
            body()
            outcome, why = "ok", ""
        except Exception as error:  # The rest still runs.
            outcome, why = "FAIL", f": {error!r}"
        counts[outcome] += 1
        print(f"{outcome:4} {name}{why}")

    services = Services(given)
    for part in (data_integrity, sd_jwt, jose, cose):
        part(check, services, given)
    print(f"interop in Python: {counts['ok']} passed, {counts['FAIL']} failed")
    return 0 if counts["ok"] and not counts["FAIL"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
