# bake: an image that was built, plus the models of one bundle.

build {
  name = "bake"

  source "amazon-ebs.machine" {
    source_ami = var.base_ami

    run_tags = merge(local.tags, local.versions, {
      Kind      = "bake"
      BaseImage = var.base_ami
      BundleId  = var.bundle_id
    })
    run_volume_tags = local.tags
  }

  provisioner "file" {
    source      = "${path.root}/provision/place-bundle.ts"
    destination = "/tmp/bp-place-bundle.ts"
  }

  provisioner "shell" {
    execute_command = "sudo -n env {{ .Vars }} bash {{ .Path }}"

    environment_vars = [
      "AWS_REGION=${var.region}",
      "BP_DISK_GB_MIN=5",
      "BP_BUNDLE_ID=${var.bundle_id}",
      "BP_MODELS_BUCKET=${var.models_bucket}",
      "BP_PLACE_BUNDLE=/tmp/bp-place-bundle.ts",
    ]

    scripts = [
      "${path.root}/provision/check-driver.sh",
      "${path.root}/provision/check-disk.sh",
      "${path.root}/provision/fetch-bundle.sh",
      "${path.root}/provision/run-self-test.sh",
      "${path.root}/provision/clean-up.sh",
    ]
  }

  post-processor "manifest" {
    output     = "packer-manifest.json"
    strip_path = true
  }
}
