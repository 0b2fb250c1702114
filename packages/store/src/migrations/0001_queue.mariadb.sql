-- The queue, machines, catalogue, fleets, files, people: everything that the ground floor needs.

-- The queue

CREATE TABLE IF NOT EXISTS lane (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  fleet_id INT UNSIGNED NOT NULL,
  workflow_id BIGINT NOT NULL,
  market TINYINT UNSIGNED NOT NULL,
  paused TINYINT UNSIGNED NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY lane_key (fleet_id, workflow_id, market)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job (
  id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  lane_id INT UNSIGNED NOT NULL,
  workflow_version_id BIGINT NOT NULL,
  effect_id BIGINT,
  model_set_id INT UNSIGNED NOT NULL,
  prio TINYINT UNSIGNED NOT NULL,
  pass BIGINT NOT NULL,
  cost_ms INT UNSIGNED NOT NULL,
  run_ms_max INT UNSIGNED NOT NULL,
  deadline_at BIGINT NOT NULL,
  losses_max TINYINT UNSIGNED NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  final_epoch INT UNSIGNED,
  losses TINYINT UNSIGNED NOT NULL,
  interruptions TINYINT UNSIGNED NOT NULL,
  cancel_at BIGINT,
  created_at BIGINT NOT NULL,
  first_started_at BIGINT,
  finished_at BIGINT,
  last_worker_id BIGINT,
  retried_from BIGINT,
  error_code VARCHAR(64),
  PRIMARY KEY (id),
  KEY job_user (user_id, id),
  KEY job_user_state (user_id, state, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_payload (
  job_id BIGINT NOT NULL,
  codec TINYINT UNSIGNED NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_result (
  job_id BIGINT NOT NULL,
  codec TINYINT UNSIGNED NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_ready (
  lane_id INT UNSIGNED NOT NULL,
  prio TINYINT UNSIGNED NOT NULL,
  pass BIGINT NOT NULL,
  job_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  model_set_id INT UNSIGNED NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  avoid_worker_id BIGINT NOT NULL,
  cost_ms INT UNSIGNED NOT NULL,
  run_ms_max INT UNSIGNED NOT NULL,
  deadline_at BIGINT NOT NULL,
  ready_at BIGINT NOT NULL,
  PRIMARY KEY (lane_id, prio, pass, job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_lease (
  job_id BIGINT NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  secret BINARY(16) NOT NULL,
  run_id BINARY(16) NOT NULL,
  claim_id BINARY(16) NOT NULL,
  worker_id BIGINT NOT NULL,
  lane_id INT UNSIGNED NOT NULL,
  prio TINYINT UNSIGNED NOT NULL,
  pass BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  model_set_id INT UNSIGNED NOT NULL,
  cost_ms INT UNSIGNED NOT NULL,
  leased_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  stop_at BIGINT NOT NULL,
  phase TINYINT UNSIGNED NOT NULL,
  progress SMALLINT UNSIGNED NOT NULL,
  stop TINYINT UNSIGNED NOT NULL,
  PRIMARY KEY (job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_delayed (
  due_at BIGINT NOT NULL,
  job_id BIGINT NOT NULL,
  reason TINYINT UNSIGNED NOT NULL,
  lane_id INT UNSIGNED NOT NULL,
  prio TINYINT UNSIGNED NOT NULL,
  pass BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  model_set_id INT UNSIGNED NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  avoid_worker_id BIGINT NOT NULL,
  cost_ms INT UNSIGNED NOT NULL,
  run_ms_max INT UNSIGNED NOT NULL,
  deadline_at BIGINT NOT NULL,
  ready_at BIGINT NOT NULL,
  PRIMARY KEY (due_at, job_id),
  KEY job_delayed_job (job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_held (
  fleet_id INT UNSIGNED NOT NULL,
  user_id BIGINT NOT NULL,
  prio TINYINT UNSIGNED NOT NULL,
  pass BIGINT NOT NULL,
  job_id BIGINT NOT NULL,
  lane_id INT UNSIGNED NOT NULL,
  model_set_id INT UNSIGNED NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  avoid_worker_id BIGINT NOT NULL,
  cost_ms INT UNSIGNED NOT NULL,
  run_ms_max INT UNSIGNED NOT NULL,
  deadline_at BIGINT NOT NULL,
  ready_at BIGINT NOT NULL,
  PRIMARY KEY (fleet_id, user_id, prio, pass, job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_cancel (
  job_id BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  asked_by BIGINT NOT NULL,
  PRIMARY KEY (job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_deadline (
  at BIGINT NOT NULL,
  job_id BIGINT NOT NULL,
  PRIMARY KEY (at, job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_attempt (
  job_id BIGINT NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  secret BINARY(16) NOT NULL,
  run_id BINARY(16) NOT NULL,
  worker_id BIGINT NOT NULL,
  leased_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  outcome TINYINT UNSIGNED NOT NULL,
  counted TINYINT UNSIGNED NOT NULL,
  code VARCHAR(64),
  PRIMARY KEY (job_id, epoch)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_event (
  job_id BIGINT NOT NULL,
  seq INT UNSIGNED NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,
  at BIGINT NOT NULL,
  data VARCHAR(1024),
  PRIMARY KEY (job_id, seq)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_failed (
  lane_id INT UNSIGNED NOT NULL,
  finished_at BIGINT NOT NULL,
  job_id BIGINT NOT NULL,
  error_code VARCHAR(64) NOT NULL,
  PRIMARY KEY (lane_id, finished_at, job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS idem (
  user_id BIGINT NOT NULL,
  key_hash BINARY(16) NOT NULL,
  job_id BIGINT NOT NULL,
  request_hash BINARY(16) NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, key_hash),
  KEY idem_expires (expires_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS fleet_user (
  fleet_id INT UNSIGNED NOT NULL,
  user_id BIGINT NOT NULL,
  prio TINYINT UNSIGNED NOT NULL,
  next_pass BIGINT NOT NULL,
  active INT NOT NULL,
  held INT NOT NULL,
  max_active INT,
  weight SMALLINT UNSIGNED NOT NULL,
  PRIMARY KEY (fleet_id, user_id, prio)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS fleet_clock (
  fleet_id INT UNSIGNED NOT NULL,
  prio TINYINT UNSIGNED NOT NULL,
  pass BIGINT NOT NULL,
  PRIMARY KEY (fleet_id, prio)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS stat (
  lane_id INT UNSIGNED NOT NULL,
  prio TINYINT UNSIGNED NOT NULL,
  shard SMALLINT UNSIGNED NOT NULL,
  ready BIGINT NOT NULL,
  ready_ms BIGINT NOT NULL,
  held BIGINT NOT NULL,
  due_later BIGINT NOT NULL,
  leased BIGINT NOT NULL,
  enqueued BIGINT NOT NULL,
  granted BIGINT NOT NULL,
  succeeded BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  expired BIGINT NOT NULL,
  canceled BIGINT NOT NULL,
  lost BIGINT NOT NULL,
  released BIGINT NOT NULL,
  stale BIGINT NOT NULL,
  PRIMARY KEY (lane_id, prio, shard)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS model_set (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  hash BINARY(16) NOT NULL,
  models VARCHAR(4096) NOT NULL,
  load_ms INT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY model_set_hash (hash)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS loop_lease (
  name VARCHAR(64) NOT NULL,
  owner VARCHAR(64) NOT NULL,
  epoch BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  hold_until BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS node_slot (
  slot SMALLINT UNSIGNED NOT NULL,
  owner VARCHAR(64) NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (slot)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS migration (
  number INT UNSIGNED NOT NULL,
  name VARCHAR(64) NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  statements_done SMALLINT UNSIGNED NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  app VARCHAR(40) NOT NULL,
  PRIMARY KEY (number)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Machines

CREATE TABLE IF NOT EXISTS launch_call (
  id BIGINT NOT NULL,
  fleet_id INT UNSIGNED NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  token VARCHAR(64) NOT NULL,
  cell VARCHAR(32) NOT NULL,
  launch_group VARCHAR(64) NOT NULL,
  market TINYINT UNSIGNED NOT NULL,
  az VARCHAR(32) NOT NULL,
  count SMALLINT UNSIGNED NOT NULL,
  request MEDIUMBLOB NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  tries SMALLINT UNSIGNED NOT NULL,
  planned_at BIGINT NOT NULL,
  sent_at BIGINT,
  ended_at BIGINT,
  error_code VARCHAR(64),
  PRIMARY KEY (id),
  UNIQUE KEY launch_call_token (token),
  KEY launch_call_state (state, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS launch (
  id BIGINT NOT NULL,
  call_id BIGINT NOT NULL,
  fleet_id INT UNSIGNED NOT NULL,
  origin TINYINT UNSIGNED NOT NULL,
  instance VARCHAR(64),
  cell VARCHAR(32) NOT NULL,
  market TINYINT UNSIGNED NOT NULL,
  az VARCHAR(32) NOT NULL,
  instance_type VARCHAR(64) NOT NULL,
  price_micro_hour BIGINT NOT NULL,
  ami VARCHAR(64) NOT NULL,
  generation VARCHAR(64) NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  for_job BIGINT NOT NULL,
  planned_at BIGINT NOT NULL,
  requested_at BIGINT,
  launched_at BIGINT,
  registered_at BIGINT,
  ready_at BIGINT,
  draining_at BIGINT,
  ended_at BIGINT,
  end_reason TINYINT UNSIGNED NOT NULL,
  console_tail VARCHAR(4096),
  PRIMARY KEY (id),
  UNIQUE KEY launch_instance (instance),
  KEY launch_fleet_state (fleet_id, state, id),
  KEY launch_of_call (call_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS boot_phase (
  launch_id BIGINT NOT NULL,
  phase TINYINT UNSIGNED NOT NULL,
  at BIGINT NOT NULL,
  took_ms INT UNSIGNED NOT NULL,
  PRIMARY KEY (launch_id, phase)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Catalogue

CREATE TABLE IF NOT EXISTS workflow (
  id BIGINT NOT NULL,
  slug VARCHAR(32) NOT NULL,
  name VARCHAR(120) NOT NULL,
  description VARCHAR(1024) NOT NULL,
  current_version_id BIGINT NOT NULL,
  archived_at BIGINT,
  seed_hash BINARY(32),
  rev INT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY workflow_slug (slug)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS workflow_version (
  id BIGINT NOT NULL,
  workflow_id BIGINT NOT NULL,
  n INT UNSIGNED NOT NULL,
  codec TINYINT UNSIGNED NOT NULL,
  graph MEDIUMBLOB NOT NULL,
  inputs MEDIUMBLOB NOT NULL,
  input_schema MEDIUMBLOB NOT NULL,
  outputs MEDIUMBLOB NOT NULL,
  needs MEDIUMBLOB NOT NULL,
  graph_hash BINARY(32) NOT NULL,
  structure_hash BINARY(32) NOT NULL,
  graph_public TINYINT UNSIGNED NOT NULL,
  changes VARCHAR(1000) NOT NULL,
  published_by BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY workflow_version_n (workflow_id, n),
  KEY workflow_version_structure (structure_hash, graph_hash)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS workflow_fleet (
  workflow_id BIGINT NOT NULL,
  stage TINYINT UNSIGNED NOT NULL,
  fleet_id INT UNSIGNED NOT NULL,
  by_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workflow_id, stage),
  KEY workflow_fleet_fleet (fleet_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS effect (
  id BIGINT NOT NULL,
  slug VARCHAR(32) NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  published_n INT UNSIGNED NOT NULL,
  seed_hash BINARY(32),
  seeded_n INT UNSIGNED NOT NULL,
  tested_version_id BIGINT NOT NULL,
  tested_job_id BIGINT NOT NULL,
  tested_at BIGINT,
  rev INT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY effect_slug (slug)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS effect_version (
  effect_id BIGINT NOT NULL,
  n INT UNSIGNED NOT NULL,
  content MEDIUMBLOB NOT NULL,
  workflow_version_id BIGINT NOT NULL,
  rolled_from INT UNSIGNED NOT NULL,
  by_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (effect_id, n),
  KEY effect_version_workflow (workflow_version_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS effect_media (
  effect_id BIGINT NOT NULL,
  sha256 BINARY(32) NOT NULL,
  object_key VARCHAR(255) NOT NULL,
  content_type VARCHAR(127) NOT NULL,
  width INT UNSIGNED NOT NULL,
  height INT UNSIGNED NOT NULL,
  thumbhash VARCHAR(40),
  alt VARCHAR(300) NOT NULL,
  from_asset_id BIGINT NOT NULL,
  PRIMARY KEY (effect_id, sha256)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Fleets and workers

CREATE TABLE IF NOT EXISTS fleet (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  stage TINYINT UNSIGNED NOT NULL,
  slug VARCHAR(32) NOT NULL,
  name VARCHAR(120) NOT NULL,
  template VARCHAR(64) NOT NULL,
  instance_types VARCHAR(1024) NOT NULL,
  dials MEDIUMBLOB NOT NULL,
  bundle_id BIGINT NOT NULL,
  ami VARCHAR(64),
  build_id INT UNSIGNED NOT NULL,
  generation VARCHAR(64) NOT NULL,
  bare_graphs TINYINT UNSIGNED NOT NULL,
  hold_until BIGINT,
  prewarm_until BIGINT,
  cell VARCHAR(32) NOT NULL,
  config_version INT UNSIGNED NOT NULL,
  rev INT UNSIGNED NOT NULL,
  created_at BIGINT NOT NULL,
  destroyed_at BIGINT,
  PRIMARY KEY (id),
  UNIQUE KEY fleet_name (stage, slug)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS pause (
  bit TINYINT UNSIGNED NOT NULL,
  fleet_id INT UNSIGNED NOT NULL,
  workflow_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT,
  PRIMARY KEY (bit, fleet_id, workflow_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS worker (
  id BIGINT NOT NULL,
  fleet_id INT UNSIGNED NOT NULL,
  launch_id BIGINT NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  market TINYINT UNSIGNED NOT NULL,
  drain_reason TINYINT UNSIGNED NOT NULL,
  drain_deadline BIGINT NOT NULL,
  instance VARCHAR(64) NOT NULL,
  boot_hash BINARY(32) NOT NULL,
  token_hash BINARY(32) NOT NULL,
  protocol SMALLINT UNSIGNED NOT NULL,
  generation VARCHAR(64) NOT NULL,
  bundle_id BIGINT NOT NULL,
  slots TINYINT UNSIGNED NOT NULL,
  hardware MEDIUMBLOB NOT NULL,
  ended_at BIGINT,
  PRIMARY KEY (id),
  UNIQUE KEY worker_token (token_hash),
  KEY worker_instance (instance, id),
  KEY worker_fleet_state (fleet_id, state)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS worker_live (
  worker_id BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  phase TINYINT UNSIGNED NOT NULL,
  phase_since BIGINT NOT NULL,
  busy TINYINT UNSIGNED NOT NULL,
  health TINYINT UNSIGNED NOT NULL,
  spot_deadline BIGINT,
  hold_until BIGINT,
  build_id INT UNSIGNED NOT NULL,
  warm MEDIUMBLOB NOT NULL,
  present MEDIUMBLOB NOT NULL,
  host MEDIUMBLOB NOT NULL,
  strikes TINYINT UNSIGNED NOT NULL,
  PRIMARY KEY (worker_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Files

CREATE TABLE IF NOT EXISTS asset (
  id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  shelf TINYINT UNSIGNED NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,
  source TINYINT UNSIGNED NOT NULL,
  favourite TINYINT UNSIGNED NOT NULL,
  thumbs TINYINT UNSIGNED NOT NULL,
  job_id BIGINT NOT NULL,
  effect_id BIGINT NOT NULL,
  size_bytes BIGINT NOT NULL,
  sha256 BINARY(32),
  blake3 BINARY(32),
  content_type VARCHAR(127) NOT NULL,
  width INT UNSIGNED,
  height INT UNSIGNED,
  duration_ms INT UNSIGNED,
  fps_milli INT UNSIGNED,
  thumbhash VARCHAR(40),
  name VARCHAR(255) NOT NULL,
  alt VARCHAR(300) NOT NULL,
  find VARCHAR(600) NOT NULL,
  tags VARCHAR(1024) NOT NULL,
  object_key VARCHAR(255) NOT NULL,
  trashed_at BIGINT,
  expires_at BIGINT,
  gone_at BIGINT,
  PRIMARY KEY (id),
  KEY asset_shelf (user_id, shelf, id),
  KEY asset_hash (user_id, sha256),
  KEY asset_job (job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS asset_due (
  at BIGINT NOT NULL,
  asset_id BIGINT NOT NULL,
  PRIMARY KEY (at, asset_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS label (
  user_id BIGINT NOT NULL,
  hash BINARY(16) NOT NULL,
  target_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, hash, target_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS upload (
  id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  purpose TINYINT UNSIGNED NOT NULL,
  mode TINYINT UNSIGNED NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  name VARCHAR(255) NOT NULL,
  content_type VARCHAR(127) NOT NULL,
  size_bytes BIGINT NOT NULL,
  sha256 BINARY(32) NOT NULL,
  part_size INT UNSIGNED NOT NULL,
  store_upload_id VARCHAR(1024),
  object_key VARCHAR(255) NOT NULL,
  target_id BIGINT NOT NULL,
  error_code VARCHAR(64),
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY upload_hash (user_id, sha256),
  KEY upload_expires (expires_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The cold side of jobs

CREATE TABLE IF NOT EXISTS job_info (
  job_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,
  api TINYINT UNSIGNED NOT NULL,
  flags SMALLINT UNSIGNED NOT NULL,
  key_id BIGINT NOT NULL,
  effect_n INT UNSIGNED NOT NULL,
  webhook_id BIGINT NOT NULL,
  webhook_events SMALLINT UNSIGNED NOT NULL,
  idempotency_key VARCHAR(255),
  labels MEDIUMBLOB NOT NULL,
  codec TINYINT UNSIGNED NOT NULL,
  input MEDIUMBLOB NOT NULL,
  PRIMARY KEY (job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_asset (
  job_id BIGINT NOT NULL,
  asset_id BIGINT NOT NULL,
  ref VARCHAR(64) NOT NULL,
  PRIMARY KEY (job_id, asset_id),
  KEY job_asset_asset (asset_id, job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS job_progress (
  job_id BIGINT NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  at BIGINT NOT NULL,
  data VARCHAR(1024) NOT NULL,
  PRIMARY KEY (job_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- People

CREATE TABLE IF NOT EXISTS user_account (
  id BIGINT NOT NULL,
  auth_id VARCHAR(64) NOT NULL,
  role TINYINT UNSIGNED NOT NULL,
  name VARCHAR(120) NOT NULL,
  disabled_at BIGINT,
  closed_at BIGINT,
  graphs_run TINYINT UNSIGNED NOT NULL,
  settings MEDIUMBLOB NOT NULL,
  rev INT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY user_account_auth (auth_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS one_time_link (
  id BIGINT NOT NULL,
  token_hash BINARY(32) NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,
  user_id BIGINT NOT NULL,
  email VARCHAR(320),
  role TINYINT UNSIGNED NOT NULL,
  made_by BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (id),
  UNIQUE KEY one_time_link_token (token_hash)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS user_storage (
  user_id BIGINT NOT NULL,
  shard SMALLINT UNSIGNED NOT NULL,
  bytes BIGINT NOT NULL,
  assets BIGINT NOT NULL,
  PRIMARY KEY (user_id, shard)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Keeping house

CREATE TABLE IF NOT EXISTS audit_log (
  id BIGINT NOT NULL,
  actor_id BIGINT NOT NULL,
  key_id BIGINT NOT NULL,
  ip VARCHAR(45) NOT NULL,
  route VARCHAR(64) NOT NULL,
  target VARCHAR(128) NOT NULL,
  outcome TINYINT UNSIGNED NOT NULL,
  request_id VARCHAR(64) NOT NULL,
  diff MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id),
  KEY audit_log_actor (actor_id, id),
  KEY audit_log_target (target, id),
  KEY audit_log_route (route, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS idem_answer (
  user_id BIGINT NOT NULL,
  key_hash BINARY(16) NOT NULL,
  request_hash BINARY(16) NOT NULL,
  status SMALLINT UNSIGNED NOT NULL,
  codec TINYINT UNSIGNED NOT NULL,
  body MEDIUMBLOB NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, key_hash),
  KEY idem_answer_expires (expires_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS setting (
  name VARCHAR(64) NOT NULL,
  value MEDIUMBLOB NOT NULL,
  rev INT UNSIGNED NOT NULL,
  by_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Sign-in: as better-auth 1.7.25 writes them (compileMigrations), with IF NOT EXISTS.
create table if not exists `auth_user` (`id` varchar(36) not null primary key, `name` varchar(255) not null, `email` varchar(255) not null unique, `emailVerified` boolean not null, `image` text, `createdAt` timestamp(3) default CURRENT_TIMESTAMP(3) not null, `updatedAt` timestamp(3) default CURRENT_TIMESTAMP(3) not null);

create table if not exists `auth_session` (`id` varchar(36) not null primary key, `expiresAt` timestamp(3) not null, `token` varchar(255) not null unique, `createdAt` timestamp(3) default CURRENT_TIMESTAMP(3) not null, `updatedAt` timestamp(3) not null, `ipAddress` text, `userAgent` text, `userId` varchar(36) not null references `auth_user` (`id`) on delete cascade);

create table if not exists `auth_account` (`id` varchar(36) not null primary key, `accountId` text not null, `providerId` text not null, `userId` varchar(36) not null references `auth_user` (`id`) on delete cascade, `accessToken` text, `refreshToken` text, `idToken` text, `accessTokenExpiresAt` timestamp(3), `refreshTokenExpiresAt` timestamp(3), `scope` text, `password` text, `createdAt` timestamp(3) default CURRENT_TIMESTAMP(3) not null, `updatedAt` timestamp(3) not null);

create table if not exists `auth_verification` (`id` varchar(36) not null primary key, `identifier` varchar(255) not null, `value` text not null, `expiresAt` timestamp(3) not null, `createdAt` timestamp(3) default CURRENT_TIMESTAMP(3) not null, `updatedAt` timestamp(3) default CURRENT_TIMESTAMP(3) not null);

create table if not exists `auth_rate_limit` (`id` varchar(36) not null primary key, `key` varchar(255) not null unique, `count` integer not null, `lastRequest` bigint not null);

create index if not exists `auth_session_userId_idx` on `auth_session` (`userId`);

create index if not exists `auth_account_userId_idx` on `auth_account` (`userId`);

create index if not exists `auth_verification_identifier_idx` on `auth_verification` (`identifier`);

-- Nobody edits what was recorded, and nothing goes before it is 400 days old (an id tells its time).
CREATE OR REPLACE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit_log is append-only';

CREATE OR REPLACE TRIGGER audit_log_no_early_delete BEFORE DELETE ON audit_log FOR EACH ROW
  IF ((OLD.id >> 22) + 1735689600000) > (UNIX_TIMESTAMP() - 34560000) * 1000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit_log rows are kept for 400 days';
  END IF;

-- The built-in fleet of each stage that no worker belongs to: jobs of a workflow without a fleet wait there (no_fleet).
INSERT INTO fleet (stage, slug, name, template, instance_types, dials, bundle_id, ami, build_id, generation, bare_graphs, hold_until, prewarm_until, cell, config_version, rev, created_at, destroyed_at) VALUES
  (1, 'none', 'Served by no fleet', '', '', '{}', 0, NULL, 0, '', 0, NULL, NULL, '', 1, 1, 1735689600000, NULL),
  (2, 'none', 'Served by no fleet', '', '', '{}', 0, NULL, 0, '', 0, NULL, NULL, '', 1, 1, 1735689600000, NULL)
ON DUPLICATE KEY UPDATE id = id;
