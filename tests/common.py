# SPDX-License-Identifier: GPL-2.0-only
"""What several tests share: the project's root, a small tree that looks like a kernel."""

import os
import signal
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent


def hear_signals():
    """For preexec_fn: who starts the tests by nohup or by & has them inherit signals that are ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


# The checker finds one thing in it: what a short call pinned is lost.
LEAK = """\
#include "gup.h"

int leak(unsigned long start, int nr, struct page **pages)
{
	int ret = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);

	if (ret != nr)
		return -EFAULT;
	unpin_user_pages(pages, ret);
	return 0;
}
"""
GUP_C = """\
static long __get_user_pages_locked(struct mm_struct *mm, unsigned long start,
		unsigned long nr_pages, struct page **pages, int *locked, unsigned int flags)
{
	if (pages && !(flags & FOLL_PIN))
		flags |= FOLL_GET;
	return 0;
}

int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	gup_flags |= FOLL_GET;
	return 0;
}
"""

DRIVER_C = """\
#include <linux/mm.h>

/* pin_user_pages(1, 2, 3, 4) in a comment is no call */
static const char text[] = "put_page(page)";

static int fill(struct ctx *c, unsigned long start)
{
	struct page *page;
	int ret;

	ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return -EFAULT;
	unpin_user_page(page);
	ret = get_user_pages(start, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
"""


def write_tree(root, files):
    """Write {relative name: text or bytes} below @root and return it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def kernel_files(**more):
    return {"Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\nEXTRAVERSION =\n",
            "mm/gup.c": GUP_C, "drivers/foo/foo.c": DRIVER_C, **more}


def run_audit(kdir, out, *args, env=None, cache=None, **kwargs):
    """
    `make audit` without the dependency check, with a cache directory of its own
    unless @cache names one. Returns the finished process.
    """
    kwargs["env"] = {**(env or os.environ), "XDG_CACHE_HOME": str(cache or f"{out}.cache")}
    return subprocess.run([sys.executable, "-m", "report.command", "audit", "--kdir", str(kdir), "--out",
                           str(out), *args], cwd=ROOT, capture_output=True, text=True,
                          check=False, **kwargs)
