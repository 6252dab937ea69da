# SPDX-License-Identifier: GPL-2.0-only
"""How fast the parts are: each beside a yardstick that was measured in the same run, as a ratio."""
