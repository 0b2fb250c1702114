"""EC2's list of which zone offers which machine type: all of them, but those that the scenario takes away."""

from ministack.core.responses import get_region
from ministack.services import ec2

from . import scenario
from .query_api import Answer


def describe_instance_type_offerings(fields: dict[str, str]) -> Answer:
    filters = ec2._parse_filters(fields)
    zones = filters.get("location") or [f"{get_region()}{letter}" for letter in "abc"]
    missing = scenario.current()["not_offered"]
    items = "".join(
        f"<item><instanceType>{name}</instanceType><locationType>availability-zone</locationType>"
        f"<location>{zone}</location></item>"
        for name in filters.get("instance-type", [])
        for zone in zones
        if f"{name}/{zone}" not in missing
    )
    inner = f"<instanceTypeOfferingSet>{items}</instanceTypeOfferingSet>"
    return ec2._xml(200, "DescribeInstanceTypeOfferingsResponse", inner)


def install() -> None:
    ec2._ACTION_MAP["DescribeInstanceTypeOfferings"] = describe_instance_type_offerings
