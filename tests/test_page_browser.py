# SPDX-License-Identifier: GPL-2.0-only
"""The page in a real browser: what a reader does with it, and what a hostile tree cannot do."""

import base64
import csv
import json
import re

import page_log
import pytest
from browser import Browser
from common import ROOT
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

AXE = ROOT / "build/web/tests/node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    one = Browser(tmp_path_factory.mktemp("chromium"))
    yield one
    one.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """{name: address} of pages: 400 results, none, only hostile ones."""
    tmp = tmp_path_factory.mktemp("pages")
    many = page_log.log([page_log.result(i) for i in range(400)], ["a.c: gave up"])
    many["runs"][0]["results"][10]["suppressions"] = [
        {"kind": "external", "justification": "looked at it", "properties": {"who": "Bob"}}]
    clean = page_log.log([page_log.result(i) for i in range(1, 9)])
    return {"many": page_log.page(tmp / "many.html", many),
            "clean": page_log.page(tmp / "clean.html", clean),
            "empty": page_log.page(tmp / "empty.html", page_log.log([]))}


@pytest.fixture(autouse=True)
def wide(browser):
    browser.size(1440, 900)
    browser.dark(False)
    yield
    assert not browser.errors()


def levels(browser):
    """Levels in the first column, as far down as rows are in the page."""
    return [re.sub(r"[^a-z]", "", t) for t in browser.texts(".tabulator-row .level")]


def test_first_look(browser, made):
    """Findings first, errors on top, and the first one is open with its path and its fix."""
    browser.open(made["many"])
    assert browser.status() == "39 findings"
    seen = levels(browser)
    assert seen[0] == "error" and seen == sorted(seen)
    assert "39" in browser.one("#tab-findings").text
    assert len(browser.all(".tabulator-row.current")) == 1
    steps = browser.texts("#detail .step")
    assert len(steps) == 3 and "ret = 3" in steps[1]
    assert browser.texts("#detail .witness .value") == ["n = 8", "returned = 3", "ret = 3"]
    changed = browser.js("return [...document.querySelectorAll('.diff .del, .diff .add')].map((e) => e.textContent)")
    assert changed == ["-\tif (ret < 0)\n", "+\tif (ret < n)\n"]
    for needed in ("Why ", "Ann Ex", "not released on a path plain", "found it", "gup-audit.yaml"):
        assert needed in browser.one("#detail").text
    assert "trip" in browser.one(".summary").text


def choose(browser, control, value):
    """As a reader does: open the list of values, then take one."""
    browser.one(control).click()
    Select(browser.one(control)).select_by_value(value)
    browser.settle()


def test_filter_by_control(browser, made):
    browser.open(made["many"])
    choose(browser, "#filter-rule", "pin-leak")
    assert browser.status() == "10 of 39 findings" and "rule=pin-leak" in browser.hash()
    choose(browser, "#filter-sub", "FOO DRIVER")
    assert browser.status() == "4 of 39 findings"
    browser.one("[data-chip=sub]").click()
    browser.settle()
    assert browser.status() == "10 of 39 findings"
    browser.js("history.back()")
    browser.wait("return document.querySelector('#status').textContent.startsWith('4 of')")


@pytest.mark.parametrize("state,count", [
    ("rule=pin-leak", 10), ("level=error", 20), ("kind=fail", 39), ("engine=checker", 39), ("v=sites&engine=inventory", 280),
    ("api=get_user_pages", 39), ("sub=BAR+FILESYSTEM", 12), ("who=Ann+Ex", 39),
    ("path=drivers/foo3", 5), ("q=fill120", 1), ("q=FILL120+pages", 1), ("dir=drivers/foo0", 6),
    ("sup=1", 40), ("v=sites&kind=open", 93), ("v=sites&other=1", 400), ("v=sites", 320),
    ("assert=trips", 9), ("v=sites&case=CASE+2", 40), ("fix=suggested", 39), ("q=nosuchthing", 0)])
def test_every_filter_by_link(browser, made, state, count):
    browser.open(f"{made['many']}#{state}")
    assert re.match(rf"{count}\b", browser.status()), browser.status()


