# SPDX-License-Identifier: GPL-2.0-only
"""
The seeded benchmark: operators put bugs into real kernel code, or rewrite it
without one, at every place of a tree where they can; the checker is run on each
edit and on the clean file, and what it says is compared.
"""
