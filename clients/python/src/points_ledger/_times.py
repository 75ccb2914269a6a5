"""Times in messages are RFC 3339 in UTC with milliseconds; in Python they are aware datetimes."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def format_time(at: datetime | str) -> str:
    """Cuts to milliseconds, as the ledger does."""
    moment = parse_time(at) if isinstance(at, str) else at
    if moment.utcoffset() is None:
        raise ValueError("a datetime must be aware: give it a tzinfo, such as timezone.utc")
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def parse_time(text: str) -> datetime:
    """Reads what ``datetime.fromisoformat`` reads only from Python 3.11 on: the Z and any fraction."""
    parts = _RFC_3339.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is no RFC 3339 time with an offset")
    day, clock, fraction, offset = parts.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    return datetime.fromisoformat(f"{day}T{clock}.{micros}{'+00:00' if offset in 'Zz' else offset}")
