# SPDX-License-Identifier: GPL-2.0-only
"""The one kind of error that a user can do something about."""


class UserError(Exception):
    """Its text is one line that says what is wrong and what to do; no traceback is shown."""
