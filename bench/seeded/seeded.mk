# SPDX-License-Identifier: GPL-2.0-only
# The jobs of the seeded benchmark, started by bench/seeded/__main__.py in its
# output directory: 'plans' (one a file), then 'edits' (each after its
# clean file). A finished job is not done again, unless the operators or the plugin
# are newer. LAUNCH is put in front of each job.

include jobs.mk        # also says from which plan each edit comes, beside which clean file

plans: $(foreach unit,$(UNITS),plan/$(unit).json)
edits: $(foreach edit,$(EDITS),edits/$(edit).json)

plan/%.json: $(OPERATORS)
	@$(LAUNCH) "$$GUP_PYTHON" -m bench.seeded.plan . $*
	@echo 'done plan/$*'

clean/%.json: $(PLUGIN)
	@$(LAUNCH) "$$GUP_PYTHON" -m bench.seeded.run . clean $*
	@echo 'done clean/$*'

edits/%.json: $(PLUGIN)
	@$(LAUNCH) "$$GUP_PYTHON" -m bench.seeded.run . edit $*
	@echo 'done edits/$*'

.PHONY: plans edits
.DELETE_ON_ERROR:
