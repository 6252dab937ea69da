# SPDX-License-Identifier: GPL-2.0-only
# The jobs of one audit: each rule over each chunk of files. Independent of each
# other, so any -j will do; LAUNCH is put in front of each (a job queue, nice).
# report/audit.py writes WORK/plan.mk (RULES, CHUNKS) and starts this.

include $(WORK)/plan.mk

JOBS := $(foreach rule,$(RULES),$(foreach chunk,$(CHUNKS),$(WORK)/jobs/$(rule).$(chunk).json))

all: $(JOBS)

$(WORK)/jobs/%.json:
	@$(LAUNCH) $(PYTHON) -m report.job '$(WORK)' $(subst ., ,$*)
	@echo 'done $*'

.PHONY: all
.DELETE_ON_ERROR:
