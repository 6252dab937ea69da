# SPDX-License-Identifier: GPL-2.0-only
"""Which step, n of m, and for how long: a live bar on a terminal, plain lines elsewhere."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Steps:
    """
    The steps of a run. Use as a context manager for each step:

        with steps.step("Reading files", total=3) as advance:
            advance("one of the three")
    """

    def __init__(self, total, stream=sys.stderr):
        self.total = total
        self.number = 0
        self.stream = stream
        self.console = Console(file=stream)
        self.live = self.console.is_terminal

    def step(self, text, total=1):
        self.number += 1
        return _Step(self, f"[{self.number}/{self.total}] {text}", total)


class _Step:
    def __init__(self, steps, text, total):
        self.steps, self.text, self.total = steps, text, total
        self.done = 0
        self.progress = None

    def __enter__(self):
        self.start = time.monotonic()
        if self.steps.live:
            self.progress = Progress(TextColumn("{task.description}", markup=False), BarColumn(),
                                     MofNCompleteColumn(), TimeElapsedColumn(),
                                     console=self.steps.console)
            self.progress.start()
            self.task = self.progress.add_task(self.text, total=self.total)
        else:
            print(f"{self.text} ...", file=self.steps.stream, flush=True)
        return self.advance

    def advance(self, what=""):
        self.done += 1
        if self.progress:
            self.progress.update(self.task, completed=self.done)
        elif self.total > 1:
            print(f"  {self.done} of {self.total} {what}".rstrip(), file=self.steps.stream,
                  flush=True)

    def __exit__(self, exc_type, exc, tb):
        seconds = time.monotonic() - self.start
        if self.progress:
            if exc_type is None:
                self.progress.update(self.task, completed=self.total)
            self.progress.stop()
        elif exc_type is None:
            print(f"{self.text}: {seconds:.1f} s", file=self.steps.stream, flush=True)
        return False
