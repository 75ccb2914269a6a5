"""The client of points-ledger, for services that spend points.

``AsyncLedgerClient`` is for asyncio, ``LedgerClient`` for everything else; both have the same words. ``outbox``
publishes commands by the service's own database transaction, ``testing`` has a ledger for a service's own tests.
"""

from ._async_client import AsyncLedgerClient
from ._client import Hold, LedgerClient
from ._json_object import UnexpectedAnswer
from ._reading_calls import LiveTransaction
from .commands import Command, CommandId, CommandRef, derived_id
from .errors import (
    ApiError,
    ClientClosed,
    CommandRefused,
    FieldError,
    InvalidCommand,
    LedgerError,
    NotAllowed,
    NotAuthenticated,
    NotDelivered,
    NotFound,
    OutcomeUnknown,
    Overloaded,
    ResultError,
    TokenUnavailable,
    Unavailable,
)
from .holds import AsyncHold
from .http import Http
from .kafka import Delivery, Kafka
from .reading import (
    Balance,
    Batch,
    Consumption,
    Draw,
    NoQuote,
    Parked,
    Quote,
    Recharge,
    StoredEvent,
    Story,
    StoryCommand,
    Transaction,
    TransactionPage,
    UsageItem,
)
from .results import Accepted, InsufficientPoints, Outcome, Refused, Result, Unknown
from .signing import SigningKey
from .tokens import Token, TokenProvider

__version__ = "0.1.0"

__all__ = [
    "Accepted",
    "ApiError",
    "AsyncHold",
    "AsyncLedgerClient",
    "Balance",
    "Batch",
    "ClientClosed",
    "Command",
    "CommandId",
    "CommandRef",
    "CommandRefused",
    "Consumption",
    "Delivery",
    "Draw",
    "FieldError",
    "Hold",
    "Http",
    "InsufficientPoints",
    "InvalidCommand",
    "Kafka",
    "LedgerClient",
    "LedgerError",
    "LiveTransaction",
    "NoQuote",
    "NotAllowed",
    "NotAuthenticated",
    "NotDelivered",
    "NotFound",
    "Outcome",
    "OutcomeUnknown",
    "Overloaded",
    "Parked",
    "Quote",
    "Recharge",
    "Refused",
    "Result",
    "ResultError",
    "SigningKey",
    "StoredEvent",
    "Story",
    "StoryCommand",
    "Token",
    "TokenProvider",
    "TokenUnavailable",
    "Transaction",
    "TransactionPage",
    "Unavailable",
    "UnexpectedAnswer",
    "Unknown",
    "UsageItem",
    "__version__",
    "derived_id",
]
