"""Reading over HTTP."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timezone

import httpx
import pytest

from points_ledger import AsyncLedgerClient, Http, NotAllowed, Parked, UnexpectedAnswer

from .scripted_api import ScriptedApi, Step, answer

ROW = {
    "id": 6,
    "user_id": "d4930aff-f7b8-541b-ad96-1cb0b5223736",
    "type": "consume",
    "amount": 20,
    "balance_before": 85,
    "balance_after": 65,
    "source_type": "video",
    "source_id": "task-3",
    "batch_id": 7250195860694256,
    "duration": 4.25,
    "description": "【视频生成】",
    "created_at": "2030-06-01T00:03:00.000Z",
    "updated_at": "2030-06-01T00:04:00.000Z",
    "row_ref": "r4.0",
}


def opened(*steps: Step) -> tuple[AsyncLedgerClient, ScriptedApi]:
    script = ScriptedApi(list(steps))
    http = Http("http://ledger.invalid", "token", transport=script, source="api:svc")
    return AsyncLedgerClient(http=http, wait=2), script


async def test_reads_a_balance_with_ints_and_aware_times(user: str) -> None:
    balance = {
        "user_id": user,
        "balance": 65,
        "held": 20,
        "owed": 0,
        "position": "postgres:5",
        "at": "2030-06-01T00:04:00.123Z",
        "parked": {"since": "2030-06-01T00:00:00.000Z", "code": "BadEvent"},
    }
    client, script = opened(answer(200, balance))
    at = datetime(2030, 6, 1, 0, 4, tzinfo=timezone.utc)
    async with client:
        read = await client.balance(user.upper(), at=at, at_least="postgres:5")
    assert (read.balance, read.held, read.owed) == (65, 20, 0)
    assert read.at == datetime(2030, 6, 1, 0, 4, 0, 123_000, tzinfo=timezone.utc)
    assert read.parked == Parked(datetime(2030, 6, 1, tzinfo=timezone.utc), "BadEvent")
    [request] = script.requests
    assert request.url.path == f"/v1/users/{user}/balance"
    assert dict(request.url.params) == {
        "at": "2030-06-01T00:04:00.000Z",
        "min_position": "postgres:5",
    }


async def test_reads_page_after_page_by_cursor(user: str) -> None:
    pages = [
        answer(200, {"items": [{**ROW, "id": 3}, {**ROW, "id": 2}], "next_cursor": "c2"}),
        answer(200, {"items": [{**ROW, "id": 1}], "next_cursor": None}),
    ]
    client, script = opened(*pages)
    async with client:
        rows = [row async for row in client.transactions(user, type="consume", page_size=2)]
    assert [row.id for row in rows] == [3, 2, 1]
    assert rows[0].seconds == 4.25
    assert rows[0].created_at == datetime(2030, 6, 1, 0, 3, tzinfo=timezone.utc)
    assert [dict(request.url.params).get("cursor") for request in script.requests] == [None, "c2"]


async def test_reads_batches_and_usage(user: str) -> None:
    batch = {
        "batch_id": 7,
        "points": 100,
        "remaining": 65,
        "priority": 50,
        "expires_at": None,
        "created_at": "2030-06-01T00:00:00.000Z",
    }
    day = {"day": "2030-06-01", "consumed": 85, "refunded": 72, "count": 3, "duration": 16.75}
    client, script = opened(answer(200, {"items": [batch]}), answer(200, {"items": [day]}))
    start = datetime(2030, 6, 1, tzinfo=timezone.utc)
    async with client:
        [read] = await client.batches(user)
        [used] = await client.usage(user, start=start, tz="Europe/Berlin")
    assert (read.remaining, read.expires_at) == (65, None)
    assert (used.day, used.source_type, used.consumed, used.seconds) == ("2030-06-01", None, 85, 16.75)
    assert dict(script.requests[1].url.params)["from"] == "2030-06-01T00:00:00.000Z"


async def test_says_which_field_is_not_what_it_must_be(user: str) -> None:
    client, _ = opened(answer(200, {"items": [{**ROW, "amount": "20"}], "next_cursor": None}))
    async with client:
        with pytest.raises(UnexpectedAnswer, match="amount is not a whole number"):
            await client.transaction_page(user)


def stream(*events: str) -> httpx.Response:
    content = "".join(f"{event}\n\n" for event in events).encode()
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=content)


def row_event(event_id: str, id: int) -> str:
    return f"id: {event_id}\nevent: transaction\ndata: {json.dumps({**ROW, 'id': id})}"


async def test_resumes_the_stream_of_rows_behind_the_last_one_it_saw(user: str) -> None:
    steps: list[Step] = [
        stream("retry: 1000\nid: 5.3.0\nevent: open\ndata: {}"),
        stream(": still here", row_event("6.4.0", 6), 'event: end\ndata: {"reason":"token-expired"}'),
        httpx.ReadError("cut off"),
        answer(503, headers={"retry-after": "0"}),
        answer(401),
        stream(row_event("7.5.0", 7), 'event: account\ndata: {"revision": 5}'),
    ]
    client, script = opened(*steps)
    seen: list[tuple[str, int]] = []
    async with client:
        rows = client.live(user)
        async for live in rows:
            seen.append((live.event_id, live.transaction.id))
            if len(seen) == 2:
                break
        await rows.aclose()
    assert seen == [("6.4.0", 6), ("7.5.0", 7)]
    last_ids = [request.headers.get("last-event-id") for request in script.requests]
    assert last_ids == [None, "5.3.0", "6.4.0", "6.4.0", "6.4.0", "6.4.0"]


async def test_does_not_reconnect_where_it_may_not_read(user: str) -> None:
    client, _ = opened(answer(403, {"title": "Forbidden", "detail": "not this user"}))
    async with client:
        with pytest.raises(NotAllowed, match="not this user"):
            async for _live in client.live(user):
                pytest.fail("a row came")


async def test_reads_a_row_whose_text_has_a_line_separator(user: str) -> None:
    text = "first\u2028second\u0085third"
    row = json.dumps({**ROW, "description": text}, ensure_ascii=False)
    content = f"id: 6.4.0\r\nevent: transaction\r\ndata: {row}\r\n\r\n".encode()
    client, _ = opened(httpx.Response(200, headers={"content-type": "text/event-stream"}, content=content))
    async with client:
        rows = client.live(user)
        live = await asyncio.wait_for(rows.__anext__(), 5)
        await rows.aclose()
    assert live.transaction.description == text