def test_sort_by_a_column(browser, made):
    browser.open(made["many"])
    head = browser.one('.tabulator-col[tabulator-field="file"]')
    head.click()
    browser.settle()
    places = [t.split("\n")[0] for t in browser.texts(".tabulator-row [tabulator-field=file]")]
    down = browser.hash()
    assert "sort=file." in down and len(places) > 5
    head.click()
    browser.settle()
    other = [t.split("\n")[0] for t in browser.texts(".tabulator-row [tabulator-field=file]")]
    assert other[0] != places[0] and browser.hash() != down
    browser.open(f"{made['many']}{browser.hash()}")
    assert [t.split("\n")[0] for t in
            browser.texts(".tabulator-row [tabulator-field=file]")][0] == other[0]


def test_group(browser, made):
    browser.open(made["many"])
    choose(browser, "#group", "sub")
    groups = browser.texts(".tabulator-group")
    assert any(re.match(r"BAR FILESYSTEM\s+12", g) for g in groups), groups
    assert "group=sub" in browser.hash()


def test_a_link_opens_one_finding(browser, made):
    browser.open(f"{made['many']}#id={120:032x}")
    assert "fill120()" in browser.one("#detail").text
    row = browser.one(".tabulator-row.current")
    assert row.get_attribute("data-id") == f"{120:032x}"
    assert row.get_attribute("aria-selected") == "true"


def test_the_assert_and_the_case_of_a_call(browser, made):
    """The verdict with its reason and its chain, the CASE with what tells it; in the totals, too."""
    browser.open(f"{made['many']}#id={50:032x}")
    said = browser.one("#detail .call").text
    assert "trips: neither flag is set plain" in said and "By get_user_pages() → __get_user_pages_locked()" in said
    assert "CASE 1" in said and "kept in a field plain" in said
    card = browser.one(".lead")
    trips = int(re.search(r"(\d+) trip\b", card.text)[1])
    assert re.search(r"(\d+) of \d+ calls that it concerns", card.text)
    browser.open(f"{made['many']}#v=facts")
    table = browser.one('[aria-label="The assert, by subsystem"]')
    assert sum(int(t) for t in browser.texts('[aria-label="The assert, by subsystem"] td:nth-child(2)') if t) == trips
    assert "7 files linked, after 1 round over what was learnt, which brought in 1 files" in browser.one(".about").text
    assert "FOO DRIVER" in table.text and "Where it would stand: mm/gup.c:5." in browser.one("#facts").text


def test_a_path_is_read_from_top_to_bottom(browser, tmp_path):
    """A path that leaves a piece of source and comes back to it shows it twice, in the order of its steps."""
    one = page_log.result(0)
    steps = one["codeFlows"][0]["threadFlows"][0]["locations"]
    for step, line in zip(steps, (10, 200, 12)):
        physical = step["location"]["physicalLocation"]
        physical["region"]["startLine"] = line
        first = 8 if line < 100 else 198
        physical["contextRegion"] = {"startLine": first, "endLine": first + 5,
                                     "snippet": {"text": "\n".join(f"line {first + k};" for k in range(6))}}
    one["locations"][0]["physicalLocation"] = dict(steps[0]["location"]["physicalLocation"])
    browser.open(page_log.page(tmp_path / "path.html", page_log.log([one])))
    assert browser.texts("#detail .step .number") == ["1", "2", "3"]
    numbers = [int(t) for t in browser.texts("#detail .ln")]
    assert numbers.index(10) < numbers.index(200) < len(numbers) - 1 - numbers[::-1].index(12)


def test_what_can_be_mended_comes_first(browser, tmp_path):
    results = [page_log.result(i) for i in (0, 30, 40)]
    del results[0]["fixes"]
    browser.open(page_log.page(tmp_path / "fix.html", page_log.log(results)))
    assert browser.one(".tabulator-row.current").get_attribute("data-id") != f"{0:032x}"
    assert "fix" in browser.one(".tabulator-row.current").text


def test_a_link_to_nothing_says_so(browser, made):
    browser.open(f"{made['many']}#id=gone&v=nonsense&group=nonsense")
    assert "does not have" in browser.one("#toast").text
    assert browser.status() == "39 findings"


