# SPDX-License-Identifier: GPL-2.0-only
"""
An audit that is killed at random moments and started again ends with the bytes of one that
nobody disturbed. GUP_KILLS says how often, GUP_SEED when and how.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

from common import ROOT

from report import source

KILLS = int(os.environ.get("GUP_KILLS") or 50)
SEED = int(os.environ.get("GUP_SEED") or 20191104)
PART = "drivers/misc/genwqe"
ANEW = 25                          # each so many rounds begin with the kernel's configuration


def start(linux, cache, out):
    argv = [sys.executable, "-m", "report.command", "audit", "--kdir", str(linux), "--module", PART,
            "--out", str(out), "--jobs", "2"]
    env = {**os.environ, "XDG_CACHE_HOME": str(cache), "TMPDIR": str(cache.parent)}
    return subprocess.Popen(argv, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, start_new_session=True)


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def forget(cache, anew):
    """Nothing is known of a file any more; the kernel is prepared, or has to be looked at again."""
    shutil.rmtree(cache / "gupcheck/spatch", ignore_errors=True)
    for build in (cache / "gupcheck/build").iterdir():
        shutil.rmtree(build / "checker", ignore_errors=True)
        for path in build.glob("commands-*"):
            path.unlink()
        if anew:
            # what another run began and never prepared has none
            (build / "prepared.stamp").unlink(missing_ok=True)


def descendants(pid):
    """@pid and all below it, whatever session they made for themselves."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    children, found = {}, [pid]
    for line in listed.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    for process in found:
        found += children.get(process, [])
    return found


def kill_all(pid):
    for process in descendants(pid):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass


WAYS = {"kill the command": lambda pid: os.kill(pid, signal.SIGKILL),
        "kill all of it": kill_all,
        "interrupt": lambda pid: os.killpg(pid, signal.SIGINT),
        "terminate": lambda pid: os.kill(pid, signal.SIGTERM)}


def test_killed_and_resumed(linux, tmp_path):
    cache, out = tmp_path / "cache", tmp_path / "out"
    prepared = source.cache_dir() / "build"
    if prepared.is_dir():
        shutil.copytree(prepared, cache / "gupcheck/build", symlinks=True)
    rng = random.Random(SEED)

    def whole():
        begun = time.monotonic()
        proc = start(linux, cache, out)
        said = proc.communicate()[0]
        assert proc.returncode == 0 and "without the checker" not in said, said[-2000:]
        return time.monotonic() - begun

    whole()                            # prepares, where nothing was prepared
    forget(cache, False)
    lasts = whole()
    reference = bytes_of(out)
    assert len(reference) == 4
    ended = {}
    for number in range(KILLS):
        way = rng.choice(sorted(WAYS))
        moment = rng.uniform(0, 1) * lasts
        forget(cache, number % ANEW == ANEW - 1)
        shutil.rmtree(out)
        proc = start(linux, cache, out)
        said = ""
        try:
            proc.communicate(timeout=moment)
            how = "it was faster"
        except subprocess.TimeoutExpired:
            WAYS[way](proc.pid)
            # a job that outlives it may hold its output: the next run starts at once
            proc.wait()
            os.set_blocking(proc.stdout.fileno(), False)
            said = proc.stdout.read()
            how = way
        assert how == "it was faster" or proc.returncode in (0, 130, -signal.SIGKILL), (number, way, said)
        # all results or none
        left = {name for name in bytes_of(out) if not name.startswith(".")}
        assert how == "kill all of it" or how == "kill the command" or left in (set(), set(reference)), left
        lasts = (lasts + whole()) / 2
        assert bytes_of(out) == reference, (number, way, moment)
        ended[how] = ended.get(how, 0) + 1
        print(f"{number + 1}: {how} after {moment:.1f} s of about {lasts:.1f}", flush=True)
    print(f"{KILLS} of {KILLS} the same bytes: {ended}")
    assert ended.get("it was faster", 0) <= KILLS // 5
