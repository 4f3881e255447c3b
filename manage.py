#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from pbx_messaging.unusable import said_in_a_sentence
from pbx_messaging.version import VERSION

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
    if sys.argv[1:] == ["version"]:  # Django's own command of this name tells Django's
        sys.stdout.write(f"{VERSION}\n")
        sys.exit()
    with said_in_a_sentence():
        execute_from_command_line(sys.argv)
