"""The signature by which a sender proves who it is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

SIGNATURE_HEADER = "points-signature"

_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class SigningKey:
    """A secret that a sender shares with the ledger. Its bytes are the UTF-8 of the text."""

    id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if _KEY_ID.fullmatch(self.id) is None:
            raise ValueError("the id of a signing key has 1 to 64 characters A-Z, a-z, 0-9, '.', '_' and '-'")


def signed_text(topic: str, key: str, id: str, source: str, type: str, value: bytes) -> str:
    """No part can contain a line feed, because ids and keys have no control characters."""
    return "\n".join(("v1", topic, key, id, source, type, hashlib.sha256(value).hexdigest()))


def signature(text: str, key: SigningKey) -> str:
    """The value of the header ``points-signature``."""
    code = hmac.digest(key.secret.encode(), text.encode(), "sha256")
    return f"v1,{key.id},{base64.urlsafe_b64encode(code).rstrip(b'=').decode()}"
