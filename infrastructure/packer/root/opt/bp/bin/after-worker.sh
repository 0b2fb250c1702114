#!/usr/bin/env bash
# systemd has one pause for every way to end; the worker has several (its exit codes stand in its --help). What comes back
# too early would be refused again, or take a job on a machine that is about to go.
set -euo pipefail
[[ ${EXIT_CODE:-} == exited ]] || exit 0
# A machine that shuts down must not wait for us.
[[ $(systemctl is-system-running || true) != stopping ]] || exit 0

case ${EXIT_STATUS:-} in
  # Ended as told: the machine will be ended next. Where nobody does that, the worker asks for work again.
  0) sleep 100 ;;
  # Refused, by a backend that will not think otherwise in two seconds.
  3) sleep 28 ;;
  # For a quarter of an hour nobody has answered, so nobody will end this machine either.
  4) systemctl poweroff --no-block ;;
esac
