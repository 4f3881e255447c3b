"""`python -m pbx_messaging.embedded demo|run`."""

import sys

from pbx_messaging.embedded import folder, installation
from pbx_messaging.embedded.options import Options, parse
from pbx_messaging.embedded.preparation import BASE_DIR
from pbx_messaging.embedded.problems import CannotStart
from pbx_messaging.embedded.screen import say
from pbx_messaging.embedded.supervisor import Stopped, Supervisor, raise_on_signals


def main() -> int:
    """Run until told to stop. Exit code 0 then, 1 when it could not start."""
    options = parse()
    supervisor = Supervisor(options.data_dir / "logs", BASE_DIR)
    raise_on_signals()
    try:
        options.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with folder.lock(options.data_dir):
            return _run(options, supervisor)
    except CannotStart as problem:
        sys.stderr.write(f"\n{problem}\n")
        return 1
    except Stopped:
        return 0


def _run(options: Options, supervisor: Supervisor) -> int:
    try:
        say(f"{options.kind}: data in {options.data_dir}")
        installation.start(options, supervisor)
        supervisor.watch()
    except Stopped:
        say("stopping")
    finally:
        supervisor.stop()
    say("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