def test_keyboard(browser, made):
    browser.open(made["many"])
    first = browser.one(".tabulator-row.current").get_attribute("data-id")
    browser.press("j")
    second = browser.one(".tabulator-row.current").get_attribute("data-id")
    assert second != first and second in browser.hash()
    browser.press("k")
    assert browser.one(".tabulator-row.current").get_attribute("data-id") == first
    browser.press("/")
    browser.press("fill120", Keys.ENTER)
    browser.wait("return document.querySelector('#status').textContent.startsWith('1 of')")
    browser.press("x")
    assert browser.status() == "39 findings"
    browser.press("g")
    assert "group=rule" in browser.hash()
    browser.press("2")
    assert "call" in browser.status()
    browser.press("3")
    assert browser.one("#facts").is_displayed() and not browser.one("#panes").is_displayed()
    browser.press("1")
    browser.press("?")
    assert browser.one("#keys").is_displayed()
    browser.press(Keys.ESCAPE)
    assert not browser.one("#keys").is_displayed()


def test_copied_link_leads_back(browser, made):
    browser.open(f"{made['many']}#q=fill120")
    browser.js("window.copied = ''; Object.defineProperty(navigator, 'clipboard', "
               "{value: {writeText: async (text) => { window.copied = text; }}, configurable: true});")
    browser.press("c")
    link = browser.wait("return window.copied")
    browser.open(link)
    assert "fill120()" in browser.one("#detail").text


def test_suppressed_say_why(browser, made):
    browser.open(f"{made['many']}#sup=1&id={10:032x}")
    assert "looked at it (Bob)" in browser.one("#detail").text
    assert "suppressed" in browser.one(".tabulator-row.current").text


def downloaded(browser, name, button):
    browser.one(".menu > summary").click()
    browser.one(f'[data-file="{button}"]').click()
    path = browser.downloads / name
    for _ in range(200):
        if path.exists() and path.stat().st_size:
            return path.read_text(encoding="utf-8")
        browser.settle()
    raise AssertionError(f"{name} was not downloaded")


def test_download(browser, made):
    browser.open(f"{made['many']}#rule=pin-leak")
    assert len(json.loads(downloaded(browser, "audit.sarif", "audit.sarif"))["runs"][0]["results"]) == 400
    assert downloaded(browser, "audit.csv", "audit.csv") == "file,line\na.c,1\n"
    rows = list(csv.DictReader(downloaded(browser, "shown.csv", "shown.csv").splitlines()))
    assert len(rows) == 10 and {r["rule"] for r in rows} == {"pin-leak"}


def background(browser):
    return browser.js("return getComputedStyle(document.body).backgroundColor")


def test_dark_and_light(browser, made):
    browser.open(made["many"])
    light = background(browser)
    browser.dark(True)
    browser.settle()
    dark = background(browser)
    assert light != dark and sum(map(int, re.findall(r"\d+", dark)[:3])) < 120
    browser.press("t")
    assert background(browser) == light
    browser.press("t")
    assert background(browser) == dark
    browser.js("localStorage.clear()")


def test_print_shows_findings_in_full(browser, made):
    browser.open(f"{made['many']}#rule=pin-leak")
    browser.js("window.dispatchEvent(new Event('beforeprint'))")
    assert len(browser.all("#print article")) == 10 and len(browser.all("#print .step")) == 30
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    assert browser.one("#print").is_displayed() and not browser.one("#panes").is_displayed()
    browser.cdp("Emulation.setEmulatedMedia", media="")
    browser.js("window.dispatchEvent(new Event('afterprint'))")
    assert not browser.all("#print article")
    pdf = base64.b64decode(browser.cdp("Page.printToPDF")["data"])
    assert pdf[:5] == b"%PDF-" and len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2


