"""Keys, DID documents, contexts and requests for the checks of credentials.py."""

import base64
import json
import urllib.error
import urllib.request
from pathlib import Path

import base58
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CONTEXTS = Path(__file__).parents[2] / "crates/credential/contexts"
W3C = {
    "https://www.w3.org/ns/credentials/v2": "credentials-v2.jsonld",
    "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2.jsonld",
}
OURS = "https://schemas.passerelle.example/v1/"
# Multicodec prefixes of public keys, as varints.
ED25519, P256 = b"\xed\x01", b"\x80\x24"


def request(url, body=None, headers=None):
    """Status and parsed body of a GET, or of a POST of JSON."""
    data = None if body is None else json.dumps(body).encode()
    sent = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(sent, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public_key(multibase):
    """A Multikey (Controlled Identifiers 1.0, 2.2.2) as a key of the library."""
    assert multibase[0] == "z", multibase
    data = base58.b58decode(multibase[1:])
    if data[:2] == ED25519:
        return ed25519.Ed25519PublicKey.from_public_bytes(data[2:])
    assert data[:2] == P256, data[:2].hex()
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data[2:])


class Issuer:
    """Somebody with a did:key, whose credentials our services are to believe."""

    def __init__(self, private):
        self.private = private
        public = private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            data = ED25519 + public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        else:
            data = P256 + public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        multibase = "z" + base58.b58encode(data).decode()
        self.did = f"did:key:{multibase}"
        self.method = f"{self.did}#{multibase}"


class Services:
    """Addresses of our services, with what the checks ask them for."""

    def __init__(self, given):
        self.registry, self.issuer, self.verifier = given["registry"], given["issuer"], given["verifier"]
        self.agency = given["agency"]

    def issue(self, instance):
        """What an open instance of our VC API makes of the credential of the examples."""
        status, body = request(f"{self.issuer}/vc-api/{instance}/credentials/issue", {"credential": alumni()})
        assert status == 201, body
        return body["verifiableCredential"]

    def verify(self, credential):
        """Status of our VC API for a credential of theirs."""
        asked = {"verifiableCredential": credential, "options": {}}
        return request(f"{self.verifier}/vc-api/credentials/verify", asked)[0]

    def report(self, credential):
        """Outcome of a whole report on an SD-JWT VC."""
        form = f"grant_type=client_credentials&scope=verify&client_id={self.agency['client_id']}"
        form += f"&client_secret={self.agency['client_secret']}"
        with urllib.request.urlopen(f"{self.verifier}/oauth/token", form.encode(), timeout=60) as answer:
            token = json.loads(answer.read())["access_token"]
        asked = {"credential": credential, "policy": "open"}
        status, body = request(f"{self.verifier}/v1/verify", asked, {"authorization": f"Bearer {token}"})
        return body["outcome"] if status == 200 else status

    def key(self, method):
        """The public key of a verification method, from a did:key or from the registry."""
        did, _, fragment = method.partition("#")
        if did.startswith("did:key:"):
            return public_key(fragment)
        status, body = request(f"{self.registry}/1.0/identifiers/{did}", headers={"accept": "application/did-resolution"})
        assert status == 200, body
        methods = body["didDocument"]["verificationMethod"]
        found = [it for it in methods if it["id"] in (method, f"#{fragment}")]
        assert len(found) == 1, (method, methods)
        return public_key(found[0]["publicKeyMultibase"])

    def context(self, url, _options=None):
        """For PyLD: the W3C's contexts from their files, ours from the issuer, nothing else."""
        if url in W3C:
            document = json.loads((CONTEXTS / W3C[url]).read_text())
        else:
            assert url.startswith(OURS), url
            status, document = request(f"{self.issuer}/schemas/v1/{url[len(OURS):]}")
            assert status == 200, document
        return {"contextUrl": None, "documentUrl": url, "document": document}


def alumni(issuer=None):
    credential = {
        "@context": list(W3C),
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:abcdefgh",
            "alumniOf": {"id": "did:example:c276e12ec21ebfeb1f712ebc6f1", "name": "Example University"},
        },
    }
    return credential if issuer is None else {**credential, "issuer": issuer}
