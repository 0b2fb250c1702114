"""What an alarm's action does to an Auto Scaling group."""

import math
import time
from typing import Any

from ministack.services import autoscaling

from . import clock
from .auto_scaling import Group, is_suspended, note_activity, set_desired

Policy = dict[str, Any]

# Of each policy, by its ARN: when it ran, and how many machines it added. Only runs that may still count are kept.
_runs: dict[str, list[tuple[float, int]]] = {}


def policy_of(arn: str) -> Policy | None:
    return next((one for one in autoscaling._policies.values() if one["PolicyARN"] == arn), None)


def step_adjustment(policy: Policy, excess: float) -> int | None:
    """The adjustment of the step in which the value lies; its distance from the threshold decides."""
    for step in policy.get("StepAdjustments", []):
        lower = step.get("MetricIntervalLowerBound", -math.inf)
        upper = step.get("MetricIntervalUpperBound", math.inf)
        if lower <= excess < upper or (upper <= 0 and lower < excess <= upper):
            return int(step["ScalingAdjustment"])
    return None


def changed_by(policy: Policy, adjustment: int, desired: int) -> int:
    match policy.get("AdjustmentType"):
        case "ExactCapacity":
            return adjustment - desired
        case "PercentChangeInCapacity":
            share = desired * adjustment / 100
            return math.floor(share) if share > 1 or share < -1 else int(math.copysign(1, share)) if share else 0
        case _:
            return adjustment


def still_warming(policy: Policy, now: float) -> int:
    """Machines of earlier runs that are not warm yet; steps count them as if they were there."""
    warm_seconds = policy.get("EstimatedInstanceWarmup", 300) / clock.speed()
    arn = policy["PolicyARN"]
    _runs[arn] = [one for one in _runs.get(arn, []) if now - one[0] < warm_seconds]
    return sum(added for _at, added in _runs[arn])


def is_cooling(policy: Policy, group: Group, now: float) -> bool:
    seconds = policy.get("Cooldown", group["DefaultCooldown"]) / clock.speed()
    runs = _runs.get(policy["PolicyARN"], [])
    return policy["PolicyType"] == "SimpleScaling" and bool(runs) and now - runs[-1][0] < seconds


def run(policy: Policy, excess: float) -> None:
    """One run of a policy at an alarm whose value is `excess` above its threshold."""
    now, group = time.time(), autoscaling._asgs.get(policy["AutoScalingGroupName"])
    if group is None or not policy.get("Enabled", True) or is_suspended(group, "AlarmNotification"):
        return
    is_step = policy["PolicyType"] == "StepScaling"
    adjustment = step_adjustment(policy, excess) if is_step else policy.get("ScalingAdjustment")
    if adjustment is None or is_cooling(policy, group, now):
        return
    desired = group["DesiredCapacity"]
    change = changed_by(policy, adjustment, desired)
    if is_step and change > 0:
        change = max(0, change - still_warming(policy, now))
    wanted = min(max(desired + change, group["MinSize"]), group["MaxSize"])
    if wanted == desired:
        return
    _runs.setdefault(policy["PolicyARN"], []).append((now, max(0, wanted - desired)))
    note_activity(
        group,
        f"Setting desired capacity from {desired} to {wanted}.",
        f"a monitor alarm triggered policy {policy['PolicyName']} changing the desired capacity from {desired}"
        f" to {wanted}.",
    )
    set_desired(group, wanted)


def carry_out(actions: list[str], excess: float) -> None:
    """Runs the scaling policies among an alarm's actions."""
    for arn in actions:
        policy = policy_of(arn) if ":scalingPolicy:" in arn else None
        if policy is not None:
            run(policy, excess)
