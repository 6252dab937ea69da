# SPDX-License-Identifier: GPL-2.0-only
"""
Ctrl-C, or being told to end, while the other modules are being loaded, which takes up to a second: a
line and 130, as later on. A program imports this before all others and calls over() where it is
ready for the exception.
"""

import os
import signal

# what each does otherwise, when it is not ignored: who starts us in the background may have it ignored
USUAL = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}


def _stop(_number, _frame):
    os.write(2, b"gupcheck: interrupted\n")
    os._exit(130)                      # nothing was begun; a library might take an exception for its own


def over():
    """From now on each signal does what it usually does."""
    for number, usual in USUAL.items():
        if signal.getsignal(number) is _stop:
            signal.signal(number, usual)


for _each, _usual in USUAL.items():
    if signal.getsignal(_each) is _usual:
        signal.signal(_each, _stop)
