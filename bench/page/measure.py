# SPDX-License-Identifier: GPL-2.0-only
"""
How fast the page is: `python3 bench/page/measure.py [results] [audit.sarif]`. Makes a page with so
many results (5000), opens it in headless Chromium, filters and sorts, and prints medians in
milliseconds; with a log, also how long its page takes to make, and its size.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import page_log  # noqa: E402
from browser import Browser  # noqa: E402

from report import html, outputs  # noqa: E402

RUNS = 5
# from the change of the state until the rows are in the page and a frame was drawn
CHANGE = """
const [hash, done] = arguments;
const start = performance.now();
location.hash = hash;
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))));
"""


def opened(browser, address):
    """From the start of the navigation until the first rows were drawn, in ms."""
    browser.open(address)
    return browser.js("return performance.getEntriesByName('gup-ready')[0].startTime")


def changed(browser, states):
    times = []
    for state in states:
        times.append(browser.driver.execute_async_script(CHANGE, state))
    return times


def main(argv):
    results = int(argv[0]) if argv else 5000
    with tempfile.TemporaryDirectory(prefix="gup-page-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        address = page_log.page(directory / "page.html", page_log.log(
            [page_log.result(i) for i in range(results)]))
        browser = Browser(directory)
        try:
            browser.size(1440, 900)
            load = [opened(browser, address + "#v=sites&other=1") for _ in range(RUNS)]
            words = [f"v=sites&other=1&q=file{i}" for i in range(RUNS)]
            rules = [f"v=sites&other=1&sub={s}" for s in ("FOO+DRIVER", "BAR+FILESYSTEM")] * 3
            sorts = [f"v=sites&other=1&sort={s}" for s in ("api.asc", "api.desc", "file.desc")] * 2
            groups = [f"v=sites&other=1&group={s}" for s in ("sub", "rule", "")] * 2
            numbers = {"results": results, "open": load, "search": changed(browser, words),
                       "filter": changed(browser, rules), "sort": changed(browser, sorts),
                       "group": changed(browser, groups)}
        finally:
            browser.close()
    for key, value in numbers.items():
        if isinstance(value, list):
            numbers[key] = {"median": round(statistics.median(value)), "worst": round(max(value))}
    if len(argv) > 1:
        text = Path(argv[1]).read_text(encoding="utf-8")
        start = time.monotonic()
        log = json.loads(text)
        page = html.render(log, {"audit.sarif": text, "audit.csv": outputs.to_csv(log)})
        numbers["make"] = {"results": len(log["runs"][0]["results"]), "bytes": len(page.encode()),
                           "seconds": round(time.monotonic() - start, 1)}
    print(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
