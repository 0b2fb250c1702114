"""Alarms as CloudWatch evaluates them: dimensions, periods, M of N, missing data, metric math.

Stock ministack looks at one number of any dimension, and at nothing when there is no data; its evaluator is off.
"""

import logging
import time
from typing import Any, Callable

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from .metric_math import Value
from .metric_values import Window, query_values, series
from .scaling_policies import carry_out
from .scope import LOCK

Alarm = dict[str, Any]

log = logging.getLogger("bp.alarms")

# CloudWatch looks a little further back than the periods it needs, for points that come late.
EXTRA_PERIODS = 2

COMPARED: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def period_seconds(alarm: Alarm) -> int:
    periods = [int(query["MetricStat"]["Period"]) for query in alarm.get("Metrics") or [] if "MetricStat" in query]
    return periods[0] if periods else int(alarm["Period"])


def values_of(alarm: Alarm, now: float) -> list[Value]:
    """The alarm's value in each period of its window, the oldest first."""
    window = Window(now, period_seconds(alarm), int(alarm["EvaluationPeriods"]) + EXTRA_PERIODS, now)
    if not alarm.get("Metrics"):
        return series(alarm, alarm.get("ExtendedStatistic") or alarm["Statistic"], window)
    [returned] = [query["Id"] for query in alarm["Metrics"] if query.get("ReturnData", True)]
    return query_values(alarm["Metrics"], window)[returned]


def decide(alarm: Alarm, values: list[Value]) -> str | None:
    """The state that follows, or None to stay: the table of CloudWatch's guide on missing data.

    The newest points count, as many as there are periods; only when the whole window has fewer, the alarm's rule for
    missing data speaks for the rest.
    """
    needed = int(alarm["EvaluationPeriods"])
    to_alarm = int(alarm.get("DatapointsToAlarm") or needed)
    breaches = COMPARED[alarm["ComparisonOperator"]]
    points = [breaches(value, alarm["Threshold"]) for value in values if value is not None][-needed:]
    lacking = needed - len(points)
    breaching = sum(points)
    match alarm.get("TreatMissingData", "missing"):
        case "breaching":
            breaching += lacking
        case "notBreaching":
            pass
        case "ignore" if lacking > 0 and breaching == len(points) < to_alarm:
            return None
        case "missing" if not points:
            return "INSUFFICIENT_DATA"
        case "missing" if lacking > 0 and breaching == len(points):
            return "ALARM"
    return "ALARM" if breaching >= to_alarm else "OK"


def move(alarm: Alarm, state: str, values: list[Value]) -> None:
    """Changes an alarm's state once: history, its own actions, alarms made of it."""
    was, shown = alarm["StateValue"], [value for value in values if value is not None][-3:]
    reason = f"Threshold Crossed: {shown} {alarm['ComparisonOperator']} {alarm['Threshold']:g}"
    now = int(time.time())
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=now, StateTransitionedTimestamp=now)
    cloudwatch._record_history(alarm["AlarmName"], was, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, was, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def evaluate_one(alarm: Alarm, now: float) -> None:
    values = values_of(alarm, now)
    state = decide(alarm, values)
    if state is not None and state != alarm["StateValue"]:
        move(alarm, state, values)
    if alarm["StateValue"] == "ALARM" and alarm.get("ActionsEnabled", True):
        newest = next((value for value in reversed(values) if value is not None), None)
        if newest is not None:
            # Unlike messages, actions of Auto Scaling are repeated as long as the alarm lasts.
            carry_out(alarm.get("AlarmActions") or [], newest - alarm["Threshold"])


def evaluate_all(now: float) -> None:
    """One look at every alarm; one that cannot be evaluated is reported and stops no other."""
    for alarm in list(cloudwatch._alarms.values()):
        try:
            with LOCK:
                evaluate_one(alarm, now)
        except Exception:
            log.exception("alarm %s", alarm["AlarmName"])


# --- Alarms of templates --------------------------------------------------------------------------


def typed(query: dict[str, Any]) -> dict[str, Any]:
    """A template's query with the types of the API: numbers and truth values may come as text."""
    found = dict(query)
    if "ReturnData" in found:
        found["ReturnData"] = str(found["ReturnData"]).lower() == "true"
    if "MetricStat" in found:
        found["MetricStat"] = {**found["MetricStat"], "Period": int(found["MetricStat"]["Period"])}
    return found


def record_of(name: str, properties: dict[str, Any]) -> Alarm:
    """The alarm's record; stock refuses metric math, so it is given a metric and loses it again."""
    if not properties.get("Metrics"):
        return stock_record(name, properties)
    rest = {key: value for key, value in properties.items() if key != "Metrics"}
    alarm = stock_record(name, {**rest, "MetricName": "math", "Namespace": "math"})
    for key in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit"):
        del alarm[key]
    return {**alarm, "Metrics": [typed(query) for query in properties["Metrics"]]}


stock_record: Callable[[str, dict[str, Any]], Alarm] = provisioners._cw_metric_alarm_record


def install() -> None:
    cloudwatch._evaluate_alarm = lambda alarm: None
    cloudwatch._evaluate_all_alarms = lambda: None
    provisioners._cw_metric_alarm_record = record_of
