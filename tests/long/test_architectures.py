# SPDX-License-Identifier: GPL-2.0-only
"""The audit of a kernel with all architectures that have calls, as far as clang goes."""

import json

from common import run_audit

from report import outputs, source


def test_nearly_every_call_is_compiled_somewhere(linux, tmp_path):
    """At least 95 of 100, and every other says why not, by architecture or by what clang complains about."""
    run = run_audit(linux, tmp_path / "out", cache=source.cache_dir().parent)
    assert run.returncode == 0, run.stderr
    log = json.loads((tmp_path / "out/audit.sarif").read_text(encoding="utf-8"))["runs"][0]
    configs = log["properties"]["checker"]["config"].split(", ")
    assert {"x86 allmodconfig", "arm64 allmodconfig", "powerpc allmodconfig", "s390 allmodconfig"} <= set(configs)
    calls = {}
    for result, row in zip(log["results"], outputs.rows({"runs": [log]})):
        if row["role"] == "acquire":
            calls[row["site"]] = result["properties"]
    seen = [props for props in calls.values() if props["engines"]["checker"] == "seen"]
    assert len(seen) >= 0.95 * len(calls), (len(seen), len(calls))
    for props in calls.values():
        if props["engines"]["checker"] != "seen":
            assert len(props["says"]["checker"]["text"]) > 20, props
