"""The API of the ledger over HTTP: tokens, retries and deadlines.

httpx carries the requests: of the libraries that are kept well it is the one with asyncio, HTTP proxies, TLS by
``ssl.SSLContext`` and a transport that tests can replace, and most FastAPI services have it already. The
standard library has no HTTP for asyncio.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from ._answers import (
    RETRYABLE_STATUSES,
    Answer,
    Decision,
    Forbidden,
    NeedsToken,
    decide,
)
from ._json_object import JsonObject, UnexpectedAnswer, parse_object
from ._retry import Backoff, Deadline, pause, retry_after
from .commands import CommandRef, SentCommand
from .errors import (
    ApiError,
    ClientClosed,
    InvalidCommand,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    TokenUnavailable,
    Unavailable,
)
from .results import Invalid, Result, SendAgain, Unknown
from .tokens import TokenProvider, TokenSource, subject_of

_log = logging.getLogger("points_ledger")

_NO_ANSWER = "the API did not answer"


@dataclass(frozen=True)
class Http:
    """Where the API is, and how to be let in."""

    base_url: str
    token: str | TokenProvider = field(repr=False)
    #: How long one try may take. A call that waits longer tries again.
    try_seconds_max: float = 10.0
    #: TLS by the library's own options.
    ssl_context: ssl.SSLContext | None = None
    proxy: str | None = None
    connections_max: int = 100
    #: Replaces the network, for tests.
    transport: httpx.AsyncBaseTransport | None = None
    #: The source of commands over HTTP: ``api:`` and the subject of the token. None: the token tells it.
    source: str | None = None

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("http://", "https://")):
            raise ValueError("base_url must begin with http:// or https://")


class HttpApi:
    """Requests to the API, sent again as long as the deadline lets them."""

    def __init__(self, options: Http) -> None:
        self._options = options
        self._tokens = TokenSource(options.token)
        self._client: httpx.AsyncClient | None = None
        self._source = options.source
        self._closed = asyncio.Event()

    async def source(self, deadline: Deadline) -> str:
        """The source that the ledger gives to what this token sends."""
        if self._source is None:
            subject = subject_of(await self._first_token(deadline))
            if subject is None:
                raise ValueError("the token names no subject: give Http(source='api:…')")
            self._source = f"api:{subject}"
        return self._source

    async def _first_token(self, deadline: Deadline) -> str:
        """A provider that fails is asked again, as it is while commands are sent."""
        backoff = Backoff()
        while True:
            try:
                return await self._token(None, deadline)
            except (TokenUnavailable, asyncio.TimeoutError) as error:
                if deadline.is_over or self._closed.is_set():
                    raise TokenUnavailable(f"there is no token: {str(error) or type(error).__name__}") from error
                await self._pause(backoff.next(), deadline)

    async def execute(self, command: SentCommand, deadline: Deadline, traceparent: str | None) -> Result:
        """Sends a command until it is answered. At the deadline its outcome is unknown."""
        headers = {b"content-type": b"application/json", b"idempotency-key": _quoted(command.id).encode()}
        if traceparent is not None:
            headers[b"traceparent"] = traceparent.encode()
        backoff = Backoff()
        rejected: str | None = None
        reason = "the time was over before it was sent"
        may_be_done = False
        while not deadline.is_over and not self._closed.is_set():
            try:
                token = await self._token(rejected, deadline)
                answer = await self._send(
                    "POST", f"/v1/commands/{command.type}", headers=headers, content=command.body,
                    token=token, deadline=deadline,
                )  # fmt: skip
            except ClientClosed as error:
                return Unknown(command.ref, str(error))
            except TokenUnavailable as error:
                reason = f"{_NO_ANSWER}: {error}"
                _log.info("there is no token for a command", extra={"error": reason})
                await self._pause(backoff.next(), deadline)
                continue
            except (httpx.RequestError, asyncio.TimeoutError) as error:
                may_be_done = may_be_done or not isinstance(error, httpx.ConnectError)
                reason = f"{_NO_ANSWER}: {str(error) or type(error).__name__}"
                _log.info("the API did not answer a command", extra={"error": reason})
                await self._pause(backoff.next(), deadline)
                continue
            decision = decide(command.ref, answer, time.time)
            if isinstance(decision, NeedsToken) and rejected is None:
                rejected = token
                continue
            if isinstance(decision, (NeedsToken, Forbidden)) and may_be_done:
                # This try was not carried out, but an earlier one may have been.
                return Unknown(command.ref, f"{reason}; then the answer was {answer.status}")
            if not isinstance(decision, SendAgain):
                return _result(decision)
            may_be_done = may_be_done or answer.status >= 500
            reason = decision.reason
            _log.info("the API asks for a command again", extra={"reason": reason})
            await self._pause(backoff.next(decision.after_seconds), deadline)
        return Unknown(command.ref, reason)

    async def get(self, path: str, params: Mapping[str, str], deadline: Deadline) -> JsonObject:
        answer = await self._request("GET", path, deadline, params=params)
        return JsonObject(parse_object(answer.body))

    async def post(self, path: str, body: bytes, deadline: Deadline) -> JsonObject:
        answer = await self._request("POST", path, deadline, content=body)
        return JsonObject(parse_object(answer.body))

    async def recorded_outcome(self, ref: CommandRef, deadline: Deadline) -> Result | None:
        """The recorded answer to a command; None: the account knows of none (yet)."""
        params = {"user_id": ref.user_id, "command_source": ref.source, "command_id": ref.id}
        try:
            answer = await self._request("GET", "/v1/outcomes", deadline, params=params)
        except NotFound:
            return None
        decision = decide(ref, answer, time.time)
        if isinstance(decision, SendAgain):
            return None
        return _result(decision)

    @asynccontextmanager
    async def stream(
        self, path: str, headers: Mapping[str, str], deadline: Deadline, silence_seconds_max: float
    ) -> AsyncGenerator[httpx.Response, None]:
        """An open answer that has no end of its own; silence for too long is an error of the transport."""
        token = await self._token(None, deadline)
        timeout = httpx.Timeout(self._options.try_seconds_max, read=silence_seconds_max)
        request = self._httpx().build_request(
            "GET", path, headers={**headers, "authorization": f"Bearer {token}"}, timeout=timeout
        )
        response = await self._httpx().send(request, stream=True)
        try:
            if response.status_code == 401:
                # The next token() must not return the same one.
                await self._token(token, deadline)
            yield response
        finally:
            await response.aclose()

    async def close(self) -> None:
        self._closed.set()
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _request(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """An answer that is no error. What may be tried again is, until the deadline."""
        backoff = Backoff()
        rejected: str | None = None
        reason = _NO_ANSWER
        while not deadline.is_over:
            if self._closed.is_set():
                raise ClientClosed("the client is closed")
            wait: float | None = None
            try:
                token = await self._token(rejected, deadline)
                headers = {b"content-type": b"application/json"} if content is not None else {}
                answer = await self._send(
                    method, path, headers=headers, content=content, params=params, token=token,
                    deadline=deadline,
                )  # fmt: skip
            except (httpx.RequestError, asyncio.TimeoutError, TokenUnavailable) as error:
                reason = f"{_NO_ANSWER}: {str(error) or type(error).__name__}"
            else:
                if answer.status < 400:
                    return answer
                if answer.status == 401 and rejected is None:
                    rejected = token
                    continue
                if answer.status not in RETRYABLE_STATUSES:
                    raise error_of(answer)
                wait = retry_after(answer.headers.get("retry-after"))
                reason = str(answer.json.get("detail", f"the answer was {answer.status}"))
            await self._pause(backoff.next(wait), deadline)
        raise Unavailable(reason)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        headers: dict[bytes, bytes],
        content: bytes | None,
        token: str,
        deadline: Deadline,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        seconds = min(self._options.try_seconds_max, deadline.left)
        response = await asyncio.wait_for(
            self._httpx().request(
                method,
                path,
                headers={**headers, b"authorization": f"Bearer {token}".encode()},
                content=content,
                params=dict(params) if params is not None else None,
                timeout=seconds,
            ),
            seconds,
        )
        return Answer(response.status_code, response.headers, response.content)

    async def _token(self, rejected: str | None, deadline: Deadline) -> str:
        return await asyncio.wait_for(self._tokens.token(rejected), max(deadline.left, 0.001))

    async def _pause(self, seconds: float, deadline: Deadline) -> None:
        await pause(min(seconds, deadline.left), self._closed)

    def _httpx(self) -> httpx.AsyncClient:
        if self._closed.is_set():
            raise ClientClosed("the client is closed")
        if self._client is None:
            options = self._options
            self._client = httpx.AsyncClient(
                base_url=options.base_url,
                verify=True if options.ssl_context is None else options.ssl_context,
                proxy=options.proxy,
                transport=options.transport,
                limits=httpx.Limits(max_connections=options.connections_max),
                headers={"user-agent": "points-ledger-python"},
            )
        return self._client


def _result(decision: Decision) -> Result:
    if isinstance(decision, NeedsToken):
        raise NotAuthenticated(401, decision.problem)
    if isinstance(decision, Forbidden):
        raise NotAllowed(403, decision.problem)
    if isinstance(decision, Invalid):
        raise InvalidCommand(decision.detail, decision.errors)
    if isinstance(decision, SendAgain):
        raise UnexpectedAnswer(decision.reason)
    return decision


def error_of(answer: Answer) -> ApiError:
    kinds: Mapping[int, type[ApiError]] = {401: NotAuthenticated, 403: NotAllowed, 404: NotFound}
    return kinds.get(answer.status, ApiError)(answer.status, answer.json)


def path_of(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _quoted(id: str) -> str:
    """Always a quoted string, so that no space, quote or letter of an id is lost on the way."""
    escaped = id.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
