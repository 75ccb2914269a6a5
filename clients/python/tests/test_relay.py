"""The relay of the outbox, as far as it needs no database."""

from __future__ import annotations

import subprocess
import sys

# A signal handler runs between any two lines of the main thread, those of libraries too. A trace function does so
# behind each of them.
_WOKEN_BETWEEN_ANY_TWO_LINES = """
import sys
from sqlalchemy import create_engine
from points_ledger.outbox import Relay, RelayOptions

class Idle(Relay):
    rounds = 0
    def run_once(self):
        self.rounds += 1
        return 0

engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
relay = Idle(engine, print, RelayOptions(poll_seconds=60))

def on_line(*_):
    if relay.rounds < 20:
        relay.wake()
    else:
        relay.close()
    return on_line

sys.settrace(on_line)
relay.run()
sys.settrace(None)
print("closed after", relay.rounds)
"""


def test_signal_handlers_may_wake_and_close_it_at_any_moment() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _WOKEN_BETWEEN_ANY_TWO_LINES],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("closed after 20\n", "")
