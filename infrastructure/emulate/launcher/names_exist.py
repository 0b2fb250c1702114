"""Self-test at start: every name of ministack that this package touches exists, in the version it was written for.

An emulator that silently stopped adding something would make a test of bp pass for the wrong reason.
"""

import importlib
from importlib.metadata import version

VERSION = "1.5.33"

SERVICES = "ministack.services"
TOUCHED: dict[str, str] = {
    "ministack.app": "AUTH SERVICE_HANDLERS app main",
    "ministack.core.iam_actions": "extract_resource_arn request_tag_context",
    "ministack.core.router": "SERVICE_PATTERNS",
    "ministack.core.responses": (
        "error_response_json get_account_id get_region json_response new_uuid now_iso request_scope"
    ),
    f"{SERVICES}.alb": "_targets _tgs set_targets_for_group",
    f"{SERVICES}.autoscaling": (
        "_ACTION_MAP _asgs _error _hooks _member_xml _p _parse_member_list _policies"
        " _reconcile_instances _tags _xml"
    ),
    f"{SERVICES}.budgets": "_create_budget _delete_budget",
    f"{SERVICES}.cloudformation.provisioners": (
        "_RESOURCE_HANDLERS _sm_secret_string _cw_metric_alarm_record"
        " _asg_launch_template _pascal_to_camel"
    ),
    f"{SERVICES}.cloudfront": "_key_groups _kg_id _now_iso _pk_id _public_keys",
    f"{SERVICES}.cloudwatch": (
        "_alarms _calc_stats _cbor_metric_data_result _cbor_ok _composite_alarms _delete_alarms"
        " _describe_alarms _dims_from_list _dims_key _dispatch_alarm_actions _evaluate_alarm"
        " _evaluate_all_alarms _evaluate_parent_alarms _get_metric_data _get_metric_statistics _json_ok"
        " _metrics _parse_ts"
        " _put_composite_alarm _record_history _stat_value _ts_iso record_metric"
    ),
    f"{SERVICES}.cognito": "_decode_id_token_unverified",
    f"{SERVICES}.ec2": (
        "_ACTION_MAP _STUB_AMIS _addresses _error _instances _launch_instances_internal _launch_templates"
        " _nat_gateways _p _parse_filters"
        " _parse_member_list _resolve_iam_instance_profile _security_groups _subnets _tags _xml"
    ),
    f"{SERVICES}.ecr": "_images",
    f"{SERVICES}.ecs": (
        "_ACTION_MAP _complete_service_deployment _iso _make_deployment _mark_task_stopped"
        " _refresh_service_state _resolve_container_secrets _run_task _services"
        " _sync_service_targets _task_defs _tasks"
    ),
    f"{SERVICES}.iam": "_IAM_HANDLERS _oidc_providers",
    f"{SERVICES}.secretsmanager": "_resolve",
    f"{SERVICES}.sns": "_fanout",
    f"{SERVICES}.sts": "_web_identity_principal",
    f"{SERVICES}.ssm": "_PUBLIC_AMI_PARAMETERS _parameters",
}


def missing_names() -> list[str]:
    """The touched names that do not exist, each with its module."""
    return [
        f"{module}.{name}"
        for module, names in TOUCHED.items()
        for name in names.split()
        if not hasattr(importlib.import_module(module), name)
    ]


def check() -> None:
    """Ends the process with a sentence when this is not the ministack that the launcher knows."""
    found = version("ministack")
    if found != VERSION:
        raise SystemExit(f"This launcher knows ministack {VERSION}, and {found} is installed.")
    missing = missing_names()
    if missing:
        raise SystemExit(f"ministack has no {', '.join(missing)} any more: adapt the launcher.")
