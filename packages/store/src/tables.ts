/**
 * Every table: whose its rows are, and how long they are kept. The first file to open in this room.
 * Columns stand in `migrations/`, row codecs beside the statements of the noun (`<noun>/rows.ts`).
 */
export interface TableNote {
  /**
   * The column that names the owner, for rows that belong to a person: each reader and writer of them takes the owner and has it
   * in its WHERE. `via` = reached only by a join from the owning row. `house` = nobody's.
   */
  readonly owner: 'user_id' | 'house' | { readonly via: string }
  readonly kept: string
}

const ofJob = { via: 'job' } as const

export const tables: Readonly<Record<string, TableNote>> = {
  // The queue. "Running" is the existence of a lease row; claims never touch `job`.
  lane: { owner: 'house', kept: 'ever' },
  job: { owner: 'user_id', kept: '90 d after the end' },
  job_payload: { owner: ofJob, kept: '7 d after the end' },
  job_result: { owner: ofJob, kept: 'with the job' },
  job_ready: { owner: 'user_id', kept: 'while it waits' },
  job_lease: { owner: 'user_id', kept: 'while it runs' },
  job_delayed: { owner: 'user_id', kept: 'until it is due' },
  job_held: { owner: 'user_id', kept: 'while its user is over a limit' },
  job_cancel: { owner: ofJob, kept: 'until the job has ended' },
  job_deadline: { owner: ofJob, kept: 'while the job is open' },
  job_attempt: { owner: ofJob, kept: '90 d' },
  job_event: { owner: ofJob, kept: '30 d after the end' },
  job_failed: { owner: 'house', kept: '90 d' },
  job_info: { owner: 'user_id', kept: 'with the job, or with its last asset' },
  job_asset: { owner: ofJob, kept: 'with the job' },
  job_progress: { owner: ofJob, kept: 'while it runs' },
  idem: { owner: 'user_id', kept: '24–48 h' },
  fleet_user: { owner: 'user_id', kept: 'ever' },
  fleet_clock: { owner: 'house', kept: 'ever' },
  stat: { owner: 'house', kept: 'ever' },
  model_set: { owner: 'house', kept: 'ever' },
  // Running the house.
  loop_lease: { owner: 'house', kept: 'ever' },
  node_slot: { owner: 'house', kept: 'while the process lives' },
  migration: { owner: 'house', kept: 'ever' },
  setting: { owner: 'house', kept: 'ever' },
  audit_log: { owner: 'house', kept: '400 d; triggers refuse what would be less' },
  idem_answer: { owner: 'user_id', kept: '24–48 h' },
  // Catalogue.
  workflow: { owner: 'house', kept: 'ever' },
  workflow_version: { owner: 'house', kept: 'ever' },
  workflow_fleet: { owner: 'house', kept: 'while assigned' },
  effect: { owner: 'house', kept: 'ever' },
  effect_version: { owner: 'house', kept: 'ever' },
  effect_media: { owner: 'house', kept: '30 d after the last version that names it' },
  // Fleets and machines.
  fleet: { owner: 'house', kept: 'ever' },
  pause: { owner: 'house', kept: 'while paused' },
  worker: { owner: 'house', kept: '90 d after the end' },
  worker_live: { owner: 'house', kept: 'while it lives' },
  launch_call: { owner: 'house', kept: '90 d' },
  launch: { owner: 'house', kept: '90 d after the end' },
  boot_phase: { owner: 'house', kept: 'with the launch' },
  // Files.
  asset: { owner: 'user_id', kept: 'until trash or expiry; tombstones 90 d' },
  asset_due: { owner: { via: 'asset' }, kept: 'while the asset has an end' },
  label: { owner: 'user_id', kept: 'with its target' },
  upload: { owner: 'user_id', kept: '48 h open, 7 d after' },
  // People.
  user_account: { owner: 'house', kept: 'ever; emptied when closed' },
  one_time_link: { owner: 'user_id', kept: '30 d after the end' },
  user_storage: { owner: 'user_id', kept: 'ever' },
  auth_user: { owner: { via: 'user_account' }, kept: 'until the account is closed' },
  auth_session: { owner: { via: 'auth_user' }, kept: 'until its date' },
  auth_account: { owner: { via: 'auth_user' }, kept: 'until the account is closed' },
  auth_verification: { owner: 'house', kept: 'until its date' },
  auth_rate_limit: { owner: 'house', kept: 'a day' },
}
