"""`python -m pbx_messaging.embedded.command FILE ARGUMENTS...`: a management command that writes into FILE.

As a module it can be forked from the nursery, which holds all loaded that it needs.
"""

import contextlib
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from pbx_messaging.unusable import said_in_a_sentence

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
    with said_in_a_sentence(), Path(sys.argv[1]).open("w") as said, contextlib.redirect_stdout(said):
        execute_from_command_line(["manage.py", *sys.argv[2:]])
