# build: a public GPU image, plus engine, worker and units.

data "amazon-parameterstore" "base" {
  region = var.region
  name   = var.base_image_parameter
}

build {
  name = "build"

  source "amazon-ebs.machine" {
    source_ami = data.amazon-parameterstore.base.value

    # `tags` would be written by a call of its own, after the image; these are written with it.
    run_tags = merge(local.tags, local.versions, {
      Kind      = "build"
      BaseImage = data.amazon-parameterstore.base.value
    })
    run_volume_tags = local.tags
  }

  provisioner "file" {
    source      = var.payload
    destination = "/tmp/bp-payload.tar.gz"
  }

  provisioner "file" {
    source      = "${path.root}/provision/engine-requirements.txt"
    destination = "/tmp/bp-engine-requirements.txt"
  }

  provisioner "shell" {
    execute_command = "sudo -n env {{ .Vars }} bash {{ .Path }}"

    environment_vars = [
      "BP_DISK_GB_MIN=20",
      "BP_PAYLOAD=/tmp/bp-payload.tar.gz",
      "BP_PAYLOAD_SHA256=${var.payload_sha256}",
      "BP_WORKER_SHA256=${var.worker_sha256}",
      "BP_ENGINE_REPOSITORY=${var.engine_repository}",
      "BP_ENGINE_COMMIT=${var.engine_commit}",
      "BP_ENGINE_REQUIREMENTS=/tmp/bp-engine-requirements.txt",
      "BP_TORCH_VERSION=${var.torch_version}",
      "BP_PIP_INDEX_URL=${var.pip_index_url}",
    ]

    # In this order: each leans on those above it.
    scripts = [
      "${path.root}/provision/check-driver.sh",
      "${path.root}/provision/check-disk.sh",
      "${path.root}/provision/install-packages.sh",
      "${path.root}/provision/add-users.sh",
      "${path.root}/provision/place-payload.sh",
      "${path.root}/provision/fetch-engine.sh",
      "${path.root}/provision/install-engine.sh",
      "${path.root}/provision/install-log-agent.sh",
      "${path.root}/provision/enable-units.sh",
      "${path.root}/provision/harden.sh",
    ]
  }

  # An image that fails here is never made. The boot test asks again, on a machine that was started from it.
  provisioner "shell" {
    execute_command = "sudo -n env {{ .Vars }} bash {{ .Path }}"
    scripts = [
      "${path.root}/provision/run-self-test.sh",
      "${path.root}/provision/clean-up.sh",
    ]
  }

  post-processor "manifest" {
    output     = "packer-manifest.json"
    strip_path = true
  }
}
