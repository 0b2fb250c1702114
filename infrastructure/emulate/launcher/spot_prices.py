"""EC2's Spot price history: one price a type and zone, as the scenario says."""

from ministack.core.responses import get_region
from ministack.services import ec2

from . import scenario
from .auto_scaling import iso
from .query_api import Answer

# Any moment will do: the emulator knows one price.
SINCE = iso(0)


def describe_spot_price_history(fields: dict[str, str]) -> Answer:
    now = scenario.current()
    wanted = ec2._parse_member_list(fields, "InstanceType")
    zone = ec2._p(fields, "AvailabilityZone")
    zones = [zone] if zone else [f"{get_region()}{letter}" for letter in "abc"]
    items = "".join(
        f"<item><instanceType>{name}</instanceType><productDescription>Linux/UNIX</productDescription>"
        f"<spotPrice>{now['spot_prices_usd'].get(f'{name}/{place}', now['spot_price_usd_default']):.6f}</spotPrice>"
        f"<timestamp>{SINCE}</timestamp><availabilityZone>{place}</availabilityZone></item>"
        for name in wanted
        for place in zones
    )
    return ec2._xml(200, "DescribeSpotPriceHistoryResponse", f"<spotPriceHistorySet>{items}</spotPriceHistorySet>")


def install() -> None:
    ec2._ACTION_MAP["DescribeSpotPriceHistory"] = describe_spot_price_history
