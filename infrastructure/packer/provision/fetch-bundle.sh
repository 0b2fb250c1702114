#!/usr/bin/env bash
# bake: the models of one bundle, into the image. Takes BP_BUNDLE_ID, BP_MODELS_BUCKET and BP_PLACE_BUNDLE, the program
# that reads the manifest.
set -euo pipefail
root=${BP_ROOT:-}
fail() {
  printf 'fetch-bundle: %s\n' "$*" >&2
  exit 1
}

[[ -n ${BP_BUNDLE_ID:-} ]] || fail 'no bundle is named (bundle_id). An image without a bundle is what build makes; there is nothing to bake.'
[[ $BP_BUNDLE_ID =~ ^[a-z0-9][a-z0-9._-]{0,127}$ ]] || fail "\"$BP_BUNDLE_ID\" is no id of a bundle"
[[ -n ${BP_MODELS_BUCKET:-} ]] || fail 'the bucket of models is not named (models_bucket)'
: "${BP_PLACE_BUNDLE:?fetch-bundle: BP_PLACE_BUNDLE is missing}"
[[ -x $root/opt/bp/bin/node ]] || fail 'this is no image of bp. base_ami must be one that build has made.'

manifest=$(mktemp)
trap 'rm -f "$manifest"' EXIT
address=s3://$BP_MODELS_BUCKET/bundles/$BP_BUNDLE_ID/manifest.json
aws s3 cp --only-show-errors "$address" "$manifest" ||
  fail "there is no bundle $BP_BUNDLE_ID: $address cannot be read. Create the bundle first, and see that the builder's role may read the bucket."
"$root/opt/bp/bin/node" "$BP_PLACE_BUNDLE" "$BP_BUNDLE_ID" "$manifest" "$BP_MODELS_BUCKET" "$root/opt/bp"
