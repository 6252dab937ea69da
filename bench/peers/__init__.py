# SPDX-License-Identifier: GPL-2.0-only
"""
The peers: the analysers that a user has, and gupcheck, on the edits of the seeded benchmark
and on the clean files. What one of them says anew in the edited function counts.
"""
