CREATE TABLE `asset` (
  `id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `shelf` tinyint(3) unsigned NOT NULL,
  `kind` tinyint(3) unsigned NOT NULL,
  `source` tinyint(3) unsigned NOT NULL,
  `favourite` tinyint(3) unsigned NOT NULL,
  `thumbs` tinyint(3) unsigned NOT NULL,
  `job_id` bigint(20) NOT NULL,
  `effect_id` bigint(20) NOT NULL,
  `size_bytes` bigint(20) NOT NULL,
  `sha256` binary(32) DEFAULT NULL,
  `blake3` binary(32) DEFAULT NULL,
  `content_type` varchar(127) NOT NULL,
  `width` int(10) unsigned DEFAULT NULL,
  `height` int(10) unsigned DEFAULT NULL,
  `duration_ms` int(10) unsigned DEFAULT NULL,
  `fps_milli` int(10) unsigned DEFAULT NULL,
  `thumbhash` varchar(40) DEFAULT NULL,
  `name` varchar(255) NOT NULL,
  `alt` varchar(300) NOT NULL,
  `find` varchar(600) NOT NULL,
  `tags` varchar(1024) NOT NULL,
  `object_key` varchar(255) NOT NULL,
  `trashed_at` bigint(20) DEFAULT NULL,
  `expires_at` bigint(20) DEFAULT NULL,
  `gone_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `asset_shelf` (`user_id`,`shelf`,`id`),
  KEY `asset_hash` (`user_id`,`sha256`),
  KEY `asset_job` (`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `asset_due` (
  `at` bigint(20) NOT NULL,
  `asset_id` bigint(20) NOT NULL,
  PRIMARY KEY (`at`,`asset_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `audit_log` (
  `id` bigint(20) NOT NULL,
  `actor_id` bigint(20) NOT NULL,
  `key_id` bigint(20) NOT NULL,
  `ip` varchar(45) NOT NULL,
  `route` varchar(64) NOT NULL,
  `target` varchar(128) NOT NULL,
  `outcome` tinyint(3) unsigned NOT NULL,
  `request_id` varchar(64) NOT NULL,
  `diff` mediumblob NOT NULL,
  PRIMARY KEY (`id`),
  KEY `audit_log_actor` (`actor_id`,`id`),
  KEY `audit_log_target` (`target`,`id`),
  KEY `audit_log_route` (`route`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `auth_account` (
  `id` varchar(36) NOT NULL,
  `accountId` text NOT NULL,
  `providerId` text NOT NULL,
  `userId` varchar(36) NOT NULL,
  `accessToken` text DEFAULT NULL,
  `refreshToken` text DEFAULT NULL,
  `idToken` text DEFAULT NULL,
  `accessTokenExpiresAt` timestamp(3) NULL DEFAULT NULL,
  `refreshTokenExpiresAt` timestamp(3) NULL DEFAULT NULL,
  `scope` text DEFAULT NULL,
  `password` text DEFAULT NULL,
  `createdAt` timestamp(3) NOT NULL DEFAULT current_timestamp(3),
  `updatedAt` timestamp(3) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `auth_account_userId_idx` (`userId`),
  CONSTRAINT `auth_account_ibfk_1` FOREIGN KEY (`userId`) REFERENCES `auth_user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `auth_rate_limit` (
  `id` varchar(36) NOT NULL,
  `key` varchar(255) NOT NULL,
  `count` int(11) NOT NULL,
  `lastRequest` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `key` (`key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `auth_session` (
  `id` varchar(36) NOT NULL,
  `expiresAt` timestamp(3) NOT NULL,
  `token` varchar(255) NOT NULL,
  `createdAt` timestamp(3) NOT NULL DEFAULT current_timestamp(3),
  `updatedAt` timestamp(3) NOT NULL,
  `ipAddress` text DEFAULT NULL,
  `userAgent` text DEFAULT NULL,
  `userId` varchar(36) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `token` (`token`),
  KEY `auth_session_userId_idx` (`userId`),
  CONSTRAINT `auth_session_ibfk_1` FOREIGN KEY (`userId`) REFERENCES `auth_user` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `auth_user` (
  `id` varchar(36) NOT NULL,
  `name` varchar(255) NOT NULL,
  `email` varchar(255) NOT NULL,
  `emailVerified` tinyint(1) NOT NULL,
  `image` text DEFAULT NULL,
  `createdAt` timestamp(3) NOT NULL DEFAULT current_timestamp(3),
  `updatedAt` timestamp(3) NOT NULL DEFAULT current_timestamp(3),
  PRIMARY KEY (`id`),
  UNIQUE KEY `email` (`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `auth_verification` (
  `id` varchar(36) NOT NULL,
  `identifier` varchar(255) NOT NULL,
  `value` text NOT NULL,
  `expiresAt` timestamp(3) NOT NULL,
  `createdAt` timestamp(3) NOT NULL DEFAULT current_timestamp(3),
  `updatedAt` timestamp(3) NOT NULL DEFAULT current_timestamp(3),
  PRIMARY KEY (`id`),
  KEY `auth_verification_identifier_idx` (`identifier`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `boot_phase` (
  `launch_id` bigint(20) NOT NULL,
  `phase` tinyint(3) unsigned NOT NULL,
  `at` bigint(20) NOT NULL,
  `took_ms` int(10) unsigned NOT NULL,
  PRIMARY KEY (`launch_id`,`phase`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `effect` (
  `id` bigint(20) NOT NULL,
  `slug` varchar(32) NOT NULL,
  `state` tinyint(3) unsigned NOT NULL,
  `published_n` int(10) unsigned NOT NULL,
  `seed_hash` binary(32) DEFAULT NULL,
  `seeded_n` int(10) unsigned NOT NULL,
  `tested_version_id` bigint(20) NOT NULL,
  `tested_job_id` bigint(20) NOT NULL,
  `tested_at` bigint(20) DEFAULT NULL,
  `rev` int(10) unsigned NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `effect_slug` (`slug`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `effect_media` (
  `effect_id` bigint(20) NOT NULL,
  `sha256` binary(32) NOT NULL,
  `object_key` varchar(255) NOT NULL,
  `content_type` varchar(127) NOT NULL,
  `width` int(10) unsigned NOT NULL,
  `height` int(10) unsigned NOT NULL,
  `thumbhash` varchar(40) DEFAULT NULL,
  `alt` varchar(300) NOT NULL,
  `from_asset_id` bigint(20) NOT NULL,
  PRIMARY KEY (`effect_id`,`sha256`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `effect_version` (
  `effect_id` bigint(20) NOT NULL,
  `n` int(10) unsigned NOT NULL,
  `content` mediumblob NOT NULL,
  `workflow_version_id` bigint(20) NOT NULL,
  `rolled_from` int(10) unsigned NOT NULL,
  `by_id` bigint(20) NOT NULL,
  `at` bigint(20) NOT NULL,
  PRIMARY KEY (`effect_id`,`n`),
  KEY `effect_version_workflow` (`workflow_version_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `fleet` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `stage` tinyint(3) unsigned NOT NULL,
  `slug` varchar(32) NOT NULL,
  `name` varchar(120) NOT NULL,
  `template` varchar(64) NOT NULL,
  `instance_types` varchar(1024) NOT NULL,
  `dials` mediumblob NOT NULL,
  `bundle_id` bigint(20) NOT NULL,
  `ami` varchar(64) DEFAULT NULL,
  `build_id` int(10) unsigned NOT NULL,
  `generation` varchar(64) NOT NULL,
  `bare_graphs` tinyint(3) unsigned NOT NULL,
  `hold_until` bigint(20) DEFAULT NULL,
  `prewarm_until` bigint(20) DEFAULT NULL,
  `cell` varchar(32) NOT NULL,
  `config_version` int(10) unsigned NOT NULL,
  `rev` int(10) unsigned NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `destroyed_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `fleet_name` (`stage`,`slug`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `fleet_clock` (
  `fleet_id` int(10) unsigned NOT NULL,
  `prio` tinyint(3) unsigned NOT NULL,
  `pass` bigint(20) NOT NULL,
  PRIMARY KEY (`fleet_id`,`prio`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `fleet_user` (
  `fleet_id` int(10) unsigned NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `prio` tinyint(3) unsigned NOT NULL,
  `next_pass` bigint(20) NOT NULL,
  `active` int(11) NOT NULL,
  `held` int(11) NOT NULL,
  `max_active` int(11) DEFAULT NULL,
  `weight` smallint(5) unsigned NOT NULL,
  PRIMARY KEY (`fleet_id`,`user_id`,`prio`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `idem` (
  `user_id` bigint(20) NOT NULL,
  `key_hash` binary(16) NOT NULL,
  `job_id` bigint(20) NOT NULL,
  `request_hash` binary(16) NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  PRIMARY KEY (`user_id`,`key_hash`),
  KEY `idem_expires` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `idem_answer` (
  `user_id` bigint(20) NOT NULL,
  `key_hash` binary(16) NOT NULL,
  `request_hash` binary(16) NOT NULL,
  `status` smallint(5) unsigned NOT NULL,
  `codec` tinyint(3) unsigned NOT NULL,
  `body` mediumblob NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  PRIMARY KEY (`user_id`,`key_hash`),
  KEY `idem_answer_expires` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job` (
  `id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `lane_id` int(10) unsigned NOT NULL,
  `workflow_version_id` bigint(20) NOT NULL,
  `effect_id` bigint(20) DEFAULT NULL,
  `model_set_id` int(10) unsigned NOT NULL,
  `prio` tinyint(3) unsigned NOT NULL,
  `pass` bigint(20) NOT NULL,
  `cost_ms` int(10) unsigned NOT NULL,
  `run_ms_max` int(10) unsigned NOT NULL,
  `deadline_at` bigint(20) NOT NULL,
  `losses_max` tinyint(3) unsigned NOT NULL,
  `state` tinyint(3) unsigned NOT NULL,
  `final_epoch` int(10) unsigned DEFAULT NULL,
  `losses` tinyint(3) unsigned NOT NULL,
  `interruptions` tinyint(3) unsigned NOT NULL,
  `cancel_at` bigint(20) DEFAULT NULL,
  `created_at` bigint(20) NOT NULL,
  `first_started_at` bigint(20) DEFAULT NULL,
  `finished_at` bigint(20) DEFAULT NULL,
  `last_worker_id` bigint(20) DEFAULT NULL,
  `retried_from` bigint(20) DEFAULT NULL,
  `error_code` varchar(64) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `job_user` (`user_id`,`id`),
  KEY `job_user_state` (`user_id`,`state`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_asset` (
  `job_id` bigint(20) NOT NULL,
  `asset_id` bigint(20) NOT NULL,
  `ref` varchar(64) NOT NULL,
  PRIMARY KEY (`job_id`,`asset_id`),
  KEY `job_asset_asset` (`asset_id`,`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_attempt` (
  `job_id` bigint(20) NOT NULL,
  `epoch` int(10) unsigned NOT NULL,
  `secret` binary(16) NOT NULL,
  `run_id` binary(16) NOT NULL,
  `worker_id` bigint(20) NOT NULL,
  `leased_at` bigint(20) NOT NULL,
  `ended_at` bigint(20) NOT NULL,
  `outcome` tinyint(3) unsigned NOT NULL,
  `counted` tinyint(3) unsigned NOT NULL,
  `code` varchar(64) DEFAULT NULL,
  PRIMARY KEY (`job_id`,`epoch`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_cancel` (
  `job_id` bigint(20) NOT NULL,
  `asked_at` bigint(20) NOT NULL,
  `asked_by` bigint(20) NOT NULL,
  PRIMARY KEY (`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_deadline` (
  `at` bigint(20) NOT NULL,
  `job_id` bigint(20) NOT NULL,
  PRIMARY KEY (`at`,`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_delayed` (
  `due_at` bigint(20) NOT NULL,
  `job_id` bigint(20) NOT NULL,
  `reason` tinyint(3) unsigned NOT NULL,
  `lane_id` int(10) unsigned NOT NULL,
  `prio` tinyint(3) unsigned NOT NULL,
  `pass` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `model_set_id` int(10) unsigned NOT NULL,
  `epoch` int(10) unsigned NOT NULL,
  `avoid_worker_id` bigint(20) NOT NULL,
  `cost_ms` int(10) unsigned NOT NULL,
  `run_ms_max` int(10) unsigned NOT NULL,
  `deadline_at` bigint(20) NOT NULL,
  `ready_at` bigint(20) NOT NULL,
  PRIMARY KEY (`due_at`,`job_id`),
  KEY `job_delayed_job` (`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_event` (
  `job_id` bigint(20) NOT NULL,
  `seq` int(10) unsigned NOT NULL,
  `kind` tinyint(3) unsigned NOT NULL,
  `at` bigint(20) NOT NULL,
  `data` varchar(1024) DEFAULT NULL,
  PRIMARY KEY (`job_id`,`seq`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_failed` (
  `lane_id` int(10) unsigned NOT NULL,
  `finished_at` bigint(20) NOT NULL,
  `job_id` bigint(20) NOT NULL,
  `error_code` varchar(64) NOT NULL,
  PRIMARY KEY (`lane_id`,`finished_at`,`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_held` (
  `fleet_id` int(10) unsigned NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `prio` tinyint(3) unsigned NOT NULL,
  `pass` bigint(20) NOT NULL,
  `job_id` bigint(20) NOT NULL,
  `lane_id` int(10) unsigned NOT NULL,
  `model_set_id` int(10) unsigned NOT NULL,
  `epoch` int(10) unsigned NOT NULL,
  `avoid_worker_id` bigint(20) NOT NULL,
  `cost_ms` int(10) unsigned NOT NULL,
  `run_ms_max` int(10) unsigned NOT NULL,
  `deadline_at` bigint(20) NOT NULL,
  `ready_at` bigint(20) NOT NULL,
  PRIMARY KEY (`fleet_id`,`user_id`,`prio`,`pass`,`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_info` (
  `job_id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `kind` tinyint(3) unsigned NOT NULL,
  `api` tinyint(3) unsigned NOT NULL,
  `flags` smallint(5) unsigned NOT NULL,
  `key_id` bigint(20) NOT NULL,
  `effect_n` int(10) unsigned NOT NULL,
  `webhook_id` bigint(20) NOT NULL,
  `webhook_events` smallint(5) unsigned NOT NULL,
  `idempotency_key` varchar(255) DEFAULT NULL,
  `labels` mediumblob NOT NULL,
  `codec` tinyint(3) unsigned NOT NULL,
  `input` mediumblob NOT NULL,
  PRIMARY KEY (`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_lease` (
  `job_id` bigint(20) NOT NULL,
  `epoch` int(10) unsigned NOT NULL,
  `secret` binary(16) NOT NULL,
  `run_id` binary(16) NOT NULL,
  `claim_id` binary(16) NOT NULL,
  `worker_id` bigint(20) NOT NULL,
  `lane_id` int(10) unsigned NOT NULL,
  `prio` tinyint(3) unsigned NOT NULL,
  `pass` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `model_set_id` int(10) unsigned NOT NULL,
  `cost_ms` int(10) unsigned NOT NULL,
  `leased_at` bigint(20) NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  `stop_at` bigint(20) NOT NULL,
  `phase` tinyint(3) unsigned NOT NULL,
  `progress` smallint(5) unsigned NOT NULL,
  `stop` tinyint(3) unsigned NOT NULL,
  PRIMARY KEY (`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_payload` (
  `job_id` bigint(20) NOT NULL,
  `codec` tinyint(3) unsigned NOT NULL,
  `body` mediumblob NOT NULL,
  PRIMARY KEY (`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_progress` (
  `job_id` bigint(20) NOT NULL,
  `epoch` int(10) unsigned NOT NULL,
  `at` bigint(20) NOT NULL,
  `data` varchar(1024) NOT NULL,
  PRIMARY KEY (`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_ready` (
  `lane_id` int(10) unsigned NOT NULL,
  `prio` tinyint(3) unsigned NOT NULL,
  `pass` bigint(20) NOT NULL,
  `job_id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `model_set_id` int(10) unsigned NOT NULL,
  `epoch` int(10) unsigned NOT NULL,
  `avoid_worker_id` bigint(20) NOT NULL,
  `cost_ms` int(10) unsigned NOT NULL,
  `run_ms_max` int(10) unsigned NOT NULL,
  `deadline_at` bigint(20) NOT NULL,
  `ready_at` bigint(20) NOT NULL,
  PRIMARY KEY (`lane_id`,`prio`,`pass`,`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `job_result` (
  `job_id` bigint(20) NOT NULL,
  `codec` tinyint(3) unsigned NOT NULL,
  `body` mediumblob NOT NULL,
  PRIMARY KEY (`job_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `label` (
  `user_id` bigint(20) NOT NULL,
  `hash` binary(16) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  PRIMARY KEY (`user_id`,`hash`,`target_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `lane` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `fleet_id` int(10) unsigned NOT NULL,
  `workflow_id` bigint(20) NOT NULL,
  `market` tinyint(3) unsigned NOT NULL,
  `paused` tinyint(3) unsigned NOT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `lane_key` (`fleet_id`,`workflow_id`,`market`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `launch` (
  `id` bigint(20) NOT NULL,
  `call_id` bigint(20) NOT NULL,
  `fleet_id` int(10) unsigned NOT NULL,
  `origin` tinyint(3) unsigned NOT NULL,
  `instance` varchar(64) DEFAULT NULL,
  `cell` varchar(32) NOT NULL,
  `market` tinyint(3) unsigned NOT NULL,
  `az` varchar(32) NOT NULL,
  `instance_type` varchar(64) NOT NULL,
  `price_micro_hour` bigint(20) NOT NULL,
  `ami` varchar(64) NOT NULL,
  `generation` varchar(64) NOT NULL,
  `state` tinyint(3) unsigned NOT NULL,
  `for_job` bigint(20) NOT NULL,
  `planned_at` bigint(20) NOT NULL,
  `requested_at` bigint(20) DEFAULT NULL,
  `launched_at` bigint(20) DEFAULT NULL,
  `registered_at` bigint(20) DEFAULT NULL,
  `ready_at` bigint(20) DEFAULT NULL,
  `draining_at` bigint(20) DEFAULT NULL,
  `ended_at` bigint(20) DEFAULT NULL,
  `end_reason` tinyint(3) unsigned NOT NULL,
  `console_tail` varchar(4096) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `launch_instance` (`instance`),
  KEY `launch_fleet_state` (`fleet_id`,`state`,`id`),
  KEY `launch_of_call` (`call_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `launch_call` (
  `id` bigint(20) NOT NULL,
  `fleet_id` int(10) unsigned NOT NULL,
  `epoch` int(10) unsigned NOT NULL,
  `token` varchar(64) NOT NULL,
  `cell` varchar(32) NOT NULL,
  `launch_group` varchar(64) NOT NULL,
  `market` tinyint(3) unsigned NOT NULL,
  `az` varchar(32) NOT NULL,
  `count` smallint(5) unsigned NOT NULL,
  `request` mediumblob NOT NULL,
  `state` tinyint(3) unsigned NOT NULL,
  `tries` smallint(5) unsigned NOT NULL,
  `planned_at` bigint(20) NOT NULL,
  `sent_at` bigint(20) DEFAULT NULL,
  `ended_at` bigint(20) DEFAULT NULL,
  `error_code` varchar(64) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `launch_call_token` (`token`),
  KEY `launch_call_state` (`state`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `loop_lease` (
  `name` varchar(64) NOT NULL,
  `owner` varchar(64) NOT NULL,
  `epoch` bigint(20) NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  `seen_at` bigint(20) NOT NULL,
  `hold_until` bigint(20) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `migration` (
  `number` int(10) unsigned NOT NULL,
  `name` varchar(64) NOT NULL,
  `sha256` varchar(64) NOT NULL,
  `statements_done` smallint(5) unsigned NOT NULL,
  `started_at` bigint(20) NOT NULL,
  `finished_at` bigint(20) DEFAULT NULL,
  `app` varchar(40) NOT NULL,
  PRIMARY KEY (`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `model_set` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `hash` binary(16) NOT NULL,
  `models` varchar(4096) NOT NULL,
  `load_ms` int(10) unsigned NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `model_set_hash` (`hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `node_slot` (
  `slot` smallint(5) unsigned NOT NULL,
  `owner` varchar(64) NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  PRIMARY KEY (`slot`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `one_time_link` (
  `id` bigint(20) NOT NULL,
  `token_hash` binary(32) NOT NULL,
  `kind` tinyint(3) unsigned NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `email` varchar(320) DEFAULT NULL,
  `role` tinyint(3) unsigned NOT NULL,
  `made_by` bigint(20) NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  `used_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `one_time_link_token` (`token_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `pause` (
  `bit` tinyint(3) unsigned NOT NULL,
  `fleet_id` int(10) unsigned NOT NULL,
  `workflow_id` bigint(20) NOT NULL,
  `reason` varchar(200) NOT NULL,
  `since` bigint(20) NOT NULL,
  `until` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`bit`,`fleet_id`,`workflow_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `setting` (
  `name` varchar(64) NOT NULL,
  `value` mediumblob NOT NULL,
  `rev` int(10) unsigned NOT NULL,
  `by_id` bigint(20) NOT NULL,
  `at` bigint(20) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `stat` (
  `lane_id` int(10) unsigned NOT NULL,
  `prio` tinyint(3) unsigned NOT NULL,
  `shard` smallint(5) unsigned NOT NULL,
  `ready` bigint(20) NOT NULL,
  `ready_ms` bigint(20) NOT NULL,
  `held` bigint(20) NOT NULL,
  `due_later` bigint(20) NOT NULL,
  `leased` bigint(20) NOT NULL,
  `enqueued` bigint(20) NOT NULL,
  `granted` bigint(20) NOT NULL,
  `succeeded` bigint(20) NOT NULL,
  `failed` bigint(20) NOT NULL,
  `expired` bigint(20) NOT NULL,
  `canceled` bigint(20) NOT NULL,
  `lost` bigint(20) NOT NULL,
  `released` bigint(20) NOT NULL,
  `stale` bigint(20) NOT NULL,
  PRIMARY KEY (`lane_id`,`prio`,`shard`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `upload` (
  `id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `purpose` tinyint(3) unsigned NOT NULL,
  `mode` tinyint(3) unsigned NOT NULL,
  `state` tinyint(3) unsigned NOT NULL,
  `name` varchar(255) NOT NULL,
  `content_type` varchar(127) NOT NULL,
  `size_bytes` bigint(20) NOT NULL,
  `sha256` binary(32) NOT NULL,
  `part_size` int(10) unsigned NOT NULL,
  `store_upload_id` varchar(1024) DEFAULT NULL,
  `object_key` varchar(255) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  `error_code` varchar(64) DEFAULT NULL,
  `expires_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `upload_hash` (`user_id`,`sha256`),
  KEY `upload_expires` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `user_account` (
  `id` bigint(20) NOT NULL,
  `auth_id` varchar(64) NOT NULL,
  `role` tinyint(3) unsigned NOT NULL,
  `name` varchar(120) NOT NULL,
  `disabled_at` bigint(20) DEFAULT NULL,
  `closed_at` bigint(20) DEFAULT NULL,
  `graphs_run` tinyint(3) unsigned NOT NULL,
  `settings` mediumblob NOT NULL,
  `rev` int(10) unsigned NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `user_account_auth` (`auth_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `user_storage` (
  `user_id` bigint(20) NOT NULL,
  `shard` smallint(5) unsigned NOT NULL,
  `bytes` bigint(20) NOT NULL,
  `assets` bigint(20) NOT NULL,
  PRIMARY KEY (`user_id`,`shard`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `worker` (
  `id` bigint(20) NOT NULL,
  `fleet_id` int(10) unsigned NOT NULL,
  `launch_id` bigint(20) NOT NULL,
  `state` tinyint(3) unsigned NOT NULL,
  `market` tinyint(3) unsigned NOT NULL,
  `drain_reason` tinyint(3) unsigned NOT NULL,
  `drain_deadline` bigint(20) NOT NULL,
  `instance` varchar(64) NOT NULL,
  `boot_hash` binary(32) NOT NULL,
  `token_hash` binary(32) NOT NULL,
  `protocol` smallint(5) unsigned NOT NULL,
  `generation` varchar(64) NOT NULL,
  `bundle_id` bigint(20) NOT NULL,
  `slots` tinyint(3) unsigned NOT NULL,
  `hardware` mediumblob NOT NULL,
  `ended_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `worker_token` (`token_hash`),
  KEY `worker_instance` (`instance`,`id`),
  KEY `worker_fleet_state` (`fleet_id`,`state`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `worker_live` (
  `worker_id` bigint(20) NOT NULL,
  `seen_at` bigint(20) NOT NULL,
  `phase` tinyint(3) unsigned NOT NULL,
  `phase_since` bigint(20) NOT NULL,
  `busy` tinyint(3) unsigned NOT NULL,
  `health` tinyint(3) unsigned NOT NULL,
  `spot_deadline` bigint(20) DEFAULT NULL,
  `hold_until` bigint(20) DEFAULT NULL,
  `build_id` int(10) unsigned NOT NULL,
  `warm` mediumblob NOT NULL,
  `present` mediumblob NOT NULL,
  `host` mediumblob NOT NULL,
  `strikes` tinyint(3) unsigned NOT NULL,
  PRIMARY KEY (`worker_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `workflow` (
  `id` bigint(20) NOT NULL,
  `slug` varchar(32) NOT NULL,
  `name` varchar(120) NOT NULL,
  `description` varchar(1024) NOT NULL,
  `current_version_id` bigint(20) NOT NULL,
  `archived_at` bigint(20) DEFAULT NULL,
  `seed_hash` binary(32) DEFAULT NULL,
  `rev` int(10) unsigned NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `workflow_slug` (`slug`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `workflow_fleet` (
  `workflow_id` bigint(20) NOT NULL,
  `stage` tinyint(3) unsigned NOT NULL,
  `fleet_id` int(10) unsigned NOT NULL,
  `by_id` bigint(20) NOT NULL,
  `at` bigint(20) NOT NULL,
  PRIMARY KEY (`workflow_id`,`stage`),
  KEY `workflow_fleet_fleet` (`fleet_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

CREATE TABLE `workflow_version` (
  `id` bigint(20) NOT NULL,
  `workflow_id` bigint(20) NOT NULL,
  `n` int(10) unsigned NOT NULL,
  `codec` tinyint(3) unsigned NOT NULL,
  `graph` mediumblob NOT NULL,
  `inputs` mediumblob NOT NULL,
  `input_schema` mediumblob NOT NULL,
  `outputs` mediumblob NOT NULL,
  `needs` mediumblob NOT NULL,
  `graph_hash` binary(32) NOT NULL,
  `structure_hash` binary(32) NOT NULL,
  `graph_public` tinyint(3) unsigned NOT NULL,
  `changes` varchar(1000) NOT NULL,
  `published_by` bigint(20) NOT NULL,
  `published_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `workflow_version_n` (`workflow_id`,`n`),
  KEY `workflow_version_structure` (`structure_hash`,`graph_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC;

TRIGGER audit_log_no_early_delete BEFORE DELETE ON audit_log
IF ((OLD.id >> 22) + 1735689600000) > (UNIX_TIMESTAMP() - 34560000) * 1000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit_log rows are kept for 400 days';
  END IF;

TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit_log is append-only';
