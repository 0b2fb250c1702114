"""Auto Scaling groups whose machines are real EC2 records: launching, ending, and keeping to the desired size."""

import time
from typing import Any

from ministack.core.responses import get_account_id, new_uuid
from ministack.services import autoscaling, ec2

from . import scenario
from .journal import JOURNAL
from .launch_template import (
    Group,
    LaunchRefused,
    image_of,
    instance_types,
    market_of,
    profile_of,
    propagated_tags,
    template_data,
    zones_of,
)
from .scope import LOCK

Machine = dict[str, Any]

ACTIVITIES_KEPT_MAX = 200
LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"


def iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03d}Z"


def note_activity(group: Group, description: str, cause: str, refusal: str = "") -> dict[str, Any]:
    """Writes an entry of the group's own log, the newest first."""
    now = iso(time.time())
    activity = {
        "ActivityId": new_uuid(),
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "Description": description,
        "Cause": f"At {now} {cause}",
        "StartTime": now,
        "EndTime": now,
        "StatusCode": "Failed" if refusal else "Successful",
        **({"StatusMessage": refusal} if refusal else {}),
        "Progress": 100,
        "Details": "{}",
    }
    log = group.setdefault("_Activities", [])
    log.insert(0, activity)
    del log[ACTIVITIES_KEPT_MAX:]
    return activity


def is_suspended(group: Group, process: str) -> bool:
    return process in group.get("SuspendedProcesses", [])


def hooks_of(group: Group, transition: str) -> list[dict[str, Any]]:
    name = group["AutoScalingGroupName"]
    return [
        hook
        for hook in autoscaling._hooks.values()
        if hook["AutoScalingGroupName"] == name and hook["LifecycleTransition"] == transition
    ]


def is_live(machine: Machine) -> bool:
    return not machine["LifecycleState"].startswith("Terminating")


def live_machines(group: Group) -> list[Machine]:
    return [one for one in group["Instances"] if is_live(one)]


def choose_pool(group: Group, data: dict[str, Any], zone: str | None) -> tuple[str, str, str]:
    """(type, zone, subnet): the first type that a pool still has, in the zone with the fewest machines."""
    offered = [one for one in zones_of(group) if zone is None or one[0] == zone]
    if not offered:
        raise LaunchRefused(f"The group has no subnet in {zone}.")
    here = [one["AvailabilityZone"] for one in live_machines(group)]
    offered.sort(key=lambda one: here.count(one[0]))
    empty = scenario.current()["without_capacity"]
    for instance_type in instance_types(group, data):
        for name, subnet in offered:
            if f"{instance_type}/{name}" not in empty:
                return instance_type, name, subnet
    raise LaunchRefused(
        "Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available"
        " that matches your request. Launching EC2 instance failed."
        if market_of(group) == "spot"
        else "We currently do not have sufficient capacity for the requested instance types in the Availability"
        " Zones you requested. InsufficientInstanceCapacity. Launching EC2 instance failed."
    )


def launch_one(group: Group, cause: str, zone: str | None = None) -> Machine:
    """Adds one machine: an EC2 record with its tags, and a member of the group. Raises LaunchRefused."""
    data = template_data(group)
    image = image_of(data)
    instance_type, zone_name, subnet = choose_pool(group, data, zone)
    [record] = ec2._launch_instances_internal(
        image_id=image,
        instance_type=instance_type,
        subnet_id=subnet,
        count=1,
        user_data=data.get("UserData", ""),
        sg_ids=data.get("SecurityGroupIds"),
        iam_profile=profile_of(data),
    )
    identifier = record["InstanceId"]
    record["Placement"]["AvailabilityZone"] = zone_name
    record["PublicIpAddress"] = record["PublicDnsName"] = ""
    tags = propagated_tags(group)
    ec2._tags[identifier] = tags
    machine: Machine = {
        "InstanceId": identifier,
        "InstanceType": instance_type,
        "AvailabilityZone": zone_name,
        "LifecycleState": "Pending:Wait" if hooks_of(group, LAUNCHING) else "InService",
        "HealthStatus": "Healthy",
        "ProtectedFromScaleIn": bool(group["NewInstancesProtectedFromScaleIn"]),
        "LaunchTemplate": group.get("LaunchTemplate") or {},
        "LaunchConfigurationName": "",
        "_LaunchedAt": time.time(),
    }
    group["Instances"].append(machine)
    note_activity(group, f"Launching a new EC2 instance: {identifier}", cause)
    JOURNAL.add(
        "instance.launched",
        id=identifier,
        group=group["AutoScalingGroupName"],
        type=instance_type,
        az=zone_name,
        market=market_of(group),
        image=image,
        private_ip=record["PrivateIpAddress"],
        user_data=data.get("UserData", ""),
        profile=record["IamInstanceProfile"] and record["IamInstanceProfile"]["Arn"],
        account=get_account_id(),
        tags={tag["Key"]: tag["Value"] for tag in tags},
    )
    return machine


def end_one(group: Group, machine: Machine, cause: str) -> dict[str, Any]:
    """Ends a machine, or lets it wait for its hook; the second call, after the hook, ends it for good."""
    identifier = machine["InstanceId"]
    if is_live(machine) and hooks_of(group, TERMINATING):
        machine["LifecycleState"] = "Terminating:Wait"
        JOURNAL.add("instance.waits", id=identifier, group=group["AutoScalingGroupName"])
        return note_activity(group, f"Terminating EC2 instance: {identifier}", cause)
    group["Instances"].remove(machine)
    stop_record(identifier)
    JOURNAL.add("instance.terminated", id=identifier, group=group["AutoScalingGroupName"])
    return note_activity(group, f"Terminating EC2 instance: {identifier}", cause)


def stop_record(identifier: str) -> None:
    record = ec2._instances.get(identifier)
    if record is not None:
        record["State"] = {"Code": 48, "Name": "terminated"}
        record["_terminated_at"] = time.time()


def reconcile(group: Group) -> None:
    """Brings a group to its desired size. Protected machines stay even when they are too many."""
    with LOCK:
        lacking = group["DesiredCapacity"] - len(live_machines(group))
        if lacking > 0 and not is_suspended(group, "Launch"):
            launch_up_to(group, lacking)
        if lacking < 0 and not is_suspended(group, "Terminate"):
            unprotected = [one for one in live_machines(group) if not one["ProtectedFromScaleIn"]]
            for machine in unprotected[:-lacking]:
                end_one(group, machine, "the group had more instances than its desired capacity.")


def launch_up_to(group: Group, count: int) -> None:
    """Launches until one is refused; the group's log then says why, and the next minute tries again."""
    for _ in range(count):
        try:
            launch_one(group, "an instance was started because the group had fewer than its desired capacity.")
        except LaunchRefused as refusal:
            note_activity(group, "Launching a new EC2 instance.", "desired capacity was not met.", str(refusal))
            JOURNAL.add("launch.refused", group=group["AutoScalingGroupName"], message=str(refusal))
            return


def find_machine(identifier: str) -> tuple[Group, Machine] | None:
    for group in autoscaling._asgs.values():
        for machine in group["Instances"]:
            if machine["InstanceId"] == identifier:
                return group, machine
    return None


def lose_machine(identifier: str, cause: str) -> None:
    """A machine that ended from outside: the group sees it and replaces it."""
    with LOCK:
        found = find_machine(identifier)
        if found is None:
            return
        group, machine = found
        group["Instances"].remove(machine)
        stop_record(identifier)
        JOURNAL.add("instance.terminated", id=identifier, group=group["AutoScalingGroupName"])
        note_activity(group, f"Terminating EC2 instance: {identifier}", cause)
        reconcile(group)


def set_desired(group: Group, wanted: int) -> None:
    group["DesiredCapacity"] = wanted
    reconcile(group)
