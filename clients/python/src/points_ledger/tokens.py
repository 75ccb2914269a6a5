"""Tokens for the API, renewed before they expire."""

from __future__ import annotations

import asyncio
import base64
import binascii
import inspect
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from .errors import TokenUnavailable

#: A token that expires within this time is renewed before it is used.
RENEW_SECONDS_BEFORE = 30.0

_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Token:
    """A bearer token. ``expires_at`` is in seconds since 1970; None: the token itself tells it."""

    value: str = field(repr=False)
    expires_at: float | None = None


#: Returns a token that is valid now. It is called again before that one expires, or when it is rejected.
TokenProvider = Callable[[], str | Token | Awaitable[str | Token]]


class TokenSource:
    """The token in use. However many requests need a new one at a time, the provider is called once."""

    def __init__(self, provider: str | TokenProvider, now: Callable[[], float] = time.time) -> None:
        self._provider = provider
        self._now = now
        self._current: Token | None = None
        self._renewing: asyncio.Lock | None = None

    async def token(self, rejected: str | None = None) -> str:
        """A token other than the rejected one, if the provider has another."""
        if self._renewing is None:
            self._renewing = asyncio.Lock()
        async with self._renewing:
            current = self._current
            if current is None or current.value == rejected or self._expires_soon(current):
                current = await self._renew()
                self._current = current
            return current.value

    async def _renew(self) -> Token:
        if isinstance(self._provider, str):
            return _checked(Token(self._provider))
        try:
            given = self._provider()
            token = await given if inspect.isawaitable(given) else given
        except Exception as error:
            raise TokenUnavailable(f"the provider of tokens failed: {error}") from error
        return _checked(Token(token) if isinstance(token, str) else token)

    def _expires_soon(self, token: Token) -> bool:
        if isinstance(self._provider, str):
            return False
        expires_at = token.expires_at if token.expires_at is not None else _expiry_of(token.value)
        return expires_at is not None and expires_at - RENEW_SECONDS_BEFORE <= self._now()


def _checked(token: Token) -> Token:
    """A file with a token ends with a line feed. The library would tell a bad token in its error."""
    value = token.value.strip()
    if _TOKEN.fullmatch(value) is None:
        raise TokenUnavailable("the token is empty, or has characters that no header can have")
    return Token(value, token.expires_at)


def subject_of(token: str) -> str | None:
    """The subject, which the API verifies and this client only reads."""
    subject = claims_of(token).get("sub")
    return subject if isinstance(subject, str) else None


def _expiry_of(token: str) -> float | None:
    expiry = claims_of(token).get("exp")
    return float(expiry) if isinstance(expiry, (int, float)) else None


def claims_of(token: str) -> dict[str, object]:
    """What a JWT says, not verified. A token of another kind says nothing."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        payload: object = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return cast("dict[str, object]", payload) if isinstance(payload, dict) else {}
