CREATE TABLE asset (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL,
  shelf INTEGER NOT NULL CHECK (shelf BETWEEN 0 AND 255),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 255),
  source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 255),
  favourite INTEGER NOT NULL CHECK (favourite BETWEEN 0 AND 255),
  thumbs INTEGER NOT NULL CHECK (thumbs BETWEEN 0 AND 255),
  job_id INTEGER NOT NULL,
  effect_id INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 BLOB CHECK (length(sha256) = 32),
  blake3 BLOB CHECK (length(blake3) = 32),
  content_type TEXT NOT NULL CHECK (length(content_type) <= 127),
  width INTEGER CHECK (width BETWEEN 0 AND 4294967295),
  height INTEGER CHECK (height BETWEEN 0 AND 4294967295),
  duration_ms INTEGER CHECK (duration_ms BETWEEN 0 AND 4294967295),
  fps_milli INTEGER CHECK (fps_milli BETWEEN 0 AND 4294967295),
  thumbhash TEXT CHECK (length(thumbhash) <= 40),
  name TEXT NOT NULL CHECK (length(name) <= 255),
  alt TEXT NOT NULL CHECK (length(alt) <= 300),
  find TEXT NOT NULL CHECK (length(find) <= 600),
  tags TEXT NOT NULL CHECK (length(tags) <= 1024),
  object_key TEXT NOT NULL CHECK (length(object_key) <= 255),
  trashed_at INTEGER,
  expires_at INTEGER,
  gone_at INTEGER
) STRICT;

CREATE INDEX asset_hash ON asset (user_id, sha256);

CREATE INDEX asset_job ON asset (job_id);

CREATE INDEX asset_shelf ON asset (user_id, shelf, id);

CREATE TABLE asset_due (
  at INTEGER NOT NULL,
  asset_id INTEGER NOT NULL,
  PRIMARY KEY (at, asset_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_log_no_early_delete BEFORE DELETE ON audit_log
WHEN ((OLD.id >> 22) + 1735689600000) > (CAST(strftime('%s', 'now') AS INTEGER) - 34560000) * 1000
BEGIN
  SELECT RAISE(ABORT, 'audit_log rows are kept for 400 days');
END;

CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only');
END;

CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  key_id INTEGER NOT NULL,
  ip TEXT NOT NULL CHECK (length(ip) <= 45),
  route TEXT NOT NULL CHECK (length(route) <= 64),
  target TEXT NOT NULL CHECK (length(target) <= 128),
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 255),
  request_id TEXT NOT NULL CHECK (length(request_id) <= 64),
  diff BLOB NOT NULL
) STRICT;

CREATE INDEX audit_log_actor ON audit_log (actor_id, id);

CREATE INDEX audit_log_route ON audit_log (route, id);

CREATE INDEX audit_log_target ON audit_log (target, id);

CREATE TABLE "auth_account" ("id" text not null primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references "auth_user" ("id") on delete cascade, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null, "updatedAt" date not null);

CREATE INDEX "auth_account_userId_idx" on "auth_account" ("userId");

CREATE TABLE "auth_rate_limit" ("id" text not null primary key, "key" text not null unique, "count" integer not null, "lastRequest" bigint not null);

