"""What happened, one JSON object an event, for programs that play the machines and tasks of the emulated cloud."""

import json
import threading
from typing import Any

KEPT_MAX = 10_000


class Journal:
    """Events in order, each with a number. Beyond the bound the oldest go: a reader that far behind is gone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._events: list[dict[str, Any]] = []
        self._last = 0

    def add(self, kind: str, **fields: Any) -> None:
        with self._changed:
            self._last += 1
            self._events.append(json.loads(json.dumps({"n": self._last, "kind": kind, **fields}, default=str)))
            del self._events[:-KEPT_MAX]
            self._changed.notify_all()

    def after(self, number: int, wait_seconds: float) -> list[dict[str, Any]]:
        """The events behind that number; waits for one when there are none yet."""
        with self._changed:
            self._changed.wait_for(lambda: self._last > number, wait_seconds)
            return [event for event in self._events if event["n"] > number]


JOURNAL = Journal()
