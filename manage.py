#!/usr/bin/env python
"""Django's command line; `./run` calls `manage.py up`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """A wrong setting is the sentence that says so, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nodeviz.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
