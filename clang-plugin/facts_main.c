// SPDX-License-Identifier: GPL-2.0-only
/*
 * gupcheck-facts: what the plugin would do, without a compiler, on the facts
 * that it wrote. `dump` prints models, `check` runs the engine and the rules;
 * both say the same as the plugin, byte for byte, but for where a name of the
 * source tree begins: --root puts back what was cut off. `link` takes all of
 * them as one program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "gupcheck.h"
#include "link.h"

struct command {
	struct gup_options options;
	const char *root;
	char **files;
	int nr_files;
};

static void usage(FILE *out)
{
	fputs("usage: gupcheck-facts dump FILE...\n"
	      "       gupcheck-facts check [--sarif=FILE] [--sites] [--stats] [--quiet] [--api=FILE]\n"
	      "                            [--policy=entry|assert] [--root=DIR/] FILE...\n"
	      "       gupcheck-facts link  [the options of check] [--left-out=NOTE] FILE...\n"
	      "       gupcheck-facts wrappers [--sarif=TABLE] [--api=FILE] [--root=DIR/] FILE...\n"
	      "dump prints the models in facts that the plugin wrote (facts=FILE), check their findings;\n"
	      "link takes the files as one program: what crosses files, and the verdict on the assert.\n"
	      "--root goes before the names of files of the source tree; --sarif may be a directory.\n", out);
}

/* As a compiler prints it, without the line of source. */
static void print(void *data, const struct gup_diag *diag)
{
	static const char *const levels[] = { "note", "warning", "error" };
	const struct command *command = data;

	if (command->options.quiet)
		return;
	printf("%s:%u:%u: %s: %s", diag->pos.file ? diag->pos.file : "", diag->pos.line,
	       diag->pos.column, diag->is_note ? "note" : levels[LEVEL_WARNING], diag->message);
	printf(diag->is_note ? "\n" : " [-Wgup-%s]\n", diag->rule);
}

/* One file; false, with a message, when its facts are bad or results cannot be written. */
static bool run(struct command *command, struct gup_session *session, const char *file)
{
	struct gup_host host = { command, print };
	char *error;
	struct gup_model *model = facts_read(file, command->root, &error);
	const char *wrong = model && session ? gup_mismatch(session, model) : NULL;
	bool good = model && !wrong;

	if (!model)
		fprintf(stderr, "gupcheck: %s\n", error);
	else if (wrong)
		fprintf(stderr, "gupcheck: %s: %s\n", file, wrong);
	else if (session)
		good = gup_check(session, model, &host) >= 0;
	else
		model_print(stdout, model);
	free(error);
	model_free(model);
	return good;
}

/* Options first, then files; false when an argument is none that we know. */
static bool read_arguments(struct command *command, int argc, char **argv)
{
	int i = 0;

	command->root = "";
	for (; i < argc && !strncmp(argv[i], "--", 2); i++)
		if (!strncmp(argv[i], "--root=", 7)) {
			command->root = argv[i] + 7;
		} else if (!strncmp(argv[i], "--facts", 7) || !gup_set_option(&command->options, argv[i] + 2)) {
			fprintf(stderr, "gupcheck: unknown option %s\n", argv[i]);
			return false;
		}
	command->files = argv + i;
	command->nr_files = argc - i;
	if (!command->nr_files)
		fputs("gupcheck: no facts are given\n", stderr);
	return command->nr_files;
}

/* Every file, by itself or with all others. */
static bool run_all(struct command *command, struct gup_session *session, bool link,
		    bool wrappers)
{
	struct gup_host host = { command, print };
	bool good = true;

	if (wrappers)
		return link_wrappers(&command->options, command->root, command->files, command->nr_files);
	if (link)
		return link_run(&command->options, &host, command->root, command->files, command->nr_files);
	for (int i = 0; i < command->nr_files; i++)
		good = run(command, session, command->files[i]) && good;
	return good;
}

int main(int argc, char **argv)
{
	bool link = argc > 1 && !strcmp(argv[1], "link");
	bool wrappers = argc > 1 && !strcmp(argv[1], "wrappers");
	bool check = argc > 1 && !strcmp(argv[1], "check"), good;
	struct command command = { .files = NULL };
	struct gup_session *session = NULL;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		usage(stdout);
		return 0;
	}
	if ((!check && !link && !wrappers && (argc < 2 || strcmp(argv[1], "dump"))) ||
	    !read_arguments(&command, argc - 2, argv + 2)) {
		usage(stderr);
		return 2;
	}
	if (check) {
		session = gup_open(&command.options);
		if (!session)
			return 2;
	}
	good = run_all(&command, session, link, wrappers);
	gup_close(session);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("gupcheck: cannot write to the standard output\n", stderr);
		return 2;
	}
	return good ? 0 : 2;
}
