"""What happens once in each emulated minute: groups keep to their size, metrics of AWS appear, alarms are looked at."""

import logging
import threading
import time
from typing import Any, Callable

from ministack.services import alb, autoscaling, cloudwatch, ecs

from . import alarms, clock
from .auto_scaling import Group, reconcile
from .scope import LOCK, home_scope

log = logging.getLogger("bp.minutes")

# How often the loop looks whether the minute is over: the speed may change while it waits.
LOOK_SECONDS = 0.05


def group_sizes(group: Group) -> dict[str, int]:
    states = [machine["LifecycleState"] for machine in group["Instances"]]
    return {
        "GroupMinSize": group["MinSize"],
        "GroupMaxSize": group["MaxSize"],
        "GroupDesiredCapacity": group["DesiredCapacity"],
        "GroupInServiceInstances": states.count("InService"),
        "GroupPendingInstances": sum(state.startswith("Pending") for state in states),
        "GroupStandbyInstances": states.count("Standby"),
        "GroupTerminatingInstances": sum(state.startswith("Terminating") for state in states),
        "GroupTotalInstances": len(states),
    }


def record_groups() -> None:
    for name, group in list(autoscaling._asgs.items()):
        sizes = group_sizes(group)
        for metric in group.get("EnabledMetrics", []):
            dimensions = {"AutoScalingGroupName": name}
            cloudwatch.record_metric("AWS/AutoScaling", metric, sizes[metric], dimensions=dimensions)


def record_services() -> None:
    """Container Insights' counts of each service."""
    for service in list(ecs._services.values()):
        if service["status"] != "ACTIVE":
            continue
        dimensions = {
            "ClusterName": service["clusterArn"].rsplit("/", 1)[-1],
            "ServiceName": service["serviceName"],
        }
        for metric, key in (("DesiredTaskCount", "desiredCount"), ("RunningTaskCount", "runningCount")):
            cloudwatch.record_metric("ECS/ContainerInsights", metric, service[key], dimensions=dimensions)


def record_targets() -> None:
    """How many targets stand behind each load balancer; whether they answer is the rehearsal's question."""
    for arn, group in list(alb._tgs.items()):
        for balancer in group.get("LoadBalancerArns") or []:
            dimensions = {
                "TargetGroup": arn.split(":")[-1],
                "LoadBalancer": balancer.split("loadbalancer/")[-1],
            }
            count = len(alb._targets.get(arn) or [])
            cloudwatch.record_metric("AWS/ApplicationELB", "HealthyHostCount", count, dimensions=dimensions)


def keep_sizes() -> None:
    """A group that could not launch tries again."""
    with LOCK:
        for group in list(autoscaling._asgs.values()):
            reconcile(group)


STEPS: tuple[Callable[[], Any], ...] = (keep_sizes, record_groups, record_services, record_targets)


def one_minute() -> None:
    for step in STEPS:
        try:
            step()
        except Exception:
            log.exception("%s", step.__name__)
    alarms.evaluate_all(clock.tick())


def run_for_ever() -> None:
    began = time.monotonic()
    while True:
        time.sleep(LOOK_SECONDS)
        if time.monotonic() - began < clock.tick_seconds():
            continue
        began = time.monotonic()
        with home_scope():
            one_minute()


def start() -> None:
    threading.Thread(target=run_for_ever, name="bp-minutes", daemon=True).start()
