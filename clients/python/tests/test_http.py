"""Commands over HTTP: what is sent again, and what comes of it."""

from __future__ import annotations

import asyncio
import base64
import json
import time

import httpx
import pytest

from points_ledger import (
    Accepted,
    AsyncLedgerClient,
    ClientClosed,
    Http,
    InsufficientPoints,
    InvalidCommand,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    Overloaded,
    Token,
    TokenUnavailable,
    Unavailable,
    Unknown,
)

from .scripted_api import ScriptedApi, Step, answer, outcome

REFUSED = outcome(
    status="refused", code="InsufficientPoints", detail="The balance is 5.", balance=5, points=None
)


def client_of(*steps: Step, wait: float = 5.0, in_flight_max: int = 100) -> AsyncLedgerClient:
    http = Http("http://ledger.invalid", "token", transport=ScriptedApi(list(steps)), source="api:svc")
    return AsyncLedgerClient(http=http, wait=wait, in_flight_max=in_flight_max)


def script_of(client: AsyncLedgerClient) -> ScriptedApi:
    assert client._http is not None  # pyright: ignore[reportPrivateUsage]
    script = client._http._options.transport  # pyright: ignore[reportPrivateUsage]
    assert isinstance(script, ScriptedApi)
    return script


async def test_gives_an_accepted_result(user: str) -> None:
    async with client_of(answer(200, outcome())) as client:
        result = await client.consume(user, "script", points=20, id="job-1")
    assert isinstance(result, Accepted)
    assert (result.balance, result.points, result.replayed) == (940, 20, False)


async def test_gives_a_refusal_as_a_result_and_not_as_an_exception(user: str) -> None:
    async with client_of(answer(422, {"code": "InsufficientPoints", "outcome": REFUSED})) as client:
        result = await client.consume(user, "script", points=20, id="job-1")
    assert isinstance(result, InsufficientPoints)
    assert (result.balance, result.detail) == (5, "The balance is 5.")
    with pytest.raises(Exception, match="InsufficientPoints: The balance is 5"):
        result.require()


async def test_sends_the_same_bytes_again_after_503_429_and_a_lost_connection(user: str) -> None:
    steps: list[Step] = [
        answer(503, headers={"retry-after": "0"}),
        httpx.ConnectError("refused"),
        answer(429, headers={"retry-after": "0"}),
        answer(409, {"code": "NotTakenOver"}, {"retry-after": "0"}),
        answer(200, outcome(replayed=True)),
    ]
    async with client_of(*steps) as client:
        result = await client.consume(user, "script", points=20, task="task-1")
        sent = [(r.headers["idempotency-key"], r.content) for r in script_of(client).requests]
    assert isinstance(result, Accepted)
    assert len(sent) == 5
    assert len(set(sent)) == 1


async def test_waits_as_long_as_retry_after_says(user: str) -> None:
    started = time.monotonic()
    async with client_of(answer(503, headers={"retry-after": "1"}), answer(200, outcome())) as client:
        await client.consume(user, "script", points=20)
    assert time.monotonic() - started >= 1


async def test_is_unknown_at_the_deadline_and_never_failed(user: str) -> None:
    async with client_of(httpx.ReadTimeout("no answer"), wait=0.2) as client:
        result = await client.consume(user, "script", points=20, id="job-1")
    assert isinstance(result, Unknown)
    assert "no answer" in result.reason
    with pytest.raises(OutcomeUnknown):
        result.require()


async def test_resumes_an_unknown_command_of_this_process_with_the_same_bytes(user: str) -> None:
    async with client_of(httpx.ReadTimeout("no answer"), wait=0.2) as client:
        unknown = await client.consume(user, "script", points=20, id="job-1")
        assert isinstance(unknown, Unknown)
        script = script_of(client)
        script.steps = [answer(200, outcome(replayed=True))]
        by_result = await client.outcome(unknown)
        assert isinstance(by_result, Accepted)
        bodies = {request.content for request in script.requests}
        assert len(bodies) == 1
        with pytest.raises(ValueError, match="give its user_id"):
            await client.outcome("job-1")


async def test_looks_up_a_command_of_another_process(user: str) -> None:
    steps: list[Step] = [answer(200, outcome(replayed=True)), answer(404, {"title": "Not found"})]
    async with client_of(*steps) as client:
        found = await client.outcome("job-1", user_id=user)
        assert isinstance(found, Accepted)
        missing = await client.outcome("job-2", user_id=user)
        assert isinstance(missing, Unknown)
        first = script_of(client).requests[0]
    assert first.url.path == "/v1/outcomes"
    assert dict(first.url.params) == {
        "user_id": user,
        "command_source": "api:svc",
        "command_id": "job-1",
    }


@pytest.mark.parametrize(
    ("status", "error"), [(401, NotAuthenticated), (403, NotAllowed), (400, InvalidCommand)]
)
async def test_raises_what_the_service_does_wrong(user: str, status: int, error: type[Exception]) -> None:
    problem = {
        "title": "No",
        "detail": "it may not",
        "errors": [{"field": "points", "reason": "must be more"}],
    }
    async with client_of(answer(status, problem)) as client:
        with pytest.raises(error, match="it may not"):
            await client.consume(user, "script", points=20)


