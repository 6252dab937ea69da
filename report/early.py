# SPDX-License-Identifier: GPL-2.0-only
"""
Ctrl-C while the other modules are being loaded, which takes up to a second: a line and 130, as later
on. A program imports this before all others and calls over() where it is ready for the exception.
"""

import os
import signal


def _stop(_number, _frame):
    os.write(2, b"gupcheck: interrupted\n")
    os._exit(130)                      # nothing was begun; a library might take an exception for its own


def over():
    """From now on Ctrl-C is a KeyboardInterrupt."""
    if signal.getsignal(signal.SIGINT) is _stop:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# who starts us in the background may have it ignored
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _stop)
