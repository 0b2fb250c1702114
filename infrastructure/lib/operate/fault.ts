/** Why a step cannot go on. One word each, so that programs and runbooks can tell them apart. */
export type FaultCode =
  | 'usage'
  | 'unknown_stage'
  | 'bad_slug'
  | 'no_region'
  | 'bad_tag'
  | 'no_image'
  | 'image_has_findings'
  | 'no_builder'
  | 'no_service'
  | 'no_bootstrap'
  | 'no_core_stack'
  | 'stack_in_rollback'
  | 'stack_busy'
  | 'unknown_stack'
  | 'fleet_without_row'
  | 'bad_desired_config'
  | 'unknown_instance_type'
  | 'quota_too_small'
  | 'pointer_is_no_image'
  | 'not_confirmed'
  | 'fleet_is_busy'
  | 'deploy_failed'
  | 'not_healthy'
  | 'alarms'
  | 'task_failed'
  | 'timed_out'
  | 'tool_missing'
  | 'tool_failed'
  | 'self_test_failed'

/** A step that cannot go on: why, in one sentence, and the command or setting that helps. */
export class OperateFault extends Error {
  readonly code: FaultCode
  readonly remedy: string

  constructor(code: FaultCode, message: string, remedy: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'OperateFault'
    this.code = code
    this.remedy = remedy
  }
}
