"""What a call is checked against, where stock ministack names it otherwise than AWS does."""

import json
from typing import Any, Callable

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region

from .auto_scaling import find_machine

TAGGING = ("TagResource", "UntagResource", "ListTagsForResource")


def log_group(arn: str, action: str) -> str:
    """All but the tagging calls are checked against `…:log-group:NAME:*`."""
    is_bare = arn.count(":") == 6 and ":log-group:" in arn
    return f"{arn}:*" if is_bare and action not in TAGGING else arn


def group_of_instance(arn: str, fields: dict[str, Any]) -> str:
    """A call that names only an instance is checked against the group that holds it."""
    named = fields.get("InstanceId", "")
    found = find_machine(named[0] if isinstance(named, list) else named) if arn == "*" else None
    return arn if found is None else found[0]["AutoScalingGroupARN"]


def of_ecs(arn: str, action: str, body: bytes) -> str:
    """Stock checks every call that names a cluster against the cluster; AWS checks what the call is about."""
    asked = json.loads(body or b"{}")
    prefix = f"arn:aws:ecs:{get_region()}:{get_account_id()}"
    cluster = asked.get("cluster", "default").rsplit("/", 1)[-1]
    match action:
        case "DescribeServices" | "UpdateService":
            named = asked.get("service") or asked["services"][0]
            return f"{prefix}:service/{cluster}/{named.rsplit('/', 1)[-1]}"
        case "DescribeTasks" | "StopTask":
            named = asked.get("task") or asked["tasks"][0]
            return f"{prefix}:task/{cluster}/{named.rsplit('/', 1)[-1]}"
        case "RunTask":
            return f"{prefix}:task-definition/{asked['taskDefinition'].rsplit('/', 1)[-1]}"
        case "RegisterTaskDefinition" | "DescribeTaskDefinition":
            return "*"
    return arn


def resource_of(
    service: str, method: str, path: str, headers: dict[str, str], body: bytes, fields: dict[str, Any], *scope: str
) -> str:
    arn = stock_resource(service, method, path, headers, body, fields, *scope)
    match service:
        case "logs":
            return log_group(arn, headers.get("x-amz-target", "").split(".")[-1])
        case "autoscaling":
            return group_of_instance(arn, fields)
        case "ecs":
            return of_ecs(arn, headers.get("x-amz-target", "").split(".")[-1], body)
    return arn


stock_resource: Callable[..., str] = iam_actions.extract_resource_arn


def install() -> None:
    iam_actions.extract_resource_arn = resource_of
