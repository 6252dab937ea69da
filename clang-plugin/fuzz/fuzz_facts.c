// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as facts, both as a file and as what stands behind a good head:
 * refused in words, or a model that prints, checks and is written to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "../codec.h"
#include "../facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_again(const struct gup_model *model)
{
	size_t size, again;
	unsigned char *bytes = facts_encode(model, &size);
	char *error = NULL;
	struct gup_model *copy = facts_decode(bytes, size, "", &error);

	if (!copy)
		abort();
	unsigned char *twice = facts_encode(copy, &again);

	if (size != again || memcmp(bytes, twice, size))
		abort();
	free(bytes);
	free(twice);
	model_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gup_model *model = model_new("");
	struct codec c;
	char *error = NULL;

	codec_read(&c, &model->arena, data, size);
	facts_code(&c, model, "");
	codec_close(&c);
	if (!c.wrong && !model_check(model)) {
		FILE *out = fopen("/dev/null", "w");

		model_print(out, model);
		fclose(out);
		same_again(model);
	}
	model_free(model);
	model_free(facts_decode(data, size, "", &error));
	free(error);
	return 0;
}
