"""Application Auto Scaling: the counts of ECS services have bounds here, but nothing moves them by itself.

Its metrics (CPU of tasks, requests per target) do not exist without machines, so target tracking would track nothing.
"""

import json
from typing import Any

from ministack import app
from ministack.core.responses import (
    error_response_json,
    get_account_id,
    get_region,
    json_response,
    new_uuid,
    now_iso,
)
from ministack.core.router import SERVICE_PATTERNS

from .query_api import Answer

SERVICE = "application-autoscaling"

_targets: dict[str, dict[str, Any]] = {}
_policies: dict[str, dict[str, Any]] = {}


def register(properties: dict[str, Any]) -> str:
    """Keeps a scalable target and gives its identifier, in the form that CloudFormation's Ref has."""
    identity = [str(properties[key]) for key in ("ResourceId", "ScalableDimension", "ServiceNamespace")]
    identifier = "|".join(identity)
    arn = f"arn:aws:{SERVICE}:{get_region()}:{get_account_id()}:scalable-target/{new_uuid()}"
    kept = _targets.get(identifier, {"ScalableTargetARN": arn, "CreationTime": now_iso()})
    wanted = {
        key: value for key, value in properties.items() if key not in ("Tags", "MinCapacity", "MaxCapacity")
    }
    sizes = {key: int(properties[key]) for key in ("MinCapacity", "MaxCapacity") if key in properties}
    _targets[identifier] = {**kept, **wanted, **sizes}
    return identifier


def deregister(identifier: str) -> None:
    _targets.pop(identifier, None)


def put_policy(arn: str, properties: dict[str, Any]) -> None:
    resource, dimension, namespace = properties["ScalingTargetId"].split("|")
    _policies[arn] = {
        "PolicyARN": arn,
        "PolicyName": properties["PolicyName"],
        "PolicyType": properties["PolicyType"],
        "ServiceNamespace": namespace,
        "ResourceId": resource,
        "ScalableDimension": dimension,
        "TargetTrackingScalingPolicyConfiguration": properties.get("TargetTrackingScalingPolicyConfiguration"),
        "CreationTime": now_iso(),
    }


def delete_policy(arn: str) -> None:
    _policies.pop(arn, None)


def asked(records: dict[str, dict[str, Any]], request: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = request.get("ResourceIds") or [request.get("ResourceId")]
    return [one for one in records.values() if wanted == [None] or one["ResourceId"] in wanted]


async def handle(_method: str, _path: str, headers: dict[str, str], body: bytes, _query: Any) -> Answer:
    action = headers.get("x-amz-target", "").split(".")[-1]
    request = json.loads(body or b"{}")
    match action:
        case "RegisterScalableTarget":
            identifier = register(request)
            return json_response({"ScalableTargetARN": _targets[identifier]["ScalableTargetARN"]})
        case "DescribeScalableTargets":
            return json_response({"ScalableTargets": asked(_targets, request)})
        case "DescribeScalingPolicies":
            return json_response({"ScalingPolicies": asked(_policies, request)})
        case "DescribeScalingActivities":
            return json_response({"ScalingActivities": []})
    return error_response_json("UnknownOperationException", f"{action} is not emulated", 400)


def install() -> None:
    SERVICE_PATTERNS[SERVICE] = {"target_prefixes": ["AnyScaleFrontendService"]}
    app.SERVICE_HANDLERS[SERVICE] = handle