def test_400_pixels(browser, made):
    browser.size(400, 800)
    browser.open(made["many"])
    assert browser.js("return document.documentElement.scrollWidth") <= 400
    assert not browser.one("#detail").is_displayed()
    row = browser.one(".tabulator-row")
    browser.js("arguments[0].scrollIntoView({block: 'center'})", row)
    row.click()
    browser.settle()
    detail = browser.one("#detail")
    assert detail.is_displayed() and detail.size["width"] == 400
    assert browser.js("return document.querySelector('#detail').scrollWidth") <= 400
    browser.one(".back").click()
    browser.settle()
    assert not detail.is_displayed()
    browser.open(f"{made['many']}#v=facts")
    assert browser.js("return document.documentElement.scrollWidth") <= 400


def test_nothing_found_and_nothing_left(browser, made):
    browser.open(made["clean"])
    assert "No finding" in browser.one(".empty").text
    browser.one(".empty button").click()
    browser.settle()
    assert "v=sites" in browser.hash() and "kind=open" in browser.hash()
    browser.open(f"{made['many']}#q=nosuchthing")
    assert "Nothing matches" in browser.one(".empty").text
    browser.one(".empty button").click()
    browser.settle()
    assert browser.status() == "39 findings"
    browser.open(made["empty"])
    assert browser.status() == "0 findings"


@pytest.mark.parametrize("state", ["", "#v=sites&group=sub", "#v=facts", "#q=nosuchthing",
                                   f"#id={120:032x}&rule=pin-leak"])
@pytest.mark.parametrize("width,dark", [(1440, False), (1440, True), (400, False)])
def test_accessible(browser, made, state, width, dark):
    """axe-core finds nothing serious, in any view, in light and dark, wide and narrow."""
    browser.size(width, 900)
    browser.dark(dark)
    browser.open(made["many"] + state)
    browser.js(AXE.read_text(encoding="utf-8"))
    found = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(done);")
    serious = [(v["id"], [n["html"][:200] + n["failureSummary"][:300] for n in v["nodes"]][:3])
               for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious


def hostile_log():
    results = []
    for i, word in enumerate(page_log.HOSTILE):
        one = page_log.result(10 * i, word)
        place = one["locations"][0]
        place["logicalLocations"][0]["name"] = word
        one["properties"]["subsystem"] = word
        one["properties"]["flags"]["text"] = word
        one["properties"]["sendTo"]["maintainers"] = [f"{word} <x@y>"]
        one["suppressions"] = [{"kind": "inSource", "justification": word}] if i == 1 else []
        results.append(one)
    return page_log.log(results, list(page_log.HOSTILE), kernelRoot=page_log.HOSTILE[0],
                        kernelVersion=page_log.HOSTILE[1])


def test_hostile_text_is_text(browser, tmp_path):
    """In every view nothing of it becomes an element or runs; all of it can be read."""
    address = page_log.page(tmp_path / "hostile.html", hostile_log())
    for state in ("", "#sup=1&group=sub", "#v=sites&group=sub", "#v=facts", "#q=%3Cimg%20src"):
        browser.open(address + state)
        browser.js("window.dispatchEvent(new Event('beforeprint'))")
        for i in range(len(page_log.HOSTILE)):
            browser.press("j")
        assert browser.js("return document.title").startswith("GUP audit of Linux <img")
        assert not browser.all("img") and len(browser.all("script")) == 5
    browser.open(f"{address}#id={0:032x}")
    assert page_log.HOSTILE[0] in browser.one("#detail .headline").text


def test_shown_csv_has_no_formula(browser, tmp_path):
    bad = page_log.log([page_log.result(0, "x")])
    bad["runs"][0]["results"][0]["message"]["text"] = "=cmd|' /C calc'!A0, \"quoted\"\nnext"
    browser.open(page_log.page(tmp_path / "formula.html", bad))
    (browser.downloads / "shown.csv").unlink(missing_ok=True)
    text = downloaded(browser, "shown.csv", "shown.csv")
    reason = list(csv.DictReader(text.splitlines(keepends=True)))[0]["reason"]
    assert reason == "'=cmd|' /C calc'!A0, \"quoted\"\nnext"


def test_same_log_same_bytes(tmp_path):
    for name in ("a.html", "b.html"):
        page_log.page(tmp_path / name, page_log.log([page_log.result(i) for i in range(40)]))
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
