# SPDX-License-Identifier: GPL-2.0-only
"""
`make coccicheck`: the kernel's own scripts/coccicheck, unchanged, with one of our
semantic patches. Its build directory is a scratch one: the tree is not written to.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from report import run, spatch, tree
from report.errors import UserError

MODES = ("report", "context", "org", "patch", "chain", "rep+ctxt")


def coccicheck(args):
    if args.mode not in MODES:
        raise UserError(f"MODE={args.mode}: not one of {', '.join(MODES)}")
    if not args.cocci:
        raise UserError("no semantic patch: give COCCI=cocci/NAME.cocci")
    the_tree = tree.open_tree(args.kdir, args.module)
    if not (the_tree.root / "scripts" / "coccicheck").is_file():
        raise UserError(f"{the_tree.root} has no scripts/coccicheck: not a whole kernel tree")
    spatch.version()
    spatch.check_cocci(args.cocci)
    with tempfile.TemporaryDirectory(prefix="gupcheck-") as tmp:
        env = spatch.environment(tmp)
        env["SPATCH"] = spatch.program()
        for name in run.OUTER:
            env.pop(name, None)
        argv = ["make", "-s", "-C", str(the_tree.root), f"O={tmp}/build", "coccicheck",
                f"COCCI={Path(args.cocci).resolve()}", f"MODE={args.mode}", f"J={run.number_of_jobs(args.jobs)}"]
        if the_tree.subdir or the_tree.is_module:
            argv.append(f"M={the_tree.base / the_tree.subdir}")
        os.mkdir(Path(tmp) / "build")
        return subprocess.run(argv, env=env, check=False).returncode


def add_arguments(parser):
    run.options(parser, "kdir", "module", "cocci", "mode", "jobs")
