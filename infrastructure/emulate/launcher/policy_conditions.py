"""Condition keys that bp's policies use and stock ministack does not fill: tags of groups and machines, namespaces."""

import json
from typing import Any, Callable

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import autoscaling, ec2

from .auto_scaling import find_machine

Context = dict[str, Any]


def first(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name, "")
    return value[0] if isinstance(value, list) else value


def tag_keys(prefixes: tuple[str, ...], tags: list[dict[str, str]]) -> Context:
    return {f"{prefix}:ResourceTag/{tag['Key']}".lower(): tag["Value"] for prefix in prefixes for tag in tags}


def of_group(fields: dict[str, Any]) -> Context:
    """The tags of the group that a call names, itself or by one of its machines."""
    found = find_machine(first(fields, "InstanceId"))
    name = first(fields, "AutoScalingGroupName") or (found[0]["AutoScalingGroupName"] if found else "")
    return tag_keys(("aws", "autoscaling"), autoscaling._tags.get(name) or [])


def of_machine(fields: dict[str, Any]) -> Context:
    named = first(fields, "InstanceId.1") or first(fields, "InstanceId") or first(fields, "ResourceId.1")
    return tag_keys(("aws", "ec2"), ec2._tags.get(named) or [])


def of_metrics(body: bytes, fields: dict[str, Any]) -> Context:
    request = json.loads(body) if body[:1] == b"{" else fields
    return {"cloudwatch:namespace": first(request, "Namespace")}


def of_ecs(body: bytes) -> Context:
    cluster = json.loads(body or b"{}").get("cluster", "default").rsplit("/", 1)[-1]
    return {"ecs:cluster": f"arn:aws:ecs:{get_region()}:{get_account_id()}:cluster/{cluster}"}


def context_of(service: str, action: str, body: bytes, fields: dict[str, Any]) -> Context:
    context = stock_context(service, action, body, fields)
    match service:
        case "autoscaling":
            return {**context, **of_group(fields)}
        case "ec2":
            return {**context, **of_machine(fields)}
        case "ecs":
            return {**context, **of_ecs(body)}
        case "monitoring" | "cloudwatch":
            return {**context, **of_metrics(body, fields)}
    return context


stock_context: Callable[[str, str, bytes, dict[str, Any]], Context] = iam_actions.request_tag_context


def install() -> None:
    iam_actions.request_tag_context = context_of
