# SPDX-License-Identifier: GPL-2.0-or-later
"""arm64.py COMMAND...: the relay that COMMAND runs takes one webhook, is killed, and hands it to a desk after that."""
import hashlib
import hmac
import sys
import tempfile
import urllib.error
import urllib.request

from relay import PATH, Relay, check

BODY = b'{"object":"whatsapp_business_account","entry":[]}'
SECRET, KEY = "the-secret-of-the-app", "the-key-of-the-counter-desk"


def ask(relay, target, header, value, body=None):
    """The status, and what was answered."""
    request = urllib.request.Request(f"http://127.0.0.1:{relay.port}{target}", body, {header: value})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def main():
    with tempfile.TemporaryDirectory() as directory:
        relay = Relay(directory, sys.argv[1:])
        relay.tenant = {"provider": "meta", "number": "+493023125017", "app-secret": SECRET, "verify-token": "hello"}
        relay.desks = {"counter": KEY}
        proof = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
        relay.start()
        try:
            check(ask(relay, PATH, "X-Hub-Signature-256", "sha256=" + "0" * 64, BODY)[0] == 401, "it takes what is forged")
            check(ask(relay, PATH, "X-Hub-Signature-256", "sha256=" + proof, BODY)[0] == 200, "it takes no webhook")
            relay.kill()
            relay.start()
            status, batch = ask(relay, PATH + "/deliveries?after=0&wait=0", "Authorization", "Bearer " + KEY)
            check(status == 200 and BODY in batch, f"the desk is answered {status}, {batch}")
            relay.stop()
        finally:
            relay.end()
            print("\n".join(relay.witness()), file=sys.stderr)


main()
