"""An agency's system in Python, with the client that openapi-python-client makes of our OpenAPI document.

Input: a JSON file with the verifier's address and the agency's client id and secret. The link for the person's wallet goes out as
a line, and a line comes in when the wallet has answered (see ../clients.rs).
"""

import json
import sys

from passerelle_verifier import AuthenticatedClient, Client
from passerelle_verifier.api.oauth import create_token
from passerelle_verifier.api.sandbox import find_verify_sample, list_samples
from passerelle_verifier.api.verifications import (
    create_verification,
    find_qr_png,
    find_verification,
    verify,
    verify_batch,
)
from passerelle_verifier.models import (
    BatchItem,
    Outcome,
    Problem,
    StartVerification,
    TokenRequest,
    VerificationState,
    VerifyBatch,
)

given = json.load(open(sys.argv[1], encoding="utf-8"))
stranger = Client(base_url=given["verifier"])
token = create_token.sync(
    client=stranger,
    body=TokenRequest(
        grant_type="client_credentials",
        client_id=given["agency"]["client_id"],
        client_secret=given["agency"]["client_secret"],
    ),
)
client = AuthenticatedClient(base_url=given["verifier"], token=token.access_token, timeout=70)

# Ask a person; the same key and body give the same verification again.
start = StartVerification(policy="staff-identity", purpose="To let you into the building.")
started = create_verification.sync(client=client, body=start, idempotency_key="desk-python")
again = create_verification.sync(client=client, body=start, idempotency_key="desk-python")
assert started.id == again.id and started.state == VerificationState.WAITING
picture = find_qr_png.sync_detailed(started.id, client=client)
assert picture.content.startswith(b"\x89PNG"), picture
print(json.dumps({"link": started.link}), flush=True)
assert sys.stdin.readline().strip() == "answered"
view = find_verification.sync(started.id, client=client, wait=30)
assert view.state == VerificationState.VERIFIED and view.report.outcome == Outcome.VALID, view
assert view.report.claims["givenName"], view
print("ok - a person was asked", file=sys.stderr)

# Check what is there already, one by one and at once.
samples = [(one, find_verify_sample.sync(one.name, client=stranger)) for one in list_samples.sync(client=stranger).samples]
for expected, sample in samples:
    report = verify.sync(client=client, body=sample)
    assert report.outcome == expected.outcome, (expected, report)
items = [BatchItem.from_dict({"id": one.name, "credential": sample.credential.to_dict()}) for one, sample in samples]
items.append(BatchItem(id="unreadable", credential="no credential"))
results = verify_batch.sync(client=client, body=VerifyBatch(policy="open", items=items)).results
assert [one.id for one in results] == [item.id for item in items]
assert results[0].report.outcome == Outcome.VALID and results[1].report.outcome == Outcome.INVALID
assert results[-1].problem["type"] == "/problems/unreadable-credential"
print("ok - credentials were checked", file=sys.stderr)

unknown = create_verification.sync(client=client, body=StartVerification(policy="nothing"))
assert isinstance(unknown, Problem) and unknown.type_ == "/problems/unknown-policy", unknown
print("ok - a problem has its type", file=sys.stderr)
