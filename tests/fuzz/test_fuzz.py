"""Does the parser bear a thousand inputs and more that coverage led to? `python -m tests.fuzz -max_total_time=600` tries on."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HAS_WHEEL = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 14)
"""As requirements-dev.txt says: where there is one, it has to be installed."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("runs", "step"),
    [pytest.param(1_000, 4, id="from some scenarios"), pytest.param(10_000, 1, id="from all scenarios", marks=pytest.mark.long)],
)
@pytest.mark.skipif(not HAS_WHEEL, reason="atheris has no wheel for this platform")
def test_no_bytes_raise_anything_but_a_list_of_problems(tmp_path, runs, step):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for file in sorted(Path("scenarios").glob("*/[!a]*.yaml"))[::step]:
        shutil.copy(file, corpus / f"{file.parent.name}-{file.name}")

    options = [f"-runs={runs}", "-seed=1", f"-artifact_prefix={tmp_path}/", str(corpus)]
    fuzzed = subprocess.run([sys.executable, "-m", "tests.fuzz", *options], capture_output=True, text=True, check=False)

    assert fuzzed.returncode == 0, fuzzed.stderr[-3_000:]
    assert "Done" in fuzzed.stderr
