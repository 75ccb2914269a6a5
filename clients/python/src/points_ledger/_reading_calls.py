"""Reading over HTTP, for code that runs in an event loop."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from ._answers import RETRYABLE_STATUSES, Answer
from ._json import JsonValue, dumps
from ._json_object import JsonObject, parse_object
from ._retry import Backoff, Deadline, retry_after
from ._times import format_time
from .commands import checked_user_id
from .errors import ApiError, TokenUnavailable
from .http import HttpApi, error_of, path_of
from .reading import (
    Balance,
    Batch,
    GroupBy,
    NoQuote,
    Quote,
    Story,
    Transaction,
    TransactionPage,
    TransactionType,
    UsageItem,
)

_log = logging.getLogger("points_ledger")

PAGE_SIZE_MAX = 100
#: The API sends a sign of life more often than this.
_SILENCE_SECONDS_MAX = 60.0
_CONNECT_SECONDS_MAX = 30.0


@dataclass(frozen=True)
class LiveTransaction:
    """A new row. ``live(after=event_id)`` goes on behind it, also after a restart of the process."""

    event_id: str
    transaction: Transaction


class ReadingCalls:
    """The reads of the client. ``wait`` is how long a read is tried again before it is an error."""

    _wait: float

    def _api(self) -> HttpApi:
        raise NotImplementedError

    async def balance(
        self,
        user_id: str | uuid.UUID,
        *,
        at: datetime | None = None,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> Balance:
        """The balance now, or at a time. ``at_least`` is the position of a write that it must include."""
        params = _params(at=at, min_position=at_least)
        return Balance.from_json(await self._read(user_id, "balance", params, wait))

    async def batches(
        self, user_id: str | uuid.UUID, *, at_least: str | None = None, wait: float | None = None
    ) -> list[Batch]:
        """The batches with points left, in the order in which they will be drawn."""
        fields = await self._read(user_id, "batches", _params(min_position=at_least), wait)
        return [Batch.from_json(item) for item in fields.objects("items")]

    async def usage(
        self,
        user_id: str | uuid.UUID,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        group_by: GroupBy = "day",
        tz: str | None = None,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> list[UsageItem]:
        """What was consumed from ``start`` on and before ``end``, by day in ``tz`` or by business."""
        params = _params(start=start, end=end, group_by=group_by, tz=tz, min_position=at_least)
        fields = await self._read(user_id, "usage", params, wait)
        return [UsageItem.from_json(item) for item in fields.objects("items")]

    async def transaction_page(
        self,
        user_id: str | uuid.UUID,
        *,
        type: TransactionType | None = None,
        source_type: str | None = None,
        source_id: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = PAGE_SIZE_MAX,
        cursor: str | None = None,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> TransactionPage:
        """One page of the statement, newest first. The cursor carries its filters."""
        params = _params(
            type=type,
            source_type=source_type,
            source_id=source_id,
            start=start,
            end=end,
            limit=limit,
            cursor=cursor,
            min_position=at_least,
        )
        return TransactionPage.from_json(await self._read(user_id, "transactions", params, wait))

    async def transactions(
        self,
        user_id: str | uuid.UUID,
        *,
        type: TransactionType | None = None,
        source_type: str | None = None,
        source_id: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        page_size: int = PAGE_SIZE_MAX,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> AsyncGenerator[Transaction, None]:
        """The rows of the statement, newest first, read page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = await self.transaction_page(
                user_id,
                type=type,
                source_type=source_type,
                source_id=source_id,
                start=start,
                end=end,
                limit=page_size,
                cursor=cursor,
                at_least=at_least,
                wait=wait,
            )
            for row in page.items:
                yield row
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    async def story(
        self,
        user_id: str | uuid.UUID,
        row: int | str | Transaction,
        *,
        at_least: str | None = None,
        wait: float | None = None,
    ) -> Story:
        """Why a row exists: its event, its command, its consumption and its refunds."""
        name = row.row_ref if isinstance(row, Transaction) else str(row)
        params = _params(min_position=at_least)
        return Story.from_json(await self._read(user_id, f"transactions/{name}", params, wait))

    async def quote(
        self,
        source_type: str,
        *,
        quantity: float | None = None,
        seconds: float | None = None,
        user_id: str | uuid.UUID | None = None,
        wait: float | None = None,
    ) -> Quote | NoQuote:
        """What it would cost now, and whether this user could pay it."""
        fields: dict[str, JsonValue] = {
            "source_type": source_type,
            "quantity": quantity,
            "duration": seconds,
            "user_id": None if user_id is None else checked_user_id(user_id),
        }
        body = dumps({name: value for name, value in fields.items() if value is not None})
        try:
            quoted = await self._api().post("/v1/quotes", body.encode(), self._deadline(wait))
        except ApiError as error:
            code = error.problem.get("code")
            if error.status != 422 or not isinstance(code, str):
                raise
            return NoQuote(code, str(error.problem.get("detail", code)))
        return Quote.from_json(quoted)

    async def live(
        self, user_id: str | uuid.UUID, *, after: str | None = None
    ) -> AsyncGenerator[LiveTransaction, None]:
        """New rows as they appear, each once and in order, across lost connections and expired tokens.

        ``after``: only rows behind this one, by the ``event_id`` or the id of a row; ``"0"`` lies before every
        row, and None means only new rows.
        """
        path = path_of("v1", "users", checked_user_id(user_id), "transactions", "stream")
        last = after
        backoff = Backoff()
        rejections = 0
        while True:
            wait: float | None = None
            headers = {} if last is None else {"last-event-id": last}
            try:
                deadline = Deadline(_CONNECT_SECONDS_MAX)
                async with self._api().stream(path, headers, deadline, _SILENCE_SECONDS_MAX) as response:
                    rejections = rejections + 1 if response.status_code == 401 else 0
                    if response.status_code == 200:
                        async for event in _events_of(response):
                            backoff = Backoff()
                            last = event.id or last
                            if event.name == "transaction" and last is not None:
                                row = Transaction.from_json(JsonObject(parse_object(event.data)))
                                yield LiveTransaction(last, row)
                    else:
                        wait = await _wait_after(response, rejections)
            except (httpx.RequestError, asyncio.TimeoutError, TokenUnavailable) as error:
                _log.info("the stream of rows was interrupted", extra={"error": str(error)})
            await asyncio.sleep(backoff.next(wait))

    async def _read(
        self, user_id: str | uuid.UUID, what: str, params: Mapping[str, str], wait: float | None
    ) -> JsonObject:
        path = path_of("v1", "users", checked_user_id(user_id), *what.split("/"))
        return await self._api().get(path, params, self._deadline(wait))

    def _deadline(self, wait: float | None) -> Deadline:
        return Deadline(self._wait if wait is None else wait)


