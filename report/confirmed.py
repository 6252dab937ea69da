# SPDX-License-Identifier: GPL-2.0-only
"""
SARIF fixes for what the checker alone finds: the edits of report/edits.py, each of which the
checker has confirmed. What was asked once is kept until the file, what is said of it, the
checker or the edits change.
"""

import difflib
import hashlib
import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from report import cache, clang, edits, proof, suggest
from report.errors import UserError
from report.sarif import Sources
from report.suppress import where

AGREED = "An edit that the checker was asked about: with it this finding is gone, and no other has come."
CODE = ("ctext.py", "edits.py", "lost_pages.py", "proof.py")


def _code(the_clang):
    """Changes when the checker or the edits do."""
    parts = [the_clang.plugin.read_bytes(), *((Path(__file__).parent / name).read_bytes() for name in CODE)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _said(results):
    """All that the audit says of a file: an edit is judged by what the checker said before."""
    return json.dumps([[r["ruleId"], r.get("kind", "fail"), r["message"]["text"], r.get("codeFlows", [])]
                       for r in results])


def _ask(judge, rule, file, data):
    """[[line, column, edits as suggest.hunks() has them]] of the findings that can be mended."""
    made = []
    for finding, new in judge.each(rule, file, data):
        old, now = (text.decode("latin-1").split("\n") for text in (data, new))
        diff = difflib.unified_diff(old, now, lineterm="", n=1)
        rows = [[first, count, [line.encode("latin-1").decode("utf-8", "surrogateescape") for line in lines]]
                for first, count, lines in suggest.hunks("\n".join(diff))]
        made.append([finding.line, rows])
    return made


def _kept_or_asked(log, wanted, root, config, jobs):
    """{(rule, file): what _ask() returned}"""
    the_clang = clang.find()
    by_file = defaultdict(list)
    for result in log["runs"][0]["results"]:
        by_file[where(result)[0]].append(result)
    code, stores, known = _code(the_clang), {}, {}
    for rule, file in wanted:
        text = f"fix\0{code}\0{config}\0{_said(by_file[file])}"
        stores[rule, file] = cache.Cache({rule: text}, the_clang.version, root)
        known[rule, file] = stores[rule, file].get(rule, file)
    asked = [key for key, value in known.items() if value is None]
    if asked:
        files = sorted({file for _, file in wanted})
        with proof.Judge(root, files, config, jobs, log) as judge, ThreadPoolExecutor(jobs) as pool:
            asked = [key for key in asked if key[1] not in judge.not_run]
            answers = pool.map(lambda key: _ask(judge, *key, (root / key[1]).read_bytes()), asked)
            for key, made in zip(asked, answers):
                known[key] = {"made": made}
                stores[key].keep(*key, known[key])
    return {key: value["made"] for key, value in known.items() if value}


def apply(log, root, config, jobs):
    """Give findings of the checker in @log (SARIF as dicts, changed in place) their fixes."""
    wanted = defaultdict(list)
    for result in log["runs"][0]["results"]:
        if result.get("kind", "fail") == "fail" and result["ruleId"] in edits.EDITS and "fixes" not in result \
                and "checker" in result["properties"].get("found", ()):
            wanted[result["ruleId"], where(result)[0]].append(result)
    if not wanted:
        return
    try:
        made = _kept_or_asked(log, sorted(wanted), root, config, jobs)
    except UserError:
        return                         # no clang any more: the audit goes on, as it does without the checker
    sources = Sources(root)
    for key, rows in made.items():
        for line, hunks in rows:
            for result in wanted[key]:
                if result["locations"][0]["physicalLocation"]["region"]["startLine"] == line:
                    suggest.attach(result, hunks, key[1], sources, AGREED)
