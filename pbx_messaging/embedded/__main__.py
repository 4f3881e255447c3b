"""`python -m pbx_messaging.embedded demo|run|update|manage|restore|rotate-keys`."""

import os
import sys
from dataclasses import replace

from pbx_messaging.embedded import folder, handover, installation, password, tending
from pbx_messaging.embedded.options import Options, parse
from pbx_messaging.embedded.preparation import BASE_DIR, check
from pbx_messaging.embedded.problems import CannotStart
from pbx_messaging.embedded.screen import say
from pbx_messaging.embedded.supervisor import Stopped, Supervisor, heed_signals
from pbx_messaging.unusable import problem_with

BY_HAND = {"manage": tending.manage, "restore": tending.restore, "rotate-keys": tending.rotate_keys}


def main() -> int:
    """Run until told to stop. Exit code 0 then, 1 when it could not start."""
    admin_password = password.taken()
    options = replace(parse(), admin_password=admin_password)
    if options.kind == "update":
        return _tell_to_update(options)
    if options.kind in BY_HAND:
        return _by_hand(options)
    supervisor = Supervisor(options.data_dir / "logs", BASE_DIR)
    heed_signals(supervisor)
    try:
        _check_folder(options)
        with folder.lock(options.data_dir):
            return _run(options, supervisor)
    except CannotStart as problem:
        sys.stderr.write(f"\n{problem}\n")
        return 1
    except Stopped:
        return 0


def _by_hand(options: Options) -> int:
    try:
        _check_folder(options)
        return BY_HAND[options.kind](options)
    except CannotStart as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def _check_folder(options: Options) -> None:
    """Makes it if there is none. Raises CannotStart where nothing can be kept in it."""
    if problem := problem_with(options.data_dir):
        raise CannotStart(
            f"The data folder {options.data_dir} can't be used: {problem} (DATA_DIR=..., --data-dir)"
        )


def _tell_to_update(options: Options) -> int:
    pid = folder.holder(options.data_dir)
    if pid is None:
        sys.stderr.write(f"Nothing runs with {options.data_dir}.\n")
        return 1
    os.kill(pid, handover.UPDATE)
    say(f"process {pid} takes up the new code; its own screen says how it goes")
    return 0


def _run(options: Options, supervisor: Supervisor) -> int:
    try:
        say(f"{options.kind}: data in {options.data_dir}")
        installed = installation.start(options, supervisor, handover.received())
        while True:
            supervisor.watch()
            _update(installed)
    except Stopped:
        say("stopping")
    finally:
        supervisor.stop()
    say("stopped")
    return 0


def _update(installed: installation.Installed) -> None:
    """Become the new code if it is fit for it; otherwise all stays as it is."""
    say("update: looking at the new code")
    installed.supervisor.is_update_wanted = False
    try:
        check()
        installation.prepare(installed.options, installed.env)
    except CannotStart as problem:
        say(f"update: not done, the old code goes on. {problem}")
        return
    handover.hand_over(installed.inheritance())


if __name__ == "__main__":
    sys.exit(main())
