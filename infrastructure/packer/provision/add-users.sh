#!/usr/bin/env bash
# Two users without a shell: bp runs the worker, comfyui the engine, which runs code of strangers. bp may see what the
# engine writes; the engine may see nothing of bp.
set -euo pipefail
root=${BP_ROOT:-}

for user in bp comfyui; do
  getent passwd "$user" >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
done
[[ " $(id --name --groups bp) " == *' comfyui '* ]] || usermod --append --groups comfyui bp

# mode, owner, folder
while read -r mode owner folder; do
  install --directory --mode="$mode" "$root$folder"
  chown "$owner" "$root$folder"
done <<'END'
0755 root:root /etc/bp
0755 root:root /opt/bp
0755 root:root /opt/bp/models
0750 bp:bp /var/lib/bp
0750 bp:bp /var/log/bp
2770 comfyui:comfyui /var/lib/comfyui
END
printf 'add-users: bp and comfyui are there\n'
