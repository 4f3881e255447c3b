"""`python -m pbx_messaging NAME` becomes one of the product's processes, in a container or by hand."""

import os
import sys

from pbx_messaging.processes.table import PROCESSES, kind_of
from pbx_messaging.unusable import check_data_dir, said_in_a_sentence


def main(arguments: list[str]) -> None:
    """Become the process that is asked for. Where that is none, say which there are; exit code 2."""
    name = arguments[0] if len(arguments) == 1 else ""
    kind = kind_of(name)
    if kind is None:
        sys.stderr.write(_usage())
        sys.exit(2)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
    with said_in_a_sentence():
        check_data_dir()
        argv = kind.named(name).argv
    os.execv(argv[0], argv)  # noqa: S606  no shell is wanted


def _usage() -> str:
    lines = [
        "Usage: python -m pbx_messaging NAME, with the settings of .env.example in its environment.",
        *(f"  {name:8}{kind.purpose}" for name, kind in PROCESSES.items()),
        "`make demo` and `make run` start all that a machine of its own needs.",
    ]
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main(sys.argv[1:])
