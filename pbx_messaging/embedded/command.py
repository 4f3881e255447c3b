"""`python -m pbx_messaging.embedded.command FILE ARGUMENTS...`: a management command that writes into FILE.

As a module it can be forked from the nursery, which holds all loaded that it needs.
"""

import contextlib
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
    with Path(sys.argv[1]).open("w") as said, contextlib.redirect_stdout(said):
        execute_from_command_line(["manage.py", *sys.argv[2:]])
