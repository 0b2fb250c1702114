"""Values of metrics in periods, in the emulator's time."""

from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch

from . import clock
from .metric_math import Period, Value, evaluate

Query = dict[str, Any]


@dataclass(frozen=True)
class Window:
    """Periods of equal length, the oldest first; the last one ends at `end`."""

    end: float
    period_seconds: float
    count: int
    # The real moment of the look; ages count from here.
    seen_at: float

    def index(self, moment: float) -> int | None:
        ago = int((self.end - moment) // self.period_seconds)
        return self.count - 1 - ago if 0 <= ago < self.count else None


def points_of(namespace: str, name: str, dimensions: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The points of exactly that metric: another set of dimensions is another metric."""
    wanted = cloudwatch._dims_key(cloudwatch._dims_from_list(dimensions))
    return list(cloudwatch._metrics.get((namespace, name, wanted)) or [])


def series(metric: Query, statistic: str, window: Window) -> list[Value]:
    """One value a period, None where there is no point."""
    buckets: list[list[dict[str, Any]]] = [[] for _ in range(window.count)]
    for point in points_of(metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or []):
        at = window.index(clock.seen(point["Timestamp"], window.seen_at))
        if at is not None:
            buckets[at].append(point)
    return [
        cloudwatch._stat_value(cloudwatch._calc_stats(bucket), statistic, bucket) if bucket else None
        for bucket in buckets
    ]


def query_values(queries: list[Query], window: Window) -> dict[str, list[Value]]:
    """The series of each query of a metric-math alarm or of GetMetricData, by its id."""
    found: dict[str, list[Value]] = {
        query["Id"]: series(query["MetricStat"]["Metric"], query["MetricStat"]["Stat"], window)
        for query in queries
        if "MetricStat" in query
    }
    for query in queries:
        if "Expression" in query:
            found[query["Id"]] = computed(query["Expression"], dict(found), window.count)
    return found


def computed(expression: str, metrics: dict[str, list[Value]], count: int) -> list[Value]:
    known = frozenset(name for name, values in metrics.items() if any(one is not None for one in values))
    return [
        evaluate(expression, Period({name: values[at] for name, values in metrics.items()}, known))
        for at in range(count)
    ]
