"""EC2's CreateImage, and public AMIs that bp's templates read by name."""

from typing import Callable

from ministack.core.responses import new_uuid
from ministack.services import ec2, ssm

from .query_api import Answer, element

# Names of AWS's own images; a pointer to one must resolve, and nothing is ever started from it.
PUBLIC_IMAGES = {
    "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64": "ami-0a2023a1b2c3d4e60",
    "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64": "ami-0a2023a1b2c3d4e61",
    "/aws/service/deeplearning/ami/x86_64/base-with-single-cuda-ubuntu-24.04/latest/ami-id": "ami-0d2024a1b2c3d4e62",
}


def create_image(fields: dict[str, str]) -> Answer:
    """An image of an instance: registered as one with a root snapshot, its tags with it."""
    identifier = ec2._p(fields, "InstanceId")
    if identifier not in ec2._instances:
        return ec2._error("InvalidInstanceID.NotFound", f"The instance ID '{identifier}' does not exist", 400)
    kept = {key: value for key, value in fields.items() if key.startswith("TagSpecification") or key == "Description"}
    status, headers, body = register({
        **kept,
        "Name": ec2._p(fields, "Name"),
        "Architecture": ec2._instances[identifier]["Architecture"],
        "VirtualizationType": "hvm",
        "RootDeviceName": "/dev/sda1",
        "BlockDeviceMapping.1.DeviceName": "/dev/sda1",
        "BlockDeviceMapping.1.Ebs.SnapshotId": f"snap-{new_uuid().replace('-', '')[:17]}",
    })
    if status >= 400:
        return status, headers, body
    return ec2._xml(200, "CreateImageResponse", f"<imageId>{element(body.decode(), 'imageId')}</imageId>")


register: Callable[[dict[str, str]], Answer] = ec2._ACTION_MAP["RegisterImage"]


def install() -> None:
    ec2._ACTION_MAP["CreateImage"] = create_image
    ssm._PUBLIC_AMI_PARAMETERS.update(PUBLIC_IMAGES)
    # What a pointer names is an image that DescribeImages knows.
    ec2._STUB_AMIS.extend(
        (image, name.strip("/"), "public image", "", "/dev/sda1", "137112412989", "amazon")
        for name, image in PUBLIC_IMAGES.items()
    )
