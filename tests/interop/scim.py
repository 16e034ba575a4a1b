"""The SCIM validator of others (https://pypi.org/project/scim2-tester/) against our issuer.

Arguments: the address of an organisation, such as http://issuer/scim/v2/undp, and a token of a machine. Prints every
finding and the counts; fails on a finding that is not explained below.
"""

import collections
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

# The validator writes every extension of a schema as a whole. This one is what the service says of a record, read only
# attribute by attribute, and RFC 7644, 3.5.2 has a write to it refused with "mutability".
READ_ONLY = "urn:passerelle:params:scim:schemas:extension:record:2.0:User"
EXPECTED = {"check_add_attribute", "check_remove_attribute", "check_replace_attribute"}


def is_expected(result):
    return result.title in EXPECTED and READ_ONLY in result.reason and "read only" in result.reason


def main(address, token):
    client = Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    scim = SyncSCIMClient(client)
    scim.discover()
    counts = collections.Counter()
    unexplained = 0
    for result in check_server(scim, raise_exceptions=False):
        counts[result.status.name] += 1
        if result.status.name == "SUCCESS":
            continue
        expected = is_expected(result)
        unexplained += not expected
        print(f"{result.status.name}{' (explained)' if expected else ''}: {result.title}: {str(result.reason)[:300]}")
    print(f"scim2-tester: {dict(counts)}, {unexplained} unexplained")
    return 0 if unexplained == 0 and counts["SUCCESS"] > 50 else 1


sys.exit(main(*sys.argv[1:]))
