"""An API whose answers a test has written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Union

import httpx

Answer = Union[httpx.Response, Exception]
Step = Union[Answer, Callable[[httpx.Request], Answer]]


@dataclass
class ScriptedApi(httpx.AsyncBaseTransport):
    """Gives one answer after the other; the last one is repeated."""

    steps: list[Step]
    requests: list[httpx.Request] = field(default_factory=list[httpx.Request])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        step = self.steps[min(len(self.requests), len(self.steps)) - 1]
        answer = step(request) if callable(step) else step
        if isinstance(answer, Exception):
            raise answer
        # A response can be read once.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def answer(
    status: int, body: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    content = b"" if body is None else json.dumps(body).encode()
    return httpx.Response(status, headers=headers, content=content)


def outcome(**fields: object) -> dict[str, object]:
    return {
        "command_id": "job-1",
        "command_source": "api:svc",
        "command_type": "ConsumePoints",
        "user_id": "d4930aff-f7b8-541b-ad96-1cb0b5223736",
        "status": "accepted",
        "code": None,
        "detail": None,
        "balance": 940,
        "owed": 0,
        "points": 20,
        "collected": None,
        "uncollected": None,
        "consumption_id": "job-1",
        "recharge_id": None,
        "batch_id": None,
        "position": "postgres:0000000000000005",
        "replayed": False,
        **fields,
    }
