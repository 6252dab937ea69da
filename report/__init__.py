# SPDX-License-Identifier: GPL-2.0-only
"""The Python side of gupcheck: it drives the engines and reports what they say."""