CREATE TABLE "auth_session" ("id" text not null primary key, "expiresAt" date not null, "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text, "userAgent" text, "userId" text not null references "auth_user" ("id") on delete cascade);

CREATE INDEX "auth_session_userId_idx" on "auth_session" ("userId");

CREATE TABLE "auth_user" ("id" text not null primary key, "name" text not null, "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null);

CREATE TABLE "auth_verification" ("id" text not null primary key, "identifier" text not null, "value" text not null, "expiresAt" date not null, "createdAt" date not null, "updatedAt" date not null);

CREATE INDEX "auth_verification_identifier_idx" on "auth_verification" ("identifier");

CREATE TABLE boot_phase (
  launch_id INTEGER NOT NULL,
  phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 255),
  at INTEGER NOT NULL,
  took_ms INTEGER NOT NULL CHECK (took_ms BETWEEN 0 AND 4294967295),
  PRIMARY KEY (launch_id, phase)
) STRICT, WITHOUT ROWID;

CREATE TABLE effect (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL CHECK (length(slug) <= 32),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 255),
  published_n INTEGER NOT NULL CHECK (published_n BETWEEN 0 AND 4294967295),
  seed_hash BLOB CHECK (length(seed_hash) = 32),
  seeded_n INTEGER NOT NULL CHECK (seeded_n BETWEEN 0 AND 4294967295),
  tested_version_id INTEGER NOT NULL,
  tested_job_id INTEGER NOT NULL,
  tested_at INTEGER,
  rev INTEGER NOT NULL CHECK (rev BETWEEN 0 AND 4294967295)
) STRICT;

CREATE UNIQUE INDEX effect_slug ON effect (slug);