async def test_asks_the_provider_for_another_token_once_when_one_is_rejected(user: str) -> None:
    given: list[str] = []

    async def provider() -> Token:
        given.append(f"token-{len(given) + 1}")
        return Token(given[-1], expires_at=time.time() + 3_600)

    def needs_second(request: httpx.Request) -> httpx.Response:
        is_new = request.headers["authorization"] == "Bearer token-2"
        return answer(200, outcome()) if is_new else answer(401, {"title": "Unauthorized"})

    script = ScriptedApi([needs_second])
    http = Http("http://ledger.invalid", provider, transport=script, source="api:svc")
    async with AsyncLedgerClient(http=http) as client:
        results = await asyncio.gather(*(client.expire(user) for _ in range(5)))
    assert all(isinstance(result, Accepted) for result in results)
    assert given == ["token-1", "token-2"]


async def test_asks_the_provider_of_tokens_again_when_it_failed(user: str) -> None:
    failures = [OSError("the issuer is away"), OSError("the issuer is away")]

    def provider() -> str:
        if failures:
            raise failures.pop()
        return "token"

    http = Http("http://x", provider, transport=ScriptedApi([answer(200, outcome())]), source="api:svc")
    async with AsyncLedgerClient(http=http) as client:
        assert isinstance(await client.expire(user), Accepted)
    failures = [OSError("the issuer is away")] * 100
    async with AsyncLedgerClient(http=http) as client:
        result = await client.expire(user, wait=0.2)
    assert isinstance(result, Unknown)
    assert "the issuer is away" in result.reason


async def test_renews_a_token_before_it_expires_and_reads_its_subject(user: str) -> None:
    claims = {"sub": "svc-tts", "exp": time.time() + 10}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    calls = 0

    def provider() -> str:
        nonlocal calls
        calls += 1
        return f"e30.{payload}.sig"

    script = ScriptedApi([answer(200, outcome())])
    async with AsyncLedgerClient(http=Http("http://ledger.invalid", provider, transport=script)) as client:
        assert await client.source() == "api:svc-tts"
        await client.expire(user)
        await client.expire(user)
    # It expires in ten seconds, so that each use asks for a newer one.
    assert calls == 3


async def test_reads_raise_what_waiting_can_not_mend(user: str) -> None:
    async with client_of(answer(404, {"title": "Not found"})) as client:
        with pytest.raises(NotFound):
            await client.balance(user)
    async with client_of(answer(503, {"detail": "not yet"}), wait=0.2) as client:
        with pytest.raises(Unavailable, match="not yet"):
            await client.balance(user)


class Blocking(httpx.AsyncBaseTransport):
    """Answers only once the test lets it."""

    def __init__(self) -> None:
        self.arrived = 0
        self.let_go = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.arrived += 1
        await self.let_go.wait()
        return answer(200, outcome())


def blocked(transport: Blocking, **options: float) -> AsyncLedgerClient:
    http = Http("http://ledger.invalid", "token", transport=transport, source="api:svc")
    return AsyncLedgerClient(http=http, in_flight_max=2, wait=options.get("wait", 5.0))


async def arrivals(transport: Blocking, count: int) -> None:
    while transport.arrived < count:
        await asyncio.sleep(0)


async def test_lets_calls_wait_for_their_turn(user: str) -> None:
    transport = Blocking()
    async with blocked(transport) as client:
        calls = [asyncio.ensure_future(client.expire(user)) for _ in range(5)]
        await arrivals(transport, 2)
        with pytest.raises(Overloaded):
            await client.expire(user, wait=0.05)
        assert transport.arrived == 2
        transport.let_go.set()
        assert all(isinstance(result, Accepted) for result in await asyncio.gather(*calls))


async def test_closing_waits_for_calls_in_flight_and_takes_no_new_ones(user: str) -> None:
    transport = Blocking()
    client = blocked(transport)
    call = asyncio.ensure_future(client.expire(user))
    await arrivals(transport, 1)
    closing = asyncio.ensure_future(client.close())
    await asyncio.sleep(0)
    with pytest.raises(ClientClosed):
        await client.expire(user)
    transport.let_go.set()
    await closing
    assert isinstance(await call, Accepted)


async def test_closing_gives_up_calls_that_stay_unanswered(user: str) -> None:
    transport = Blocking()
    client = blocked(transport, wait=60.0)
    call = asyncio.ensure_future(client.expire(user))
    await arrivals(transport, 1)
    await client.close(drain=0.05)
    transport.let_go.set()
    assert isinstance(await call, (Accepted, Unknown))


