"""Tasks of ECS: they start only with an image and secrets that exist, and end with the code of a real process.

A program may play them (see control.py): then a task is pending until that program says that its process runs. Nobody
plays by default: tasks of services count as running, and all others end at once with code 0.
"""

import re
import threading
import time
from typing import Any, Callable

from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import alb, ecr, ecs

from .journal import JOURNAL

Task = dict[str, Any]
Service = dict[str, Any]

OWN_IMAGE = re.compile(r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/([^:@]+)(?::([^@]+)|@(sha256:.+))$")

START_SECONDS = 0.3
RETRY_SECONDS_MAX = 30.0

_is_played = False
_counts: dict[str, tuple[int, int, int]] = {}
_failures: dict[str, int] = {}


def set_played(wanted: bool) -> None:
    global _is_played
    _is_played = wanted


def definition_of(task: Task) -> dict[str, Any]:
    return ecs._task_defs[task["taskDefinitionArn"].rsplit("/", 1)[-1]]


# --- Why a task cannot start ----------------------------------------------------------------------


def missing_image(image: str) -> str | None:
    """What ECS says when the tag is not in the repository; images of others are taken for granted."""
    own = OWN_IMAGE.match(image)
    if own is None:
        return None
    repository, tag, digest = own.groups()
    known = ecr._images.get(repository) or []
    if any(tag in one.get("imageTags", []) or digest == one["imageDigest"] for one in known):
        return None
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s):"
        f" failed to resolve ref {image}: {image}: not found"
    )


def secrets_of(container: dict[str, Any]) -> tuple[dict[str, str], str | None]:
    """The resolved secrets of a container, or the sentence that ECS says when one cannot be read."""
    try:
        return ecs._resolve_container_secrets(container), None
    except Exception as refusal:
        return {}, (
            "ResourceInitializationError: unable to pull secrets or registry auth:"
            f" execution resource retrieval failed: {refusal}"
        )


def obstacle(task: Task) -> str | None:
    for container in definition_of(task)["containerDefinitions"]:
        found = missing_image(container["image"]) or secrets_of(container)[1]
        if found is not None:
            return found
    return None


# --- Starting -------------------------------------------------------------------------------------


def later(seconds: float, work: Callable[[], Any]) -> None:
    """Runs the work in the same account and region, a little later."""
    account, region = get_account_id(), get_region()

    def run() -> None:
        time.sleep(seconds)
        with request_scope(account, region):
            work()

    threading.Thread(target=run, daemon=True).start()


def is_of_service(task: Task) -> bool:
    return task.get("group", "").startswith("service:")


def override_of(task: Task, container: str) -> dict[str, Any]:
    overrides = (task.get("overrides") or {}).get("containerOverrides") or []
    return next((one for one in overrides if one.get("name") == container), {})


def announce(task: Task) -> None:
    """Tells who plays the tasks what to start; a task of bp has one container."""
    definition = definition_of(task)
    [container] = definition["containerDefinitions"]
    override = override_of(task, container["name"])
    named = [*container.get("environment", []), *override.get("environment", [])]
    JOURNAL.add(
        "task.run",
        arn=task["taskArn"],
        family=definition["family"],
        revision=definition["revision"],
        group=task.get("group", ""),
        image=container["image"],
        command=override.get("command") or container.get("command") or [],
        environment={one["name"]: one["value"] for one in named},
        secrets=secrets_of(container)[0],
        ports=[one["containerPort"] for one in container.get("portMappings", [])],
        log=(container.get("logConfiguration") or {}).get("options", {}),
        task_role=definition.get("taskRoleArn", ""),
    )


def begin(task: Task) -> None:
    """Decides what becomes of a task that stock has just made, and already calls running."""
    refusal = obstacle(task)
    if refusal is not None:
        wait_to_start(task)
        failed = _failures[task["group"]] = _failures.get(task["group"], -1) + 1
        later(min(RETRY_SECONDS_MAX, START_SECONDS * 2**failed), lambda: fail_to_start(task, refusal))
        return
    _failures.pop(task["group"], None)
    if _is_played:
        wait_to_start(task)
        announce(task)
    elif not is_of_service(task):
        later(START_SECONDS, lambda: exited(task["taskArn"], 0))


def wait_to_start(task: Task) -> None:
    task.update(lastStatus="PENDING", startedAt=None, _startup_stable=False)
    for container in task["containers"]:
        container["lastStatus"] = "PENDING"


def run_task(data: dict[str, Any]) -> Any:
    before = set(ecs._tasks.keys())
    answer = stock_run_task(data)
    for arn, task in list(ecs._tasks.items()):
        if arn not in before:
            begin(task)
    return answer


