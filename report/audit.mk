# SPDX-License-Identifier: GPL-2.0-only
# The jobs of one audit: each rule over each chunk of files. Independent of each
# other, so any -j will do; LAUNCH is put in front of each (a job queue, nice).
# report/audit.py writes plan.mk (RULES, CHUNKS) into its work directory and
# starts this there: no name in here has a space.

include plan.mk

JOBS := $(foreach rule,$(RULES),$(foreach chunk,$(CHUNKS),jobs/$(rule).$(chunk).json))

all: $(JOBS)

jobs/%.json:
	@$(LAUNCH) "$$GUP_PYTHON" -m report.job . $(subst ., ,$*)
	@echo 'done $*'

.PHONY: all
.DELETE_ON_ERROR:
