# SPDX-License-Identifier: GPL-2.0-only
"""
What the page is made with besides data: our styles and scripts in templates/page/, and the
table library that scripts/deps has npm fetch into build/web/. All of it is put inside the
page, which then needs no network, and whose policy lets only these scripts run.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

from report.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "report" / "templates" / "page"
LIBRARY = ROOT / "build" / "web" / "report" / "node_modules" / "tabulator-tables"
SCRIPTS = ("dom.js", "state.js", "filter.js", "table.js", "source.js", "detail.js", "facts.js",
           "keys.js", "main.js")


def _read(path):
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as err:
        raise UserError("the page's table library is not in build/web: "
                        "run 'scripts/deps audit', which fetches it with npm") from err
    return re.sub(r"\n?(//|/\*)# sourceMappingURL=[^\n]*", "", text)


def check():
    """Raises UserError when the library is missing: better before an audit than after it."""
    _read(LIBRARY / "package.json")


def _own_scripts():
    """Our scripts as one, in a scope of its own; each file says its licence, once is enough."""
    texts = [(OWN / name).read_text(encoding="utf-8").replace(
        "// SPDX-License-Identifier: GPL-2.0-only\n", "") for name in SCRIPTS]
    return ("// SPDX-License-Identifier: GPL-2.0-only\n(() => {\n\"use strict\";\n"
            + "".join(texts) + "})();\n")


def _sha256(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def load():
    """{styles, scripts: [text], script_hashes: [sha256], library: {name, version, licence}}"""
    scripts = [_read(LIBRARY / "dist/js/tabulator.min.js"), _own_scripts()]
    for text in scripts:
        if "</script" in text.lower():
            raise UserError("the page's table library cannot be put into a page: "
                            "it holds the text </script")
    package = json.loads(_read(LIBRARY / "package.json"))
    return {
        "styles": [_read(LIBRARY / "dist/css/tabulator_simple.min.css"),
                   (OWN / "page.css").read_text(encoding="utf-8")],
        "scripts": scripts,
        "script_hashes": [_sha256(text) for text in scripts],
        "library": {"name": package["name"], "version": package["version"],
                    "licence": _read(LIBRARY / "LICENSE").strip()},
    }
