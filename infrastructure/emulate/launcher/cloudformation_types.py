"""Resource types of bp's templates that stock ministack refuses, each by the service's own action where it has one."""

from typing import Any, Callable

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import budgets, cloudfront, cloudwatch, ec2, iam
from ministack.services.cloudformation import provisioners

from .query_api import call, element

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]
Create = Callable[[str, Properties, str], Made]
Delete = Callable[[str, Properties], None]


def ec2_tags(identifier: str, properties: Properties) -> None:
    if properties.get("Tags"):
        ec2._tags[identifier] = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in properties["Tags"]]


# --- EC2 ------------------------------------------------------------------------------------------


def create_eip(_logical: str, properties: Properties, _stack: str) -> Made:
    answer = call(ec2._ACTION_MAP["AllocateAddress"], Domain="vpc")
    allocation, address = element(answer, "allocationId"), element(answer, "publicIp")
    ec2_tags(allocation, properties)
    return address, {"AllocationId": allocation, "PublicIp": address}


def delete_eip(address: str, _properties: Properties) -> None:
    for allocation in list(ec2._addresses.values()):
        if allocation["PublicIp"] == address:
            call(ec2._ACTION_MAP["ReleaseAddress"], AllocationId=allocation["AllocationId"])


def create_nat_gateway(_logical: str, properties: Properties, _stack: str) -> Made:
    answer = call(
        ec2._ACTION_MAP["CreateNatGateway"],
        SubnetId=properties["SubnetId"],
        AllocationId=properties.get("AllocationId", ""),
    )
    identifier = element(answer, "natGatewayId")
    ec2_tags(identifier, properties)
    return identifier, {"NatGatewayId": identifier}


def delete_nat_gateway(identifier: str, _properties: Properties) -> None:
    # AWS shows a deleted gateway for an hour; here it goes at once, so that a test sees what is left.
    ec2._nat_gateways.pop(identifier, None)


def create_flow_log(_logical: str, properties: Properties, _stack: str) -> Made:
    answer = call(
        ec2._ACTION_MAP["CreateFlowLogs"],
        ResourceId=[properties["ResourceId"]],
        ResourceType=properties["ResourceType"],
        TrafficType=properties.get("TrafficType", "ALL"),
        LogDestinationType=properties.get("LogDestinationType", "cloud-watch-logs"),
        LogGroupName=properties.get("LogGroupName", ""),
    )
    identifier = element(answer, "item")
    ec2_tags(identifier, properties)
    return identifier, {"Id": identifier}


def delete_flow_log(identifier: str, _properties: Properties) -> None:
    call(ec2._ACTION_MAP["DeleteFlowLogs"], FlowLogId=[identifier])


def create_instance(_logical: str, properties: Properties, _stack: str) -> Made:
    """One machine: the NAT instance of the cheapest shape."""
    network = (properties.get("NetworkInterfaces") or [{}])[0]
    [instance] = ec2._launch_instances_internal(
        image_id=properties["ImageId"],
        instance_type=properties["InstanceType"],
        subnet_id=properties.get("SubnetId") or network.get("SubnetId"),
        count=1,
        sg_ids=properties.get("SecurityGroupIds") or network.get("GroupSet"),
    )
    instance["SourceDestCheck"] = properties.get("SourceDestCheck", True)
    if "AvailabilityZone" in properties:
        instance["Placement"]["AvailabilityZone"] = properties["AvailabilityZone"]
    ec2_tags(instance["InstanceId"], properties)
    keys = ("InstanceId", "PrivateIpAddress", "PublicIpAddress", "PrivateDnsName")
    attributes = {key.replace("IpAddress", "Ip"): instance[key] for key in keys}
    return instance["InstanceId"], attributes


def delete_instance(identifier: str, _properties: Properties) -> None:
    call(ec2._ACTION_MAP["TerminateInstances"], InstanceId=[identifier])


