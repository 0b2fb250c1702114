"""What the emulated AWS answers where no template decides: stock of machines, quotas, prices."""

from typing import Any

DEFAULTS: dict[str, Any] = {
    # "g6.xlarge/us-east-1a": this pool has no machine to give.
    "without_capacity": [],
    # "g6.xlarge/us-east-1a": this zone has no such machines at all.
    "not_offered": [],
    # Codes of EC2: running on-demand G machines, and Spot requests for them, in vCPUs.
    "quotas": {"ec2/L-DB2E81BA": 64, "ec2/L-3819A6DF": 64},
    "spot_prices_usd": {},
    "spot_price_usd_default": 0.35,
}

_now: dict[str, Any] = dict(DEFAULTS)


def current() -> dict[str, Any]:
    return _now


def change(wanted: dict[str, Any]) -> None:
    """Takes over the given keys. An unknown one is refused: a typing error would test nothing."""
    unknown = sorted(set(wanted) - set(DEFAULTS))
    if unknown:
        raise ValueError(f"a scenario has no {', '.join(unknown)}; it has {', '.join(DEFAULTS)}")
    _now.update(wanted)
