"""A mail server of others (aiosmtpd) that takes letters after STARTTLS and a password only.

usage: mail.py PORT CERTIFICATE PRIVATE-KEY PASSWORD LETTERS

Each letter becomes a line of JSON in LETTERS, read by the `email` package of Python. Addresses that begin with `gone` are
refused for good, those that begin with `busy` for the moment. It says "ready" and runs until its standard input ends.
"""

import email.policy
import json
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Letters:
    def __init__(self, path):
        self.path = path

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy"):
            return "451 4.2.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: message.get_body(preferencelist=(kind,)).get_content()
        letter = {
            "tls": session.ssl is not None,
            "authenticated": bool(session.authenticated),
            "recipients": envelope.rcpt_tos,
            "defects": [str(defect) for defect in message.defects],
            "headers": {name: str(message[name]) for name in message.keys()},
            "text": part("plain"),
            "html": part("html"),
        }
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(letter, ensure_ascii=False) + "\n")
        return "250 OK"


def main():
    port, certificate, private_key, password, path = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private_key)

    def check(server, session, envelope, mechanism, given):
        right = given.login == b"passerelle" and given.password == password.encode()
        return AuthResult(success=right)

    controller = Controller(
        Letters(path),
        hostname="127.0.0.1",
        port=int(port),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=check,
    )
    controller.start()
    print("ready", flush=True)
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main()