# --- What a process did ---------------------------------------------------------------------------


def task_of(arn: str) -> Task:
    task = ecs._tasks.get(arn)
    if task is None:
        raise ValueError(f"there is no task {arn}")
    return task


def names_of(task: Task) -> tuple[str, str]:
    """(cluster, service) of a task of a service."""
    return task["clusterArn"].rsplit("/", 1)[-1], task["group"].removeprefix("service:")


def running(arn: str, host: str | None, port: int | None) -> None:
    """The process of a task runs; with an address it becomes a target of its service's load balancer."""
    task = task_of(arn)
    task.update(lastStatus="RUNNING", startedAt=ecs._iso(), _startup_stable=True)
    if host is not None and port is not None:
        task["_target"] = (host, port)
    for container in task["containers"]:
        container["lastStatus"] = "RUNNING"
    if is_of_service(task):
        cluster, service = names_of(task)
        ecs._refresh_service_state(cluster, task["group"])
        ecs._complete_service_deployment(cluster, f"{cluster}/{service}")


def exited(arn: str, code: int) -> None:
    """The process of a task ended by itself."""
    ecs._mark_task_stopped(
        arn, task_of(arn), "Essential container in task exited", "EssentialContainerExited", exit_code=code
    )


def fail_to_start(task: Task, reason: str) -> None:
    if not is_of_service(task):
        ecs._mark_task_stopped(task["taskArn"], task, reason, "TaskFailedToStart")
        return
    service = ecs._services.get("/".join(names_of(task)))
    if service is None:
        return
    identifier = task["taskArn"].rsplit("/", 1)[-1]
    add_event(service, f"(service {service['serviceName']}) (task {identifier}) failed to start: {reason}")
    ecs._mark_task_stopped(task["taskArn"], task, reason, "TaskFailedToStart")


def add_event(service: Service, message: str) -> None:
    service["events"].insert(0, {"id": new_uuid(), "createdAt": ecs._iso(), "message": message})
    del service["events"][100:]


def mark_stopped(arn: str, task: Task, reason: str, code: str, exit_code: int | None = None) -> bool:
    stopped = stock_mark_stopped(arn, task, reason, code, exit_code=exit_code)
    if stopped:
        JOURNAL.add("task.stopped", arn=arn, group=task.get("group", ""), reason=reason, code=code)
    return stopped


# --- Services -------------------------------------------------------------------------------------


def make_deployment(definition: str, desired: int, status: str = "PRIMARY") -> dict[str, Any]:
    """A deployment with tasks is not complete before they run; only then its circuit breaker counts."""
    deployment = stock_make_deployment(definition, desired, status)
    if desired > 0:
        deployment.update(rolloutState="IN_PROGRESS", rolloutStateReason="")
    return deployment


def refresh(cluster: str, group: str) -> None:
    stock_refresh(cluster, group)
    service = ecs._services.get(f"{cluster}/{group.removeprefix('service:')}")
    if service is None:
        return
    counts = (service["desiredCount"], service["runningCount"], service["pendingCount"])
    if _counts.get(service["serviceArn"]) != counts:
        _counts[service["serviceArn"]] = counts
        names = ("desired", "running", "pending")
        JOURNAL.add("service.changed", service=service["serviceName"], **dict(zip(names, counts, strict=True)))


def sync_targets(cluster: str, service: Service) -> None:
    """The target groups hold the addresses of the processes that run for the service."""
    for balanced in service.get("loadBalancers") or []:
        group = balanced["targetGroupArn"]
        targets = [
            task["_target"]
            for task in list(ecs._tasks.values())
            if task.get("group") == f"service:{service['serviceName']}"
            and task.get("lastStatus") == "RUNNING"
            and "_target" in task
        ]
        published = service.setdefault("_published_targets", {})
        if targets or published.get(group):
            alb.set_targets_for_group(group, targets, published.get(group, ()))
            published[group] = [host for host, _port in targets]


stock_run_task: Callable[[dict[str, Any]], Any] = ecs._run_task
stock_mark_stopped: Callable[..., bool] = ecs._mark_task_stopped
stock_make_deployment: Callable[..., dict[str, Any]] = ecs._make_deployment
stock_refresh: Callable[[str, str], None] = ecs._refresh_service_state


def install() -> None:
    ecs._run_task = ecs._ACTION_MAP["RunTask"] = run_task
    ecs._mark_task_stopped = mark_stopped
    ecs._make_deployment = make_deployment
    ecs._refresh_service_state = refresh
    ecs._sync_service_targets = sync_targets
