"""Time that can run faster, for alarms: at speed 60, one second here is a minute there.

A minute there is what lies between two ticks, however long that took on a slow machine. Points of metrics keep their
real time; whoever reads them sees their age in those minutes. So periods of 60 s, missing minutes and look-backs keep
their meaning, and nothing in an alarm's definition changes.
"""

import time
from bisect import bisect_right

SPEED_MAX = 120.0
MINUTE = 60.0
# Enough for the longest look-back of an alarm, 30 minutes, and of the Lambda, 180.
TICKS_KEPT_MAX = 400

_speed = 1.0
_ticks: list[float] = []


def speed() -> float:
    return _speed


def set_speed(wanted: float) -> None:
    global _speed
    if not 1.0 <= wanted <= SPEED_MAX:
        raise ValueError(f"speed must be between 1 and {SPEED_MAX:g}, not {wanted:g}")
    _speed = wanted


def tick_seconds() -> float:
    """Real seconds of one emulated minute."""
    return MINUTE / _speed


def tick() -> float:
    """Ends an emulated minute now, and gives this moment."""
    now = time.time()
    _ticks.append(now)
    del _ticks[:-TICKS_KEPT_MAX]
    return now


def seen(moment: float, now: float) -> float:
    """A moment's time as a reader of metrics sees it who looks at `now`."""
    ticks = list(_ticks)
    if not ticks:
        return moment
    last = now - min((now - ticks[-1]) * _speed, MINUTE) if now > ticks[-1] else now
    after = bisect_right(ticks, moment)
    if after == len(ticks):
        return min(last + (moment - ticks[-1]) * _speed, max(now, last))
    # The end of the minute in which the moment lies.
    ended = last - MINUTE * (len(ticks) - 1 - after)
    if after == 0:
        return ended - (ticks[0] - moment)
    return ended - MINUTE * (ticks[after] - moment) / (ticks[after] - ticks[after - 1])