CREATE TABLE effect_media (
  effect_id INTEGER NOT NULL,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  object_key TEXT NOT NULL CHECK (length(object_key) <= 255),
  content_type TEXT NOT NULL CHECK (length(content_type) <= 127),
  width INTEGER NOT NULL CHECK (width BETWEEN 0 AND 4294967295),
  height INTEGER NOT NULL CHECK (height BETWEEN 0 AND 4294967295),
  thumbhash TEXT CHECK (length(thumbhash) <= 40),
  alt TEXT NOT NULL CHECK (length(alt) <= 300),
  from_asset_id INTEGER NOT NULL,
  PRIMARY KEY (effect_id, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE effect_version (
  effect_id INTEGER NOT NULL,
  n INTEGER NOT NULL CHECK (n BETWEEN 0 AND 4294967295),
  content BLOB NOT NULL,
  workflow_version_id INTEGER NOT NULL,
  rolled_from INTEGER NOT NULL CHECK (rolled_from BETWEEN 0 AND 4294967295),
  by_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (effect_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX effect_version_workflow ON effect_version (workflow_version_id);

CREATE TABLE fleet (
  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),
  stage INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 255),
  slug TEXT NOT NULL CHECK (length(slug) <= 32),
  name TEXT NOT NULL CHECK (length(name) <= 120),
  template TEXT NOT NULL CHECK (length(template) <= 64),
  instance_types TEXT NOT NULL CHECK (length(instance_types) <= 1024),
  dials BLOB NOT NULL,
  bundle_id INTEGER NOT NULL,
  ami TEXT CHECK (length(ami) <= 64),
  build_id INTEGER NOT NULL CHECK (build_id BETWEEN 0 AND 4294967295),
  generation TEXT NOT NULL CHECK (length(generation) <= 64),
  bare_graphs INTEGER NOT NULL CHECK (bare_graphs BETWEEN 0 AND 255),
  hold_until INTEGER,
  prewarm_until INTEGER,
  cell TEXT NOT NULL CHECK (length(cell) <= 32),
  config_version INTEGER NOT NULL CHECK (config_version BETWEEN 0 AND 4294967295),
  rev INTEGER NOT NULL CHECK (rev BETWEEN 0 AND 4294967295),
  created_at INTEGER NOT NULL,
  destroyed_at INTEGER
) STRICT;

CREATE UNIQUE INDEX fleet_name ON fleet (stage, slug);

CREATE TABLE fleet_clock (
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  prio INTEGER NOT NULL CHECK (prio BETWEEN 0 AND 255),
  pass INTEGER NOT NULL,
  PRIMARY KEY (fleet_id, prio)
) STRICT, WITHOUT ROWID;

CREATE TABLE fleet_user (
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  user_id INTEGER NOT NULL,
  prio INTEGER NOT NULL CHECK (prio BETWEEN 0 AND 255),
  next_pass INTEGER NOT NULL,
  active INTEGER NOT NULL,
  held INTEGER NOT NULL,
  max_active INTEGER,
  weight INTEGER NOT NULL CHECK (weight BETWEEN 0 AND 65535),
  PRIMARY KEY (fleet_id, user_id, prio)
) STRICT, WITHOUT ROWID;

CREATE TABLE idem (
  user_id INTEGER NOT NULL,
  key_hash BLOB NOT NULL CHECK (length(key_hash) = 16),
  job_id INTEGER NOT NULL,
  request_hash BLOB NOT NULL CHECK (length(request_hash) = 16),
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX idem_expires ON idem (expires_at);

CREATE TABLE idem_answer (
  user_id INTEGER NOT NULL,
  key_hash BLOB NOT NULL CHECK (length(key_hash) = 16),
  request_hash BLOB NOT NULL CHECK (length(request_hash) = 16),
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 65535),
  codec INTEGER NOT NULL CHECK (codec BETWEEN 0 AND 255),
  body BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX idem_answer_expires ON idem_answer (expires_at);

CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL,
  lane_id INTEGER NOT NULL CHECK (lane_id BETWEEN 0 AND 4294967295),
  workflow_version_id INTEGER NOT NULL,
  effect_id INTEGER,
  model_set_id INTEGER NOT NULL CHECK (model_set_id BETWEEN 0 AND 4294967295),
  prio INTEGER NOT NULL CHECK (prio BETWEEN 0 AND 255),
  pass INTEGER NOT NULL,
  cost_ms INTEGER NOT NULL CHECK (cost_ms BETWEEN 0 AND 4294967295),
  run_ms_max INTEGER NOT NULL CHECK (run_ms_max BETWEEN 0 AND 4294967295),
  deadline_at INTEGER NOT NULL,
  losses_max INTEGER NOT NULL CHECK (losses_max BETWEEN 0 AND 255),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 255),
  final_epoch INTEGER CHECK (final_epoch BETWEEN 0 AND 4294967295),
  losses INTEGER NOT NULL CHECK (losses BETWEEN 0 AND 255),
  interruptions INTEGER NOT NULL CHECK (interruptions BETWEEN 0 AND 255),
  cancel_at INTEGER,
  created_at INTEGER NOT NULL,
  first_started_at INTEGER,
  finished_at INTEGER,
  last_worker_id INTEGER,
  retried_from INTEGER,
  error_code TEXT CHECK (length(error_code) <= 64)
) STRICT;

CREATE INDEX job_user ON job (user_id, id);

CREATE INDEX job_user_state ON job (user_id, state, id);

CREATE TABLE job_asset (
  job_id INTEGER NOT NULL,
  asset_id INTEGER NOT NULL,
  ref TEXT NOT NULL CHECK (length(ref) <= 64),
  PRIMARY KEY (job_id, asset_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_asset_asset ON job_asset (asset_id, job_id);

CREATE TABLE job_attempt (
  job_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  secret BLOB NOT NULL CHECK (length(secret) = 16),
  run_id BLOB NOT NULL CHECK (length(run_id) = 16),
  worker_id INTEGER NOT NULL,
  leased_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 255),
  counted INTEGER NOT NULL CHECK (counted BETWEEN 0 AND 255),
  code TEXT CHECK (length(code) <= 64),
  PRIMARY KEY (job_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_cancel (
  job_id INTEGER PRIMARY KEY,
  asked_at INTEGER NOT NULL,
  asked_by INTEGER NOT NULL
) STRICT;

CREATE TABLE job_deadline (
  at INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  PRIMARY KEY (at, job_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_delayed (
  due_at INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 255),
  lane_id INTEGER NOT NULL CHECK (lane_id BETWEEN 0 AND 4294967295),
  prio INTEGER NOT NULL CHECK (prio BETWEEN 0 AND 255),
  pass INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  model_set_id INTEGER NOT NULL CHECK (model_set_id BETWEEN 0 AND 4294967295),
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  avoid_worker_id INTEGER NOT NULL,
  cost_ms INTEGER NOT NULL CHECK (cost_ms BETWEEN 0 AND 4294967295),
  run_ms_max INTEGER NOT NULL CHECK (run_ms_max BETWEEN 0 AND 4294967295),
  deadline_at INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  PRIMARY KEY (due_at, job_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_delayed_job ON job_delayed (job_id);

CREATE TABLE job_event (
  job_id INTEGER NOT NULL,
  seq INTEGER NOT NULL CHECK (seq BETWEEN 0 AND 4294967295),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 255),
  at INTEGER NOT NULL,
  data TEXT CHECK (length(data) <= 1024),
  PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_failed (
  lane_id INTEGER NOT NULL CHECK (lane_id BETWEEN 0 AND 4294967295),
  finished_at INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  error_code TEXT NOT NULL CHECK (length(error_code) <= 64),
  PRIMARY KEY (lane_id, finished_at, job_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_held (
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  user_id INTEGER NOT NULL,
  prio INTEGER NOT NULL CHECK (prio BETWEEN 0 AND 255),
  pass INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  lane_id INTEGER NOT NULL CHECK (lane_id BETWEEN 0 AND 4294967295),
  model_set_id INTEGER NOT NULL CHECK (model_set_id BETWEEN 0 AND 4294967295),
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  avoid_worker_id INTEGER NOT NULL,
  cost_ms INTEGER NOT NULL CHECK (cost_ms BETWEEN 0 AND 4294967295),
  run_ms_max INTEGER NOT NULL CHECK (run_ms_max BETWEEN 0 AND 4294967295),
  deadline_at INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  PRIMARY KEY (fleet_id, user_id, prio, pass, job_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_info (
  job_id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 255),
  api INTEGER NOT NULL CHECK (api BETWEEN 0 AND 255),
  flags INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 65535),
  key_id INTEGER NOT NULL,
  effect_n INTEGER NOT NULL CHECK (effect_n BETWEEN 0 AND 4294967295),
  webhook_id INTEGER NOT NULL,
  webhook_events INTEGER NOT NULL CHECK (webhook_events BETWEEN 0 AND 65535),
  idempotency_key TEXT CHECK (length(idempotency_key) <= 255),
  labels BLOB NOT NULL,
  codec INTEGER NOT NULL CHECK (codec BETWEEN 0 AND 255),
  input BLOB NOT NULL
) STRICT;

CREATE TABLE job_lease (
  job_id INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  secret BLOB NOT NULL CHECK (length(secret) = 16),
  run_id BLOB NOT NULL CHECK (length(run_id) = 16),
  claim_id BLOB NOT NULL CHECK (length(claim_id) = 16),
  worker_id INTEGER NOT NULL,
  lane_id INTEGER NOT NULL CHECK (lane_id BETWEEN 0 AND 4294967295),
  prio INTEGER NOT NULL CHECK (prio BETWEEN 0 AND 255),
  pass INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  model_set_id INTEGER NOT NULL CHECK (model_set_id BETWEEN 0 AND 4294967295),
  cost_ms INTEGER NOT NULL CHECK (cost_ms BETWEEN 0 AND 4294967295),
  leased_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  stop_at INTEGER NOT NULL,
  phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 255),
  progress INTEGER NOT NULL CHECK (progress BETWEEN 0 AND 65535),
  stop INTEGER NOT NULL CHECK (stop BETWEEN 0 AND 255)
) STRICT;

CREATE TABLE job_payload (
  job_id INTEGER PRIMARY KEY,
  codec INTEGER NOT NULL CHECK (codec BETWEEN 0 AND 255),
  body BLOB NOT NULL
) STRICT;

CREATE TABLE job_progress (
  job_id INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  at INTEGER NOT NULL,
  data TEXT NOT NULL CHECK (length(data) <= 1024)
) STRICT;

CREATE TABLE job_ready (
  lane_id INTEGER NOT NULL CHECK (lane_id BETWEEN 0 AND 4294967295),
  prio INTEGER NOT NULL CHECK (prio BETWEEN 0 AND 255),
  pass INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  model_set_id INTEGER NOT NULL CHECK (model_set_id BETWEEN 0 AND 4294967295),
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  avoid_worker_id INTEGER NOT NULL,
  cost_ms INTEGER NOT NULL CHECK (cost_ms BETWEEN 0 AND 4294967295),
  run_ms_max INTEGER NOT NULL CHECK (run_ms_max BETWEEN 0 AND 4294967295),
  deadline_at INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  PRIMARY KEY (lane_id, prio, pass, job_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_result (
  job_id INTEGER PRIMARY KEY,
  codec INTEGER NOT NULL CHECK (codec BETWEEN 0 AND 255),
  body BLOB NOT NULL
) STRICT;

CREATE TABLE label (
  user_id INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 16),
  target_id INTEGER NOT NULL,
  PRIMARY KEY (user_id, hash, target_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE lane (
  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  workflow_id INTEGER NOT NULL,
  market INTEGER NOT NULL CHECK (market BETWEEN 0 AND 255),
  paused INTEGER NOT NULL CHECK (paused BETWEEN 0 AND 255),
  created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX lane_key ON lane (fleet_id, workflow_id, market);

CREATE TABLE launch (
  id INTEGER PRIMARY KEY,
  call_id INTEGER NOT NULL,
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  origin INTEGER NOT NULL CHECK (origin BETWEEN 0 AND 255),
  instance TEXT CHECK (length(instance) <= 64),
  cell TEXT NOT NULL CHECK (length(cell) <= 32),
  market INTEGER NOT NULL CHECK (market BETWEEN 0 AND 255),
  az TEXT NOT NULL CHECK (length(az) <= 32),
  instance_type TEXT NOT NULL CHECK (length(instance_type) <= 64),
  price_micro_hour INTEGER NOT NULL,
  ami TEXT NOT NULL CHECK (length(ami) <= 64),
  generation TEXT NOT NULL CHECK (length(generation) <= 64),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 255),
  for_job INTEGER NOT NULL,
  planned_at INTEGER NOT NULL,
  requested_at INTEGER,
  launched_at INTEGER,
  registered_at INTEGER,
  ready_at INTEGER,
  draining_at INTEGER,
  ended_at INTEGER,
  end_reason INTEGER NOT NULL CHECK (end_reason BETWEEN 0 AND 255),
  console_tail TEXT CHECK (length(console_tail) <= 4096)
) STRICT;

CREATE INDEX launch_fleet_state ON launch (fleet_id, state, id);

CREATE UNIQUE INDEX launch_instance ON launch (instance);

CREATE INDEX launch_of_call ON launch (call_id);

CREATE TABLE launch_call (
  id INTEGER PRIMARY KEY,
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  token TEXT NOT NULL CHECK (length(token) <= 64),
  cell TEXT NOT NULL CHECK (length(cell) <= 32),
  launch_group TEXT NOT NULL CHECK (length(launch_group) <= 64),
  market INTEGER NOT NULL CHECK (market BETWEEN 0 AND 255),
  az TEXT NOT NULL CHECK (length(az) <= 32),
  count INTEGER NOT NULL CHECK (count BETWEEN 0 AND 65535),
  request BLOB NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 255),
  tries INTEGER NOT NULL CHECK (tries BETWEEN 0 AND 65535),
  planned_at INTEGER NOT NULL,
  sent_at INTEGER,
  ended_at INTEGER,
  error_code TEXT CHECK (length(error_code) <= 64)
) STRICT;

CREATE INDEX launch_call_state ON launch_call (state, id);

CREATE UNIQUE INDEX launch_call_token ON launch_call (token);

CREATE TABLE loop_lease (
  name TEXT NOT NULL CHECK (length(name) <= 64),
  owner TEXT NOT NULL CHECK (length(owner) <= 64),
  epoch INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  hold_until INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

CREATE TABLE migration (
  number INTEGER PRIMARY KEY CHECK (number BETWEEN 0 AND 4294967295),
  name TEXT NOT NULL CHECK (length(name) <= 64),
  sha256 TEXT NOT NULL CHECK (length(sha256) <= 64),
  statements_done INTEGER NOT NULL CHECK (statements_done BETWEEN 0 AND 65535),
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  app TEXT NOT NULL CHECK (length(app) <= 40)
) STRICT;

CREATE TABLE model_set (
  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),
  hash BLOB NOT NULL CHECK (length(hash) = 16),
  models TEXT NOT NULL CHECK (length(models) <= 4096),
  load_ms INTEGER NOT NULL CHECK (load_ms BETWEEN 0 AND 4294967295)
) STRICT;

CREATE UNIQUE INDEX model_set_hash ON model_set (hash);

CREATE TABLE node_slot (
  slot INTEGER PRIMARY KEY CHECK (slot BETWEEN 0 AND 65535),
  owner TEXT NOT NULL CHECK (length(owner) <= 64),
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE one_time_link (
  id INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 255),
  user_id INTEGER NOT NULL,
  email TEXT CHECK (length(email) <= 320),
  role INTEGER NOT NULL CHECK (role BETWEEN 0 AND 255),
  made_by INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;

CREATE UNIQUE INDEX one_time_link_token ON one_time_link (token_hash);

CREATE TABLE pause (
  bit INTEGER NOT NULL CHECK (bit BETWEEN 0 AND 255),
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  workflow_id INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (length(reason) <= 200),
  since INTEGER NOT NULL,
  until INTEGER,
  PRIMARY KEY (bit, fleet_id, workflow_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  name TEXT NOT NULL CHECK (length(name) <= 64),
  value BLOB NOT NULL,
  rev INTEGER NOT NULL CHECK (rev BETWEEN 0 AND 4294967295),
  by_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

CREATE TABLE stat (
  lane_id INTEGER NOT NULL CHECK (lane_id BETWEEN 0 AND 4294967295),
  prio INTEGER NOT NULL CHECK (prio BETWEEN 0 AND 255),
  shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 65535),
  ready INTEGER NOT NULL,
  ready_ms INTEGER NOT NULL,
  held INTEGER NOT NULL,
  due_later INTEGER NOT NULL,
  leased INTEGER NOT NULL,
  enqueued INTEGER NOT NULL,
  granted INTEGER NOT NULL,
  succeeded INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  expired INTEGER NOT NULL,
  canceled INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  released INTEGER NOT NULL,
  stale INTEGER NOT NULL,
  PRIMARY KEY (lane_id, prio, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE upload (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL,
  purpose INTEGER NOT NULL CHECK (purpose BETWEEN 0 AND 255),
  mode INTEGER NOT NULL CHECK (mode BETWEEN 0 AND 255),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 255),
  name TEXT NOT NULL CHECK (length(name) <= 255),
  content_type TEXT NOT NULL CHECK (length(content_type) <= 127),
  size_bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  part_size INTEGER NOT NULL CHECK (part_size BETWEEN 0 AND 4294967295),
  store_upload_id TEXT CHECK (length(store_upload_id) <= 1024),
  object_key TEXT NOT NULL CHECK (length(object_key) <= 255),
  target_id INTEGER NOT NULL,
  error_code TEXT CHECK (length(error_code) <= 64),
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX upload_expires ON upload (expires_at);

CREATE INDEX upload_hash ON upload (user_id, sha256);

CREATE TABLE user_account (
  id INTEGER PRIMARY KEY,
  auth_id TEXT NOT NULL CHECK (length(auth_id) <= 64),
  role INTEGER NOT NULL CHECK (role BETWEEN 0 AND 255),
  name TEXT NOT NULL CHECK (length(name) <= 120),
  disabled_at INTEGER,
  closed_at INTEGER,
  graphs_run INTEGER NOT NULL CHECK (graphs_run BETWEEN 0 AND 255),
  settings BLOB NOT NULL,
  rev INTEGER NOT NULL CHECK (rev BETWEEN 0 AND 4294967295)
) STRICT;

CREATE UNIQUE INDEX user_account_auth ON user_account (auth_id);

CREATE TABLE user_storage (
  user_id INTEGER NOT NULL,
  shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 65535),
  bytes INTEGER NOT NULL,
  assets INTEGER NOT NULL,
  PRIMARY KEY (user_id, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE worker (
  id INTEGER PRIMARY KEY,
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  launch_id INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 255),
  market INTEGER NOT NULL CHECK (market BETWEEN 0 AND 255),
  drain_reason INTEGER NOT NULL CHECK (drain_reason BETWEEN 0 AND 255),
  drain_deadline INTEGER NOT NULL,
  instance TEXT NOT NULL CHECK (length(instance) <= 64),
  boot_hash BLOB NOT NULL CHECK (length(boot_hash) = 32),
  token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
  protocol INTEGER NOT NULL CHECK (protocol BETWEEN 0 AND 65535),
  generation TEXT NOT NULL CHECK (length(generation) <= 64),
  bundle_id INTEGER NOT NULL,
  slots INTEGER NOT NULL CHECK (slots BETWEEN 0 AND 255),
  hardware BLOB NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE INDEX worker_fleet_state ON worker (fleet_id, state);

CREATE INDEX worker_instance ON worker (instance, id);

CREATE UNIQUE INDEX worker_token ON worker (token_hash);

CREATE TABLE worker_live (
  worker_id INTEGER PRIMARY KEY,
  seen_at INTEGER NOT NULL,
  phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 255),
  phase_since INTEGER NOT NULL,
  busy INTEGER NOT NULL CHECK (busy BETWEEN 0 AND 255),
  health INTEGER NOT NULL CHECK (health BETWEEN 0 AND 255),
  spot_deadline INTEGER,
  hold_until INTEGER,
  build_id INTEGER NOT NULL CHECK (build_id BETWEEN 0 AND 4294967295),
  warm BLOB NOT NULL,
  present BLOB NOT NULL,
  host BLOB NOT NULL,
  strikes INTEGER NOT NULL CHECK (strikes BETWEEN 0 AND 255)
) STRICT;

CREATE TABLE workflow (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL CHECK (length(slug) <= 32),
  name TEXT NOT NULL CHECK (length(name) <= 120),
  description TEXT NOT NULL CHECK (length(description) <= 1024),
  current_version_id INTEGER NOT NULL,
  archived_at INTEGER,
  seed_hash BLOB CHECK (length(seed_hash) = 32),
  rev INTEGER NOT NULL CHECK (rev BETWEEN 0 AND 4294967295)
) STRICT;

CREATE UNIQUE INDEX workflow_slug ON workflow (slug);

CREATE TABLE workflow_fleet (
  workflow_id INTEGER NOT NULL,
  stage INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 255),
  fleet_id INTEGER NOT NULL CHECK (fleet_id BETWEEN 0 AND 4294967295),
  by_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, stage)
) STRICT, WITHOUT ROWID;

CREATE INDEX workflow_fleet_fleet ON workflow_fleet (fleet_id);

CREATE TABLE workflow_version (
  id INTEGER PRIMARY KEY,
  workflow_id INTEGER NOT NULL,
  n INTEGER NOT NULL CHECK (n BETWEEN 0 AND 4294967295),
  codec INTEGER NOT NULL CHECK (codec BETWEEN 0 AND 255),
  graph BLOB NOT NULL,
  inputs BLOB NOT NULL,
  input_schema BLOB NOT NULL,
  outputs BLOB NOT NULL,
  needs BLOB NOT NULL,
  graph_hash BLOB NOT NULL CHECK (length(graph_hash) = 32),
  structure_hash BLOB NOT NULL CHECK (length(structure_hash) = 32),
  graph_public INTEGER NOT NULL CHECK (graph_public BETWEEN 0 AND 255),
  changes TEXT NOT NULL CHECK (length(changes) <= 1000),
  published_by INTEGER NOT NULL,
  published_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX workflow_version_n ON workflow_version (workflow_id, n);

CREATE INDEX workflow_version_structure ON workflow_version (structure_hash, graph_hash);
