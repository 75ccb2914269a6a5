"""What a service has that installed the package without its extras."""

from __future__ import annotations

import subprocess
import sys

_WITHOUT_EXTRAS = """
import sys
for name in ("confluent_kafka", "sqlalchemy", "opentelemetry"):
    sys.modules[name] = None
from points_ledger.testing import FakeLedger
user = "d4930aff-f7b8-541b-ad96-1cb0b5223736"
ledger = FakeLedger()
ledger.give(user, 10)
with ledger.client() as client:
    print(client.consume(user, "script", points=4).require().balance)
"""


def test_works_over_http_without_kafka_sqlalchemy_and_opentelemetry() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _WITHOUT_EXTRAS], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stdout, ran.stderr) == ("6\n", "")


_FOR_THE_OUTBOX_ALONE = """
import sys
sys.modules["confluent_kafka"] = None
from points_ledger import Kafka
from points_ledger.outbox import Outbox
Outbox("/tts")
try:
    Kafka({"bootstrap.servers": "kafka:9092"}, source="/tts")
except ImportError as error:
    print(error)
"""


def test_adds_to_the_outbox_without_kafka_and_says_what_kafka_needs() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _FOR_THE_OUTBOX_ALONE], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stderr == ""
    assert ran.stdout == "Kafka needs confluent-kafka: pip install 'points-ledger[kafka]'\n"
