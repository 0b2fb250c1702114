"""What a group's launch template says about a machine, once pointers are followed."""

from typing import Any

from ministack.services import autoscaling, ec2, ssm

Group = dict[str, Any]
POINTER = "resolve:ssm:"


class LaunchRefused(Exception):
    """No machine can come out of this template; the message is the one that a scaling activity shows."""


def template_data(group: Group) -> dict[str, Any]:
    """The template's data in the version that the group names."""
    wanted = group.get("LaunchTemplate") or {}
    template = ec2._launch_templates.get(wanted.get("LaunchTemplateId"))
    if template is None:
        raise LaunchRefused("The launch template of the group does not exist.")
    versions = template["Versions"]
    number = str(wanted.get("Version", "$Default"))
    if number == "$Latest":
        return versions[-1]["LaunchTemplateData"]
    for version in versions:
        if str(version["VersionNumber"]) == number or (number == "$Default" and version.get("DefaultVersion")):
            return version["LaunchTemplateData"]
    raise LaunchRefused(f"The launch template has no version {number}.")


def image_of(data: dict[str, Any]) -> str:
    """The AMI: the template's own, or what its SSM parameter names now."""
    named = str(data.get("ImageId", ""))
    if not named.startswith(POINTER):
        return existing_image(named)
    parameter = ssm._parameters.get(named.removeprefix(POINTER))
    if parameter is None:
        raise LaunchRefused(f"The SSM parameter {named.removeprefix(POINTER)} does not exist.")
    return existing_image(str(parameter["Value"]))


def existing_image(image: str) -> str:
    if not image.startswith("ami-"):
        raise LaunchRefused(f"The image id '[{image}]' does not exist")
    return image


def profile_of(data: dict[str, Any]) -> dict[str, str] | None:
    named = data.get("IamInstanceProfile") or {}
    profile, _error = ec2._resolve_iam_instance_profile(named.get("Arn", ""), named.get("Name", ""), True)
    return profile


def instance_types(group: Group, data: dict[str, Any]) -> list[str]:
    """The group's types, the preferred first."""
    overrides = (group.get("MixedInstancesPolicy") or {}).get("LaunchTemplate", {}).get("Overrides") or []
    named = [one["InstanceType"] for one in overrides if "InstanceType" in one]
    return named or [data.get("InstanceType", "m5.large")]


def market_of(group: Group) -> str:
    """Groups of bp are all Spot or all on-demand, so the share above the base decides."""
    distribution = (group.get("MixedInstancesPolicy") or {}).get("InstancesDistribution") or {}
    share = int(distribution.get("OnDemandPercentageAboveBaseCapacity", 100))
    return "on-demand" if share == 100 else "spot"


def zones_of(group: Group) -> list[tuple[str, str]]:
    """(zone, subnet) of each subnet of the group."""
    subnets = [one for one in group["VPCZoneIdentifier"].split(",") if one]
    return [(ec2._subnets.get(one, {}).get("AvailabilityZone", ""), one) for one in subnets]


def propagated_tags(group: Group) -> list[dict[str, str]]:
    tags = [
        {"Key": tag["Key"], "Value": tag["Value"]}
        for tag in autoscaling._tags.get(group["AutoScalingGroupName"]) or []
        if tag.get("PropagateAtLaunch")
    ]
    return [*tags, {"Key": "aws:autoscaling:groupName", "Value": group["AutoScalingGroupName"]}]
