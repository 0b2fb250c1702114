packer {
  required_version = ">= 1.11.0, < 2.0.0"

  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "1.8.2"
    }
  }
}

locals {
  # All that the role of the workflow may do is bound to Project=bp, so it stands on everything that a run makes.
  tags = {
    Project    = "bp"
    ManagedBy  = "packer"
    FleetStage = var.fleet_stage
    FleetSlug  = var.fleet_slug
    Commit     = var.commit
    Name       = var.ami_name
  }

  versions = {
    WorkerVersion = var.worker_version
    WorkerSha256  = var.worker_sha256
    NodeVersion   = var.node_version
    EngineCommit  = var.engine_commit
    TorchVersion  = var.torch_version
  }
}

# The machine that becomes an image. No address of its own, no open port: Session Manager carries the session.
source "amazon-ebs" "machine" {
  region               = var.region
  subnet_id            = var.subnet_id
  security_group_id    = var.security_group_id
  iam_instance_profile = var.instance_profile
  instance_type        = var.instance_type
  ami_name             = var.ami_name

  associate_public_ip_address = false
  shutdown_behavior           = "terminate"

  communicator              = "ssh"
  ssh_interface             = "session_manager"
  ssh_username              = "ubuntu"
  ssh_timeout               = "15m"
  pause_before_ssm          = "30s"
  ssh_clear_authorized_keys = true
  temporary_key_pair_type   = "ed25519"
  # An image of bp has ssh switched off; this is for the builder alone, and nothing of it stays.
  user_data = "#!/bin/sh\nsystemctl start ssh.service\n"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  # Encrypted from the first byte. `encrypt_boot` would copy a finished image instead, which the role may not.
  launch_block_device_mappings {
    device_name           = "/dev/sda1"
    volume_type           = "gp3"
    volume_size           = var.root_size_gb
    encrypted             = true
    delete_on_termination = true
  }

  # A big image takes longer than the plugin's own half hour.
  aws_polling {
    delay_seconds = 30
    max_attempts  = 120
  }
}
