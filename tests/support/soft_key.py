"""A passkey made of software: it answers as a browser does for the real thing."""

import hashlib
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256, CoseKey
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAGS = AuthenticatorData.FLAG
ID = b"one of ours"
Answer = dict[str, Any]


class SoftKey:
    """``options`` are those of a page, as JSON or as allauth's own objects."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.handle = ""

    def made(self, options: Any, **more: Any) -> Answer:
        """Make itself known; ``more`` says what shall be wrong about it."""
        options = options["creation_options"]["publicKey"]
        self.handle = options["user"]["id"]
        key = CoseKey(
            more.get("key", ES256.from_cryptography_key(self.private.public_key()))
        )
        named = AttestedCredentialData.create(b"\0" * 16, ID, key)
        flags = FLAGS.UP | FLAGS.UV
        flags |= FLAGS.AT if more.get("has_key", True) else FLAGS(0)
        site = hashlib.sha256(options["rp"]["id"].encode()).digest()
        data = AuthenticatorData.create(
            site, flags, 0, named if FLAGS.AT in flags else b""
        )
        said = self._said(CollectedClientData.TYPE.CREATE, options, options["rp"]["id"])
        response = {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(
                AttestationObject.create("none", data, {})
            ),
        }
        results = more.get("results", {"credProps": {"rk": True}})
        return {**self._named(response), "clientExtensionResults": results}

    def answer(self, options: Any) -> Answer:
        """Sign what a page asks; the person has touched it and said who they are."""
        options = options["request_options"]["publicKey"]
        site = hashlib.sha256(options["rpId"].encode()).digest()
        data = AuthenticatorData.create(site, FLAGS.UP | FLAGS.UV, 1)
        said = self._said(CollectedClientData.TYPE.GET, options, options["rpId"])
        signature = self.private.sign(data + said.hash, ec.ECDSA(hashes.SHA256()))
        return self._named(
            {
                "clientDataJSON": websafe_encode(said),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": self.handle,
            }
        )

    def _said(self, kind: str, options: Any, site: str) -> CollectedClientData:
        challenge = websafe_decode(options["challenge"])
        return CollectedClientData.create(kind, challenge, f"https://{site}")

    def _named(self, response: Answer) -> Answer:
        name = websafe_encode(ID)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}