async def test_is_unknown_when_a_try_after_an_unanswered_one_is_not_let_in(user: str) -> None:
    for status in (401, 403):
        refused = answer(status, {"title": "No", "detail": "it may not"})
        for unanswered in (httpx.ReadTimeout("no answer"), answer(503, headers={"retry-after": "0"})):
            async with client_of(unanswered, refused) as client:
                # The first try may have been carried out.
                assert isinstance(await client.consume(user, "script", points=20), Unknown)
    for not_done in (httpx.ConnectError("refused"), answer(429, headers={"retry-after": "0"})):
        async with client_of(not_done, answer(403, {"title": "No"})) as client:
            with pytest.raises(NotAllowed):
                await client.consume(user, "script", points=20)


async def test_is_unknown_when_the_answer_can_not_be_decoded(user: str) -> None:
    async with client_of(httpx.DecodingError("cut off"), wait=0.2) as client:
        result = await client.consume(user, "script", points=20)
    assert isinstance(result, Unknown)


async def test_says_what_kind_of_error_has_no_words(user: str) -> None:
    async with client_of(httpx.ReadTimeout(""), wait=0.1) as client:
        result = await client.consume(user, "script", points=20)
    assert isinstance(result, Unknown)
    assert "ReadTimeout" in result.reason


async def test_takes_a_token_from_a_file_that_ends_with_a_line_feed(user: str) -> None:
    script = ScriptedApi([answer(200, outcome())])
    http = Http("http://ledger.invalid", lambda: "secret-token\n", transport=script, source="api:svc")
    async with AsyncLedgerClient(http=http) as client:
        await client.expire(user)
    assert script.requests[0].headers["authorization"] == "Bearer secret-token"


@pytest.mark.parametrize("token", ["", "secret\ntoken", "秘密"])
async def test_does_not_tell_a_token_that_no_header_can_have(token: str, user: str) -> None:
    script = ScriptedApi([answer(200, outcome())])
    http = Http("http://ledger.invalid", lambda: token, transport=script, source="api:svc")
    async with AsyncLedgerClient(http=http) as client:
        result = await client.expire(user, wait=0.1)
    assert isinstance(result, Unknown)
    assert result.reason.endswith("the token is empty, or has characters that no header can have")
    assert script.requests == []


async def test_asks_for_its_first_token_again_and_no_longer_than_it_may(user: str) -> None:
    payload = base64.urlsafe_b64encode(b'{"sub":"svc-tts"}').decode()
    failures = [OSError("the issuer is away")]

    def provider() -> str:
        if failures:
            raise failures.pop()
        return f"e30.{payload}.sig"

    script = ScriptedApi([answer(200, outcome())])
    async with AsyncLedgerClient(http=Http("http://ledger.invalid", provider, transport=script)) as client:
        assert isinstance(await client.expire(user), Accepted)

    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    async with AsyncLedgerClient(http=Http("http://ledger.invalid", hang, transport=script)) as client:
        with pytest.raises(TokenUnavailable, match="there is no token"):
            await asyncio.wait_for(client.expire(user, wait=0.1), 10)


def test_names_an_address_without_a_scheme() -> None:
    with pytest.raises(ValueError, match="base_url must begin with http"):
        Http("ledger.internal", "token")


async def test_forgets_a_command_of_which_it_is_known_that_nothing_was_done(user: str) -> None:
    async with client_of(answer(403, {"title": "No"})) as client:
        with pytest.raises(NotAllowed):
            await client.consume(user, "script", points=20, id="job-1")
        with pytest.raises(ValueError, match="no command of this process"):
            await client.outcome("job-1")


async def test_closing_waits_for_calls_that_wait_for_their_turn(user: str) -> None:
    transport = Blocking()
    client = blocked(transport)
    calls = [asyncio.ensure_future(client.expire(user)) for _ in range(3)]
    await arrivals(transport, 2)
    closing = asyncio.ensure_future(client.close())
    transport.let_go.set()
    await closing
    assert all(isinstance(call.result(), Accepted) for call in calls if call.done())
    assert all(call.done() for call in calls)


async def test_closing_after_a_fork_leaves_the_connections_of_its_parent(
    user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = Blocking()
    closed: list[Blocking] = []

    async def aclose() -> None:
        closed.append(transport)

    monkeypatch.setattr(transport, "aclose", aclose)
    client = blocked(transport)
    call = asyncio.ensure_future(client.expire(user))
    await arrivals(transport, 1)
    with monkeypatch.context() as forked:
        forked.setattr("os.getpid", lambda: 1)
        await asyncio.wait_for(client.close(), 5)
    assert closed == []
    transport.let_go.set()
    await call


async def test_closing_ends_a_read_whose_provider_of_tokens_fails(user: str) -> None:
    calls = 0

    def provider() -> str:
        nonlocal calls
        calls += 1
        raise OSError("the issuer is away")

    http = Http("http://ledger.invalid", provider, transport=ScriptedApi([answer(200)]), source="api:svc")
    client = AsyncLedgerClient(http=http)
    read = asyncio.ensure_future(client.balance(user, wait=600))
    while calls == 0:
        await asyncio.sleep(0)
    await client.close()
    with pytest.raises(ClientClosed):
        await asyncio.wait_for(read, 5)
    assert calls == 1
