"""Starts the emulator on loopback and ends it, with all that it started, when standard input ends."""

import os
import signal
import sys
import threading
import time

END_SECONDS_MAX = 3


def end_with_parent() -> None:
    """Waits for the end of standard input: the parent went away or asked us to stop.

    A parent that is killed cannot ask, but its end of the pipe closes all the same. The whole group goes,
    because Lambda functions run as children of ours.
    """
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGTERM)
    time.sleep(END_SECONDS_MAX)
    os.killpg(0, signal.SIGKILL)


def install() -> None:
    """Adds to ministack what it lacks, one idea a module. Imported only here: the self-test comes first."""
    from . import (
        alarms,
        application_auto_scaling,
        auto_scaling_api,
        cloudformation_types,
        cloudwatch_api,
        control,
        generated_secrets,
        images,
        machine_types,
        policy_conditions,
        policy_resources,
        quotas,
        spot_prices,
        task_definitions,
        tasks,
        web_identity,
    )

    types = cloudformation_types.install()
    actions = auto_scaling_api.install()
    for idea in (
        alarms,
        application_auto_scaling,
        cloudwatch_api,
        generated_secrets,
        images,
        machine_types,
        policy_conditions,
        policy_resources,
        quotas,
        spot_prices,
        task_definitions,
        tasks,
        web_identity,
    ):
        idea.install()
    control.install(types)
    print(f"added {len(types)} resource types and {actions} actions of Auto Scaling", flush=True)


def main() -> None:
    if os.environ.get("BIND_HOST") != "127.0.0.1":
        sys.exit("The emulator must not leave this machine: set BIND_HOST=127.0.0.1.")
    threading.Thread(target=end_with_parent, daemon=True).start()

    from . import names_exist

    names_exist.check()
    install()

    from ministack import app

    from . import minutes

    minutes.start()
    app.main()


if __name__ == "__main__":
    main()
