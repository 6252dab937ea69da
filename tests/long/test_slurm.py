# SPDX-License-Identifier: GPL-2.0-only
"""A scan whose jobs a real Slurm starts: what docs/scale.md says is what happens."""

import json
import subprocess

import slurm
from common import ROOT

CASES = sorted((ROOT / "testcases").glob("*/*.c"))[:12]


def scan(tmp_path, name, env=None, *args):
    """(SARIF, facts by name) of a scan of the cases into fresh directories."""
    out, facts = tmp_path / f"{name}.sarif", tmp_path / f"{name}-facts"
    done = subprocess.run([ROOT / "bin/gupcheck", "scan", "-p", tmp_path, "-o", out, "--facts", facts, "--cache",
                           tmp_path / f"{name}-cache", *args], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out.read_bytes(), {path.name: path.read_bytes() for path in facts.iterdir()}


def test_jobs_of_slurm_say_what_jobs_of_make_say(tmp_path):
    (tmp_path / "compile_commands.json").write_text(json.dumps([
        {"directory": str(ROOT), "file": str(case), "arguments": ["cc", f"-I{ROOT}/testcases/include", "-c", str(case)]}
        for case in CASES]))
    with slurm.cluster(tmp_path / "cluster") as env:
        spread = scan(tmp_path, "slurm", env, "-j4", "--launch=srun -n1")
        jobs = subprocess.run(["scontrol", "show", "job", "-o"], env=env, capture_output=True, text=True, check=True)
    assert jobs.stdout.count("JobState=COMPLETED") == len(CASES)
    assert spread == scan(tmp_path, "make", None, "-j2")
    assert len([name for name in spread[1] if name.endswith(".facts")]) == len(CASES)


def test_a_cluster_that_is_not_there(tmp_path):
    """One line, not twelve; nothing is written."""
    (tmp_path / "compile_commands.json").write_text(json.dumps([
        {"directory": str(ROOT), "file": str(CASES[0]), "arguments": ["cc", "-c", str(CASES[0])]}]))
    done = subprocess.run([ROOT / "bin/gupcheck", "scan", "-p", tmp_path, "-o", tmp_path / "out", "--cache", tmp_path / "c",
                           "--launch=srun-none -n1"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and not (tmp_path / "out").exists()
    assert [line for line in done.stderr.split("\n") if line.startswith("gupcheck: a job failed: ")], done.stderr
