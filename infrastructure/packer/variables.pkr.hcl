# What a run must say. Where the value of one half is of no use to the other, it may be left out.

variable "region" {
  type = string
}

variable "subnet_id" {
  type        = string
  description = "A private subnet with a way out to the internet."
}

variable "security_group_id" {
  type        = string
  description = "The group of GPU machines: nothing comes in, only 443 goes out."
}

variable "instance_profile" {
  type        = string
  default     = "bp-image-builder"
  description = "Lets Session Manager reach the builder, and the builder read models."
}

variable "instance_type" {
  type        = string
  default     = "g6.xlarge"
  description = "Must have a GPU: the image tests itself before it is made."
}

variable "root_size_gb" {
  type        = number
  default     = 75
  description = "Not below the base image's own size. Machines take over the size of the image."
}

variable "ami_name" {
  type = string

  validation {
    condition     = can(regex("^bp-[a-z0-9-]{1,120}$", var.ami_name))
    error_message = "An image of bp is called bp-<what>, in lower case, digits and dashes."
  }
}

variable "fleet_stage" {
  type = string

  validation {
    condition     = contains(["production", "staging"], var.fleet_stage)
    error_message = "The stage is production or staging."
  }
}

variable "fleet_slug" {
  type = string
}

variable "commit" {
  type        = string
  description = "Of this repository."
}

# --- what is in the image: for bake, the tags of the image that it starts from ---

variable "base_image_parameter" {
  type        = string
  default     = "/aws/service/deeplearning/ami/x86_64/base-with-single-cuda-ubuntu-24.04/latest/ami-id"
  description = "Public SSM parameter of an Ubuntu 24.04 image with the NVIDIA driver. PyTorch brings its own CUDA."
}

variable "payload" {
  type        = string
  default     = "payload.tar.gz"
  description = "What assemble.ts has packed: worker, Node, units."
}

variable "payload_sha256" {
  type    = string
  default = ""
}

variable "worker_sha256" {
  type    = string
  default = ""
}

variable "worker_version" {
  type    = string
  default = ""
}

variable "node_version" {
  type    = string
  default = ""
}

variable "engine_repository" {
  type    = string
  default = "https://github.com/comfyanonymous/ComfyUI.git"
}

variable "engine_commit" {
  type        = string
  default     = "637221995f7424a561bd825de3e61ea117dfe1e3"
  description = "ComfyUI 0.3.64."

  validation {
    condition     = can(regex("^[0-9a-f]{40}$", var.engine_commit))
    error_message = "The engine is pinned by a full commit, never by a branch or a tag."
  }
}

variable "torch_version" {
  type        = string
  default     = "2.8.0"
  description = "Must be the one of provision/engine-requirements.txt, which pins it by hash."
}

variable "pip_index_url" {
  type        = string
  default     = ""
  description = "Another index for the same wheels, e.g. a mirror of the company; empty is pip's own. The hashes hold either way."
}

# --- bake ---

variable "base_ami" {
  type        = string
  default     = ""
  description = "An image that build has made."
}

variable "bundle_id" {
  type    = string
  default = ""
}

variable "models_bucket" {
  type    = string
  default = ""
}
