"""What do tests of a whole installation share? Its static files, collected once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.surroundings import CHECKOUT

COLLECT = """
import django
django.setup()
from pathlib import Path
from django.conf import settings
from django.core.management import call_command
from nodeviz.supervisor.preparation import stale_static_files
stamp = stale_static_files(Path(settings.STATIC_ROOT))
call_command("collectstatic", interactive=False, verbosity=0)
stamp.leave()
"""


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """STATIC_ROOT of every installation here, as the first one would leave it, but with the scripts as they are: packing them takes nearly all of the time.

    Installations that are tested in a browser collect and pack theirs themselves.
    """
    root = tmp_path_factory.mktemp("static")
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.nodeviz.uncompressed",
        "STATIC_ROOT": str(root),
        "VAR_DIR": str(tmp_path_factory.mktemp("collecting")),
    }
    subprocess.run((sys.executable, "-c", COLLECT), cwd=CHECKOUT, env=environment, check=True)
    return root
