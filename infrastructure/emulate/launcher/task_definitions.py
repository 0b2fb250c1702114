"""Task definitions of templates keep their secrets, their platform and their storage; stock ministack drops them."""

from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import provisioners

TYPE = "AWS::ECS::TaskDefinition"
KEPT = {"RuntimePlatform": "runtimePlatform", "EphemeralStorage": "ephemeralStorage"}


def complete(arn: str, properties: dict[str, Any]) -> None:
    record = ecs._task_defs[arn.rsplit("/", 1)[-1]]
    for name, key in KEPT.items():
        if name in properties:
            record[key] = provisioners._pascal_to_camel(properties[name])
    for container, given in zip(record["containerDefinitions"], properties["ContainerDefinitions"], strict=True):
        for name in ("Secrets", "HealthCheck", "LinuxParameters", "DependsOn", "Ulimits"):
            if name in given:
                key = name[0].lower() + name[1:]
                container[key] = provisioners._pascal_to_camel(given[name])
    record["volumes"] = provisioners._pascal_to_camel(properties.get("Volumes", []))


def create(logical: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    arn, attributes = stock["create"](logical, properties, stack)
    complete(arn, properties)
    return arn, attributes


def update(
    identifier: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical: str | None = None
) -> tuple[str, dict[str, Any]]:
    arn, attributes = stock["update"](identifier, old, new, stack, logical)
    complete(arn, new)
    return arn, attributes


stock: dict[str, Any] = dict(provisioners._RESOURCE_HANDLERS[TYPE])


def install() -> None:
    provisioners._RESOURCE_HANDLERS[TYPE].update(create=create, update=update)
