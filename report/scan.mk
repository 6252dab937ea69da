# SPDX-License-Identifier: GPL-2.0-only
# The jobs of a scan: the checker over each translation unit. report/scan.py writes
# units.mk (UNITS, PLUGIN) and a file KEY.unit for each into its cache directory and
# starts this there. A unit is done again when its sources, its command or the plugin
# changed: the dependency files that clang writes say which sources. LAUNCH is put in
# front of each job.

include units.mk

all: $(UNITS:%=%.json)

%.json: %.unit $(PLUGIN)
	@$(LAUNCH) "$$GUP_PYTHON" -m report.tu $*
	@echo 'done $*'

FORCE:

-include $(UNITS:%=%.d)

.PHONY: all FORCE
.SUFFIXES:
MAKEFLAGS += -r
