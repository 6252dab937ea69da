# SPDX-License-Identifier: GPL-2.0-only
# The jobs of the comparison, started by bench/peers/__main__.py in its output directory: a tool and
# a text each, and a semantic patch of the kernel and all texts. LAUNCH is put in front of each.

include jobs.mk        # TOOLS, TEXTS and, of these, CLEAN, SCRIPTS, PLUGIN

said: $(foreach text,$(TEXTS),$(foreach tool,$(TOOLS),said/$(tool)/$(text).json)) \
      $(foreach text,$(CLEAN),said/plain/$(text).json) \
      $(foreach script,$(SCRIPTS),said/coccicheck/$(script).json)

said/coccicheck/%.json: texts.stamp
	@$(LAUNCH) "$$GUP_PYTHON" -m bench.peers.run . coccicheck $*
	@echo 'done coccicheck/$*'

said/%.json:
	@$(LAUNCH) "$$GUP_PYTHON" -m bench.peers.run . $(@D:said/%=%) $(basename $(@F))
	@echo 'done $*'

$(foreach text,$(TEXTS),said/gupcheck/$(text).json): $(PLUGIN)

.PHONY: said
.DELETE_ON_ERROR:
