"""The actions of Auto Scaling that ministack lacks or only pretends to have."""

from typing import Any, Callable

from ministack.services import autoscaling, ec2
from ministack.services.cloudformation import provisioners

from .auto_scaling import (
    Group,
    end_one,
    find_machine,
    launch_one,
    lose_machine,
    note_activity,
    reconcile,
    set_desired,
)
from .launch_template import LaunchRefused, instance_types, market_of, template_data, zones_of
from .query_api import Answer
from .scope import LOCK

Fields = dict[str, str]
PAGE_MAX = 100
SIZES = ("MinSize", "MaxSize", "DesiredCapacity")
PROCESSES = (
    "Launch Terminate AddToLoadBalancer AlarmNotification AZRebalance HealthCheck InstanceRefresh"
    " ReplaceUnhealthy ScheduledActions"
).split()
UNHEALTHY = "an instance was taken out of service in response to an EC2 health check."
GROUP_METRICS = (
    "GroupMinSize GroupMaxSize GroupDesiredCapacity GroupInServiceInstances GroupPendingInstances"
    " GroupStandbyInstances GroupTerminatingInstances GroupTotalInstances"
).split()

field = autoscaling._p
members = autoscaling._parse_member_list


def answer(action: str, result: Any) -> Answer:
    inner = autoscaling._member_xml(result)
    return autoscaling._xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>")


def refuse(message: str, code: str = "ValidationError") -> Answer:
    return autoscaling._error(code, message)


def is_true(fields: Fields, name: str) -> bool:
    return field(fields, name) == "true"


def group_of(fields: Fields) -> Group | None:
    return autoscaling._asgs.get(field(fields, "AutoScalingGroupName"))


def no_group(fields: Fields) -> Answer:
    return refuse(f"AutoScalingGroup name not found - null: {field(fields, 'AutoScalingGroupName')}")


# --- Describing -----------------------------------------------------------------------------------

SHOWN = (
    "AutoScalingGroupName AutoScalingGroupARN MinSize MaxSize DesiredCapacity DefaultCooldown AvailabilityZones"
    " HealthCheckType HealthCheckGracePeriod CreatedTime VPCZoneIdentifier TerminationPolicies"
    " NewInstancesProtectedFromScaleIn MixedInstancesPolicy CapacityRebalance"
).split()


def machine_view(machine: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in machine.items() if not key.startswith("_") and value != ""}
    return {key: value for key, value in shown.items() if value != {}}


def group_view(group: Group) -> dict[str, Any]:
    view = {key: group[key] for key in SHOWN if group.get(key) not in (None, "")}
    if not group.get("MixedInstancesPolicy") and group.get("LaunchTemplate"):
        view["LaunchTemplate"] = group["LaunchTemplate"]
    view["Instances"] = [machine_view(one) for one in group["Instances"]]
    view["Tags"] = autoscaling._tags.get(group["AutoScalingGroupName"]) or []
    suspended = group.get("SuspendedProcesses", [])
    view["SuspendedProcesses"] = [{"ProcessName": one, "SuspensionReason": "User suspended"} for one in suspended]
    view["EnabledMetrics"] = [{"Metric": one, "Granularity": "1Minute"} for one in group.get("EnabledMetrics", [])]
    return view


def filters_of(fields: Fields) -> list[tuple[str, list[str]]]:
    found = []
    at = 1
    while name := field(fields, f"Filters.member.{at}.Name"):
        found.append((name, members(fields, f"Filters.member.{at}.Values")))
        at += 1
    return found


def matches(group: Group, filters: list[tuple[str, list[str]]]) -> bool:
    tags = {tag["Key"]: tag["Value"] for tag in autoscaling._tags.get(group["AutoScalingGroupName"]) or []}
    for name, values in filters:
        match name:
            case "tag-key":
                fits = any(key in values for key in tags)
            case "tag-value":
                fits = any(value in values for value in tags.values())
            case _:
                fits = name.startswith("tag:") and tags.get(name.removeprefix("tag:")) in values
        if not fits:
            return False
    return True


def page(fields: Fields, records: list[Any]) -> tuple[list[Any], dict[str, str]]:
    """One page and the token of the next: the place where it begins."""
    start = int(field(fields, "NextToken") or 0)
    size = int(field(fields, "MaxRecords") or PAGE_MAX)
    rest = {"NextToken": str(start + size)} if start + size < len(records) else {}
    return records[start : start + size], rest


def describe_groups(fields: Fields) -> Answer:
    names, filters = members(fields, "AutoScalingGroupNames"), filters_of(fields)
    found = [
        group_view(group)
        for name, group in sorted(autoscaling._asgs.items())
        if (not names or name in names) and matches(group, filters)
    ]
    shown, rest = page(fields, found)
    return answer("DescribeAutoScalingGroups", {"AutoScalingGroups": shown, **rest})


def describe_instances(fields: Fields) -> Answer:
    wanted = members(fields, "InstanceIds")
    found = [
        {"AutoScalingGroupName": name, **machine_view(machine)}
        for name, group in sorted(autoscaling._asgs.items())
        for machine in group["Instances"]
        if not wanted or machine["InstanceId"] in wanted
    ]
    shown, rest = page(fields, found)
    return answer("DescribeAutoScalingInstances", {"AutoScalingInstances": shown, **rest})


def describe_activities(fields: Fields) -> Answer:
    name = field(fields, "AutoScalingGroupName")
    found = [
        activity
        for group_name, group in sorted(autoscaling._asgs.items())
        if name in ("", group_name)
        for activity in group.get("_Activities", [])
    ]
    shown, rest = page(fields, found)
    return answer("DescribeScalingActivities", {"Activities": shown, **rest})


# --- Sizes ----------------------------------------------------------------------------------------


def set_desired_capacity(fields: Fields) -> Answer:
    with LOCK:
        group = group_of(fields)
        if group is None:
            return no_group(fields)
        wanted, name = int(field(fields, "DesiredCapacity")), group["AutoScalingGroupName"]
        if wanted > group["MaxSize"]:
            bound = f"above max value {group['MaxSize']}"
        elif wanted < group["MinSize"]:
            bound = f"below min value {group['MinSize']}"
        else:
            set_desired(group, wanted)
            return answer("SetDesiredCapacity", {})
        return refuse(f"New SetDesiredCapacity value {wanted} is {bound} for the AutoScalingGroup {name}.")


def update_group(fields: Fields) -> Answer:
    """Sizes move desired capacity with them, as AWS does: a group paused with max 0 wants nothing any more."""
    with LOCK:
        group = group_of(fields)
        if group is None:
            return no_group(fields)
        named = {key: int(field(fields, key)) for key in SIZES if field(fields, key)}
        sizes = {**{key: group[key] for key in SIZES}, **named}
        if sizes["MinSize"] > sizes["MaxSize"]:
            return refuse("Max bound, {MaxSize}, must be greater than or equal to min bound, {MinSize}".format(**sizes))
        if "DesiredCapacity" not in named:
            sizes["DesiredCapacity"] = min(max(sizes["DesiredCapacity"], sizes["MinSize"]), sizes["MaxSize"])
        elif not sizes["MinSize"] <= sizes["DesiredCapacity"] <= sizes["MaxSize"]:
            return refuse(
                "Desired capacity:{DesiredCapacity} must be between the specified min size:{MinSize}"
                " and max size:{MaxSize}".format(**sizes)
            )
        group.update(sizes)
        for key in ("DefaultCooldown", "HealthCheckGracePeriod"):
            if field(fields, key):
                group[key] = int(field(fields, key))
        if field(fields, "NewInstancesProtectedFromScaleIn"):
            group["NewInstancesProtectedFromScaleIn"] = is_true(fields, "NewInstancesProtectedFromScaleIn")
        reconcile(group)
        return answer("UpdateAutoScalingGroup", {})


def delete_group(fields: Fields) -> Answer:
    with LOCK:
        group = group_of(fields)
        if group is None:
            return no_group(fields)
        if group["Instances"] and not is_true(fields, "ForceDelete"):
            return refuse(
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s)"
                " still in the group.",
                "ResourceInUse",
            )
        end_all(group)
        return stock_delete(fields)


def end_all(group: Group) -> None:
    for machine in list(group["Instances"]):
        # Twice where a hook holds it: a group that goes does not wait.
        end_one(group, machine, "the group was deleted.")
        if machine in group["Instances"]:
            end_one(group, machine, "the group was deleted.")


# --- Machines -------------------------------------------------------------------------------------


def terminate_instance(fields: Fields) -> Answer:
    with LOCK:
        identifier = field(fields, "InstanceId")
        found = find_machine(identifier)
        if found is None:
            return refuse(f"Instance Id not found - No managed instance found for instance ID {identifier}")
        group, machine = found
        if is_true(fields, "ShouldDecrementDesiredCapacity"):
            if group["DesiredCapacity"] - 1 < group["MinSize"]:
                return refuse(
                    f"Currently, desiredSize equals minSize ({group['MinSize']}). Terminating instance without"
                    " replacement will violate group's min size constraint. Either set"
                    " shouldDecrementDesiredCapacity flag to false or lower group's min size."
                )
            group["DesiredCapacity"] -= 1
        activity = end_one(group, machine, "instance was taken out of service in response to a user request.")
        reconcile(group)
        return answer("TerminateInstanceInAutoScalingGroup", {"Activity": activity})


def set_protection(fields: Fields) -> Answer:
    with LOCK:
        for identifier in members(fields, "InstanceIds"):
            found = find_machine(identifier)
            if found is None:
                name = field(fields, "AutoScalingGroupName")
                return refuse(f"The instance {identifier} is not part of Auto Scaling group {name}.")
            found[1]["ProtectedFromScaleIn"] = is_true(fields, "ProtectedFromScaleIn")
        return answer("SetInstanceProtection", {})


def set_health(fields: Fields) -> Answer:
    with LOCK:
        found = find_machine(field(fields, "InstanceId"))
        if found is None:
            return refuse("Instance Id not found - No managed instance found for it")
        if field(fields, "HealthStatus") == "Unhealthy":
            lose_machine(field(fields, "InstanceId"), UNHEALTHY)
        return answer("SetInstanceHealth", {})


def complete_lifecycle_action(fields: Fields) -> Answer:
    with LOCK:
        identifier = field(fields, "InstanceId")
        found = find_machine(identifier)
        state = found[1]["LifecycleState"] if found else ""
        if found is None or not state.endswith(":Wait"):
            return refuse(f"No active Lifecycle Action found with instance ID {identifier}")
        group, machine = found
        if state == "Pending:Wait" and field(fields, "LifecycleActionResult") != "ABANDON":
            machine["LifecycleState"] = "InService"
        else:
            machine["LifecycleState"] = "Terminating:Proceed"
            end_one(group, machine, "a lifecycle action completed.")
            reconcile(group)
        return answer("CompleteLifecycleAction", {})


def launch_instances(fields: Fields) -> Answer:
    """Machines now, with their ids in the answer; what a pool cannot give is an error in it, not a refusal."""
    with LOCK:
        group = group_of(fields)
        if group is None:
            return no_group(fields)
        wanted = int(field(fields, "RequestedCapacity") or 1)
        if group["DesiredCapacity"] + wanted > group["MaxSize"]:
            return refuse("The requested capacity would put the group above its maximum size.")
        zones = members(fields, "AvailabilityZones") or [None]
        launched, errors = launch_now(group, wanted, zones[0])
        group["DesiredCapacity"] += len(launched)
        return answer(
            "LaunchInstances",
            {
                "AutoScalingGroupName": group["AutoScalingGroupName"],
                "ClientToken": field(fields, "ClientToken"),
                "Instances": [collection(group, machine) for machine in launched],
                "Errors": errors,
            },
        )


def launch_now(group: Group, wanted: int, zone: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    launched: list[dict[str, Any]] = []
    for _ in range(wanted):
        try:
            launched.append(launch_one(group, "an instance was launched on request.", zone))
        except LaunchRefused as refusal:
            note_activity(group, "Launching a new EC2 instance.", "an instance was asked for.", str(refusal))
            return launched, [launch_error(group, zone, str(refusal))]
    return launched, []


def launch_error(group: Group, zone: str | None, message: str) -> dict[str, Any]:
    code = "InsufficientInstanceCapacity" if "InsufficientInstanceCapacity" in message else "InvalidLaunchTemplate"
    try:
        first = instance_types(group, template_data(group))[0]
    except LaunchRefused:
        first = ""
    return {
        "InstanceType": first,
        "MarketType": market_of(group),
        "AvailabilityZone": zone or "",
        "ErrorCode": code,
        "ErrorMessage": message,
    }


def collection(group: Group, machine: dict[str, Any]) -> dict[str, Any]:
    return {
        "InstanceType": machine["InstanceType"],
        "MarketType": market_of(group),
        "AvailabilityZone": machine["AvailabilityZone"],
        "InstanceIds": [machine["InstanceId"]],
    }


def terminate_ec2_instances(fields: Fields) -> Answer:
    """EC2's own action: a group loses the machine and replaces it."""
    status, headers, body = stock_terminate(fields)
    if status < 400:
        for identifier in ec2._parse_member_list(fields, "InstanceId"):
            lose_machine(identifier, UNHEALTHY)
    return status, headers, body


# --- Switches -------------------------------------------------------------------------------------


def suspend(fields: Fields) -> Answer:
    group = group_of(fields)
    if group is None:
        return no_group(fields)
    named = members(fields, "ScalingProcesses") or PROCESSES
    group["SuspendedProcesses"] = sorted({*group.get("SuspendedProcesses", []), *named})
    return answer("SuspendProcesses", {})


def resume(fields: Fields) -> Answer:
    with LOCK:
        group = group_of(fields)
        if group is None:
            return no_group(fields)
        named = members(fields, "ScalingProcesses") or PROCESSES
        group["SuspendedProcesses"] = [one for one in group.get("SuspendedProcesses", []) if one not in named]
        reconcile(group)
        return answer("ResumeProcesses", {})


def enable_metrics(fields: Fields) -> Answer:
    group = group_of(fields)
    if group is None:
        return no_group(fields)
    group["EnabledMetrics"] = members(fields, "Metrics") or GROUP_METRICS
    return answer("EnableMetricsCollection", {})


# --- CloudFormation -------------------------------------------------------------------------------


def apply_properties(group: Group, properties: dict[str, Any]) -> None:
    """What stock ministack drops of a template's group."""
    mixed = properties.get("MixedInstancesPolicy")
    group["MixedInstancesPolicy"] = mixed
    if mixed:
        specification = mixed["LaunchTemplate"]["LaunchTemplateSpecification"]
        group["LaunchTemplate"] = provisioners._asg_launch_template(specification)
    group["AvailabilityZones"] = sorted({zone for zone, _subnet in zones_of(group)}) or group["AvailabilityZones"]
    group["CapacityRebalance"] = properties.get("CapacityRebalance", False)
    collections = properties.get("MetricsCollection") or []
    group["EnabledMetrics"] = [one for each in collections for one in each.get("Metrics") or GROUP_METRICS]


def create_from_template(logical: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    with LOCK:
        identifier, attributes = stock_cfn["create"](logical, properties, stack)
        apply_properties(autoscaling._asgs[identifier], properties)
        reconcile(autoscaling._asgs[identifier])
        return identifier, attributes


def update_from_template(
    identifier: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical: str | None = None
) -> tuple[str, dict[str, Any]]:
    """A template without a desired capacity leaves the one that stands, within the new bounds."""
    with LOCK:
        desired = autoscaling._asgs[identifier]["DesiredCapacity"]
        made, attributes = stock_cfn["update"](identifier, old, new, stack, logical)
        group = autoscaling._asgs[made]
        apply_properties(group, new)
        if "DesiredCapacity" not in new:
            group["DesiredCapacity"] = min(max(desired, group["MinSize"]), group["MaxSize"])
        reconcile(group)
        return made, attributes


def delete_from_template(identifier: str, properties: dict[str, Any]) -> None:
    with LOCK:
        group = autoscaling._asgs.get(identifier)
        if group is not None:
            end_all(group)
        stock_cfn["delete"](identifier, properties)


stock_delete: Callable[[Fields], Answer] = autoscaling._ACTION_MAP["DeleteAutoScalingGroup"]
stock_terminate: Callable[[Fields], Answer] = ec2._ACTION_MAP["TerminateInstances"]
stock_cfn: dict[str, Any] = dict(provisioners._RESOURCE_HANDLERS["AWS::AutoScaling::AutoScalingGroup"])


def install() -> int:
    actions: dict[str, Callable[[Fields], Answer]] = {
        "CompleteLifecycleAction": complete_lifecycle_action,
        "DeleteAutoScalingGroup": delete_group,
        "DescribeAutoScalingGroups": describe_groups,
        "DescribeAutoScalingInstances": describe_instances,
        "DescribeScalingActivities": describe_activities,
        "EnableMetricsCollection": enable_metrics,
        "LaunchInstances": launch_instances,
        "ResumeProcesses": resume,
        "SetDesiredCapacity": set_desired_capacity,
        "SetInstanceHealth": set_health,
        "SetInstanceProtection": set_protection,
        "SuspendProcesses": suspend,
        "TerminateInstanceInAutoScalingGroup": terminate_instance,
        "UpdateAutoScalingGroup": update_group,
    }
    autoscaling._ACTION_MAP.update(actions)
    # Groups made through the API keep stock's way in, but get machines of ours.
    autoscaling._reconcile_instances = reconcile
    ec2._ACTION_MAP["TerminateInstances"] = terminate_ec2_instances
    provisioners._RESOURCE_HANDLERS["AWS::AutoScaling::AutoScalingGroup"].update(
        create=create_from_template, update=update_from_template, delete=delete_from_template
    )
    return len(actions)