def permission(properties: Properties) -> Properties:
    """One rule of a security group as Authorize and Revoke take it."""
    rule = {key: properties[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in properties}
    described = {"Description": properties["Description"]} if "Description" in properties else {}
    if "CidrIp" in properties:
        rule["IpRanges"] = [{"CidrIp": properties["CidrIp"], **described}]
    other = properties.get("SourceSecurityGroupId") or properties.get("DestinationSecurityGroupId")
    if other:
        rule["Groups"] = [{"GroupId": other, **described}]
    return rule


def security_group_rule(direction: str) -> tuple[Create, Delete]:
    def create(_logical: str, properties: Properties, _stack: str) -> Made:
        call(
            ec2._ACTION_MAP[f"AuthorizeSecurityGroup{direction}"],
            GroupId=properties["GroupId"],
            IpPermissions=[permission(properties)],
        )
        identifier = f"sgr-{new_uuid().replace('-', '')[:17]}"
        return identifier, {"Id": identifier}

    def delete(_identifier: str, properties: Properties) -> None:
        if properties["GroupId"] in ec2._security_groups:
            call(
                ec2._ACTION_MAP[f"RevokeSecurityGroup{direction}"],
                GroupId=properties["GroupId"],
                IpPermissions=[permission(properties)],
            )

    return create, delete


# --- IAM ------------------------------------------------------------------------------------------


def create_oidc_provider(_logical: str, properties: Properties, _stack: str) -> Made:
    fields = {
        "Url": properties["Url"],
        "ClientIDList": {"member": properties.get("ClientIdList", [])},
        # AWS finds the thumbprint by itself; the emulator never looks at it.
        "ThumbprintList": {"member": properties.get("ThumbprintList") or ["0" * 40]},
    }
    arn = element(call(iam._IAM_HANDLERS["CreateOpenIDConnectProvider"], **fields), "OpenIDConnectProviderArn")
    return arn, {"Arn": arn}


def delete_oidc_provider(arn: str, _properties: Properties) -> None:
    iam._oidc_providers.pop(arn, None)


# --- CloudFront -----------------------------------------------------------------------------------


def create_public_key(_logical: str, properties: Properties, _stack: str) -> Made:
    identifier = cloudfront._pk_id()
    now = cloudfront._now_iso()
    cloudfront._public_keys[identifier] = {
        "Id": identifier,
        "ETag": new_uuid(),
        "CreatedTime": now,
        "Config": {"Comment": "", **properties["PublicKeyConfig"]},
    }
    return identifier, {"Id": identifier, "CreatedTime": now}


def delete_public_key(identifier: str, _properties: Properties) -> None:
    cloudfront._public_keys.pop(identifier, None)


def create_key_group(_logical: str, properties: Properties, _stack: str) -> Made:
    identifier = cloudfront._kg_id()
    now = cloudfront._now_iso()
    cloudfront._key_groups[identifier] = {
        "Id": identifier,
        "ETag": new_uuid(),
        "LastModifiedTime": now,
        "Config": {"Comment": "", **properties["KeyGroupConfig"]},
    }
    return identifier, {"Id": identifier, "LastModifiedTime": now}


def delete_key_group(identifier: str, _properties: Properties) -> None:
    cloudfront._key_groups.pop(identifier, None)


# --- CloudWatch, Budgets, Application Auto Scaling ------------------------------------------------


def refused(answer: tuple[int, dict[str, str], Any]) -> None:
    status, _headers, body = answer
    if status >= 400:
        raise ValueError(body if isinstance(body, str) else repr(body))


def create_composite_alarm(_logical: str, properties: Properties, _stack: str) -> Made:
    refused(cloudwatch._put_composite_alarm({}, properties, False, True))
    alarm = cloudwatch._composite_alarms[properties["AlarmName"]]
    return alarm["AlarmName"], {"Arn": alarm["AlarmArn"]}


def delete_composite_alarm(name: str, _properties: Properties) -> None:
    refused(cloudwatch._delete_alarms({}, {"AlarmNames": [name]}, False, True))


def create_budget(_logical: str, properties: Properties, _stack: str) -> Made:
    budget = dict(properties["Budget"])
    limit = budget["BudgetLimit"]
    # A template says a number where the API wants text.
    budget["BudgetLimit"] = {"Amount": str(limit["Amount"]), "Unit": limit["Unit"]}
    refused(
        budgets._create_budget(
            {
                "AccountId": get_account_id(),
                "Budget": budget,
                "NotificationsWithSubscribers": properties.get("NotificationsWithSubscribers", []),
            }
        )
    )
    return budget["BudgetName"], {}


def delete_budget(name: str, _properties: Properties) -> None:
    refused(budgets._delete_budget({"AccountId": get_account_id(), "BudgetName": name}))


def create_scalable_target(_logical: str, properties: Properties, _stack: str) -> Made:
    from . import application_auto_scaling

    return application_auto_scaling.register(properties), {"Id": properties["ResourceId"]}


def delete_scalable_target(identifier: str, _properties: Properties) -> None:
    from . import application_auto_scaling

    application_auto_scaling.deregister(identifier)


def create_task_scaling_policy(_logical: str, properties: Properties, _stack: str) -> Made:
    from . import application_auto_scaling

    arn = (
        f"arn:aws:autoscaling:{get_region()}:{get_account_id()}:scalingPolicy:{new_uuid()}"
        f":resource/ecs/{properties['ScalingTargetId'].split('|')[0]}:policyName/{properties['PolicyName']}"
    )
    application_auto_scaling.put_policy(arn, properties)
    return arn, {"Arn": arn}


def delete_task_scaling_policy(arn: str, _properties: Properties) -> None:
    from . import application_auto_scaling

    application_auto_scaling.delete_policy(arn)


ADDED: dict[str, tuple[Create, Delete]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (create_scalable_target, delete_scalable_target),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (create_task_scaling_policy, delete_task_scaling_policy),
    "AWS::Budgets::Budget": (create_budget, delete_budget),
    "AWS::CloudFront::KeyGroup": (create_key_group, delete_key_group),
    "AWS::CloudFront::PublicKey": (create_public_key, delete_public_key),
    "AWS::CloudWatch::CompositeAlarm": (create_composite_alarm, delete_composite_alarm),
    "AWS::EC2::EIP": (create_eip, delete_eip),
    "AWS::EC2::FlowLog": (create_flow_log, delete_flow_log),
    "AWS::EC2::Instance": (create_instance, delete_instance),
    "AWS::EC2::NatGateway": (create_nat_gateway, delete_nat_gateway),
    "AWS::EC2::SecurityGroupEgress": security_group_rule("Egress"),
    "AWS::EC2::SecurityGroupIngress": security_group_rule("Ingress"),
    "AWS::IAM::OIDCProvider": (create_oidc_provider, delete_oidc_provider),
}


def update_by_making_again(create: Create, delete: Delete):
    """A change of one of these types gives it a new identity; only a composite alarm keeps its name."""

    def update(identifier: str, old: Properties, new: Properties, stack: str, logical: str) -> Made:
        delete(identifier, old)
        return create(logical, new, stack)

    return update


def stock_lacks() -> list[str]:
    """The types above that this ministack does not know by itself."""
    return sorted(name for name in ADDED if name not in provisioners._RESOURCE_HANDLERS)


def install() -> list[str]:
    """Adds the missing types and names them."""
    lacking = stock_lacks()
    for name in lacking:
        create, delete = ADDED[name]
        provisioners._RESOURCE_HANDLERS[name] = {
            "create": create,
            "update": update_by_making_again(create, delete),
            "update_with_logical_id": True,
            "delete": delete,
        }
    return lacking
