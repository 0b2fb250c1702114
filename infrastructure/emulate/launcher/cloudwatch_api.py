"""CloudWatch's own calls where stock ministack answers less than bp's Lambda and dashboards ask."""

import json
import time
from typing import Any, Callable

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import cloudwatch, sns

from . import clock
from .alarms import Alarm
from .metric_values import Window, query_values

Answer = tuple[int, dict[str, str], Any]
Request = dict[str, Any]

POINTS_MAX = 100_800


# --- GetMetricData --------------------------------------------------------------------------------


def window_of(request: Request, period: int) -> Window:
    """Periods begin at full multiples of their length, as CloudWatch's do."""
    start, end = (cloudwatch._parse_ts(request[key]) for key in ("StartTime", "EndTime"))
    first, last = int(start // period), int(-(-end // period))
    return Window(last * period, period, max(1, min(last - first, POINTS_MAX)), time.time())


def result_of(query: Request, values: list[float | None], window: Window, newest_first: bool) -> dict[str, Any]:
    begin = window.end - window.count * window.period_seconds
    points = [
        (cloudwatch._ts_iso(begin + at * window.period_seconds), value)
        for at, value in enumerate(values)
        if value is not None
    ]
    if newest_first:
        points.reverse()
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or query.get("Expression") or query["MetricStat"]["Metric"]["MetricName"],
        "Timestamps": [moment for moment, _value in points],
        "Values": [value for _moment, value in points],
        "StatusCode": "Complete",
    }


def get_metric_data(params: Request, request: Request, is_cbor: bool, is_json: bool = False) -> Answer:
    """With expressions, the order that was asked for, and the emulator's time; stock's own by the query protocol."""
    if not (is_cbor or is_json):
        return stock_get_metric_data(params, request, is_cbor, is_json)
    queries = request.get("MetricDataQueries", [])
    periods = [int(query["MetricStat"]["Period"]) for query in queries if "MetricStat" in query]
    window = window_of(request, periods[0] if periods else 60)
    found = query_values(queries, window)
    newest_first = request.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results = [
        result_of(query, found[query["Id"]], window, newest_first) for query in queries if query.get("ReturnData", True)
    ]
    if is_cbor:
        return cloudwatch._cbor_ok({"MetricDataResults": [cloudwatch._cbor_metric_data_result(one) for one in results]})
    return cloudwatch._json_ok({"MetricDataResults": results})


def get_metric_statistics(params: Request, request: Request, is_cbor: bool, is_json: bool = False) -> Answer:
    """Stock's answer; in fast time it sees the points where they seem to lie."""
    if clock.speed() == 1.0:
        return stock_get_metric_statistics(params, request, is_cbor, is_json)
    now, real = time.time(), cloudwatch._metrics
    cloudwatch._metrics = {
        key: [{**point, "Timestamp": clock.seen(point["Timestamp"], now)} for point in points]
        for key, points in real.items()
    }
    try:
        return stock_get_metric_statistics(params, request, is_cbor, is_json)
    finally:
        cloudwatch._metrics = real


# --- Alarms ---------------------------------------------------------------------------------------


def describe_alarms(params: Request, request: Request, is_cbor: bool, is_json: bool = False) -> Answer:
    """Stock's answer over the alarms with an action that begins as asked."""
    prefix = request.get("ActionPrefix")
    if not prefix:
        return stock_describe_alarms(params, request, is_cbor, is_json)
    names = [name for name, alarm in cloudwatch._alarms.items() if has_action(alarm, prefix)]
    names = [name for name in names if name in request.get("AlarmNames", names)]
    # No alarm has this name: stock reads an empty list of names as "all".
    asked = {key: value for key, value in request.items() if key != "ActionPrefix"}
    return stock_describe_alarms(params, {**asked, "AlarmNames": names or ["\0"]}, is_cbor, is_json)


def has_action(alarm: Alarm, prefix: str) -> bool:
    lists = ("AlarmActions", "OKActions", "InsufficientDataActions")
    return any(action.startswith(prefix) for each in lists for action in alarm.get(each) or [])


ACTIONS_OF = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}


TRIGGER = (
    "MetricName Namespace Statistic Dimensions Period Metrics Threshold EvaluationPeriods ComparisonOperator"
    " TreatMissingData"
).split()


def message_of(alarm: Alarm, was: str, state: str, reason: str) -> dict[str, Any]:
    """The message that people and the Lambda get; stock leaves the ARN out."""
    trigger = {key: alarm[key] for key in TRIGGER if alarm.get(key) is not None}
    return {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription", ""),
        "AWSAccountId": get_account_id(),
        "NewStateValue": state,
        "NewStateReason": reason,
        "StateChangeTime": cloudwatch._ts_iso(time.time()),
        "Region": get_region(),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": was,
        "Trigger": trigger,
    }


def dispatch_actions(alarm: Alarm, was: str, state: str, reason: str) -> None:
    """Speaks to the topics of the new state. Scaling policies run elsewhere, because they are repeated."""
    if not alarm.get("ActionsEnabled", True):
        return
    message = json.dumps(message_of(alarm, was, state, reason))
    subject = f'{state}: "{alarm["AlarmName"]}" in {get_region()}'[:100]
    for action in alarm.get(ACTIONS_OF[state]) or []:
        if action.split(":")[2] == "sns":
            sns._fanout(action, new_uuid(), message, subject)


stock_get_metric_data: Callable[..., Answer] = cloudwatch._get_metric_data
stock_get_metric_statistics: Callable[..., Answer] = cloudwatch._get_metric_statistics
stock_describe_alarms: Callable[..., Answer] = cloudwatch._describe_alarms


def install() -> None:
    cloudwatch._get_metric_data = get_metric_data
    cloudwatch._get_metric_statistics = get_metric_statistics
    cloudwatch._describe_alarms = describe_alarms
    cloudwatch._dispatch_alarm_actions = dispatch_actions