#: Of names that are no good ones in Python.
_PARAMETER_NAMES = {"start": "from", "end": "to"}


def _params(**given: str | int | datetime | None) -> dict[str, str]:
    return {
        _PARAMETER_NAMES.get(name, name): format_time(value) if isinstance(value, datetime) else str(value)
        for name, value in given.items()
        if value is not None
    }


@dataclass
class _ServerSentEvent:
    id: str | None = None
    name: str = "message"
    data: str = ""


async def _events_of(response: httpx.Response) -> AsyncIterator[_ServerSentEvent]:
    """Events of ``text/event-stream``; an event that the connection cut off is not one."""
    event, lines = _ServerSentEvent(), list[str]()
    async for line in _lines_of(response):
        if line == "":
            event.data = "\n".join(lines)
            if event.id is not None or lines:
                yield event
            event, lines = _ServerSentEvent(), []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "id":
            event.id = value
        elif field == "event":
            event.name = value
        elif field == "data":
            lines.append(value)


async def _lines_of(response: httpx.Response) -> AsyncIterator[str]:
    """The library would also end lines at U+2028 and others, which may stand in the text of a row."""
    rest = ""
    async for text in response.aiter_text():
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield line.removesuffix("\r")


async def _wait_after(response: httpx.Response, rejections: int) -> float | None:
    """How long an answer that is no stream says to wait. Raises what waiting can not mend."""
    status = response.status_code
    # A token that has expired is replaced once.
    if status in RETRYABLE_STATUSES or (status == 401 and rejections == 1):
        return retry_after(response.headers.get("retry-after"))
    raise error_of(Answer(status, response.headers, await response.aread()))
