"""Does the parser bear a few thousand inputs that coverage led to? `python -m tests.fuzz -max_total_time=600` tries on."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HAS_WHEEL = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 14)
"""As requirements-dev.txt says: where there is one, it has to be installed."""
RUNS = 4_000
"""Some seconds' worth."""


@pytest.mark.slow
@pytest.mark.skipif(not HAS_WHEEL, reason="atheris has no wheel for this platform")
def test_no_bytes_raise_anything_but_a_list_of_problems(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for file in Path("scenarios").glob("*/*.yaml"):
        shutil.copy(file, corpus / f"{file.parent.name}-{file.name}")

    options = [f"-runs={RUNS}", "-seed=1", f"-artifact_prefix={tmp_path}/", str(corpus)]
    fuzzed = subprocess.run([sys.executable, "-m", "tests.fuzz", *options], capture_output=True, text=True, check=False)

    assert fuzzed.returncode == 0, fuzzed.stderr[-3_000:]
    assert "Done" in fuzzed.stderr
