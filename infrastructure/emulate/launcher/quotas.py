"""Service Quotas, as the scenario says."""

import json
from typing import Any

from ministack import app
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.core.router import SERVICE_PATTERNS

from . import scenario
from .query_api import Answer

SERVICE = "servicequotas"


def quota(name: str, value: float) -> dict[str, Any]:
    service, code = name.split("/")
    return {
        "ServiceCode": service,
        "QuotaCode": code,
        "QuotaArn": f"arn:aws:{SERVICE}:{get_region()}:{get_account_id()}:{name}",
        "QuotaName": code,
        "Value": float(value),
        "Adjustable": True,
        "GlobalQuota": False,
    }


async def handle(_method: str, _path: str, headers: dict[str, str], body: bytes, _query: Any) -> Answer:
    action = headers.get("x-amz-target", "").split(".")[-1]
    request = json.loads(body or b"{}")
    known = scenario.current()["quotas"]
    match action:
        case "GetServiceQuota" | "GetAWSDefaultServiceQuota":
            name = f"{request.get('ServiceCode')}/{request.get('QuotaCode')}"
            if name in known:
                return json_response({"Quota": quota(name, known[name])})
            return error_response_json("NoSuchResourceException", f"The scenario has no quota {name}.", 400)
        case "ListServiceQuotas":
            service = request.get("ServiceCode")
            return json_response({"Quotas": [quota(one, known[one]) for one in known if one.split("/")[0] == service]})
    return error_response_json("InvalidAction", f"{action} is not emulated", 400)


def install() -> None:
    SERVICE_PATTERNS[SERVICE] = {"target_prefixes": ["ServiceQuotasV20190624"]}
    app.SERVICE_HANDLERS[SERVICE] = handle
