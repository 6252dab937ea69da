// SPDX-License-Identifier: GPL-2.0-only
/*
 * gup-inventory: every call of a set of names below a directory, as JSON Lines.
 * The last line is {"summary": …}; without it the output is not whole.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "sites.h"

struct source {
	char *path;		/* relative to the root */
	char *out;		/* JSON Lines of this file, or NULL */
	size_t out_len;
	const char *skipped;	/* why it was not read, or NULL */
	uint64_t bytes;
	bool matched;
};

struct work {
	int root_fd;
	char *root;		/* without links */
	struct source *src;
	size_t nr, cap;
	const struct names *names;
	atomic_size_t next;
	atomic_bool out_of_memory;
};

static bool is_source_name(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && name[n - 2] == '.' && (name[n - 1] == 'c' || name[n - 1] == 'h');
}

static int add_source(struct work *w, const char *path, const char *skipped)
{
	if (w->nr == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 65536;
		struct source *src = realloc(w->src, cap * sizeof(*src));

		if (!src)
			return -1;
		w->src = src;
		w->cap = cap;
	}
	memset(&w->src[w->nr], 0, sizeof(w->src[0]));
	w->src[w->nr].path = strdup(path);
	w->src[w->nr].skipped = skipped;
	return w->src[w->nr++].path ? 0 : -1;
}

/* Does the link @path lead to a file or directory outside of what is walked? */
static bool leads_outside(const struct work *w, const char *path)
{
	size_t n = strlen(w->root);
	char *link, *target;
	bool outside;

	if (asprintf(&link, "%s/%s", w->root, path) < 0)
		return false;
	target = realpath(link, NULL);
	outside = target && !(strncmp(target, w->root, n) == 0 &&
			      (target[n] == '/' || target[n] == '\0'));
	free(target);
	free(link);
	return outside;
}

/* A link is followed only to a source that is not in the tree under its own name. */
static int add_link(struct work *w, int dirfd, const char *name, const char *path)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, 0) || !leads_outside(w, path))
		return 0;
	if (S_ISREG(st.st_mode) && is_source_name(name))
		return add_source(w, path, NULL);
	if (S_ISDIR(st.st_mode))
		return add_source(w, path, "a link to a directory outside is not followed");
	return 0;
}

static int walk(struct work *w, int dirfd, const char *prefix)
{
	DIR *dir = fdopendir(dirfd);
	struct dirent *e;
	int err = 0;

	if (!dir) {
		close(dirfd);
		return -1;
	}
	while (!err && (e = readdir(dir))) {
		char *path;

		if (e->d_name[0] == '.')
			continue;
		if (asprintf(&path, "%s%s%s", prefix, *prefix ? "/" : "", e->d_name) < 0) {
			err = -1;
			break;
		}
		if (e->d_type == DT_UNKNOWN) {
			struct stat st;

			if (!fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
				e->d_type = S_ISDIR(st.st_mode) ? DT_DIR :
					    S_ISREG(st.st_mode) ? DT_REG : DT_LNK;
		}
		if (e->d_type == DT_DIR) {
			int fd = openat(dirfd, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

			err = fd < 0 ? add_source(w, path, strerror(errno)) : walk(w, fd, path);
		} else if (e->d_type == DT_REG && is_source_name(e->d_name)) {
			err = add_source(w, path, NULL);
		} else if (e->d_type == DT_LNK) {
			err = add_link(w, dirfd, e->d_name, path);
		}
		free(path);
	}
	closedir(dir);
	return err;
}

static int cmp_source(const void *a, const void *b)
{
	return strcmp(((const struct source *)a)->path, ((const struct source *)b)->path);
}

static void scan_text(struct work *w, struct source *s, const char *text, size_t len)
{
	FILE *out;

	s->matched = names_occur(w->names, text, len);
	if (!s->matched)
		return;
	out = open_memstream(&s->out, &s->out_len);
	if (!out || sites_write(s->path, text, len, w->names, out) < 0)
		w->out_of_memory = true;
	if (out && fclose(out))
		w->out_of_memory = true;
}

/*
 * A thread's room for one file. Mapping each file instead costs several times as much: its pages are
 * faulted in one by one, and dropped on all processors.
 */
struct room {
	char *text;
	size_t cap;
};

static bool grow(struct room *room)
{
	size_t cap = room->cap ? room->cap * 2 : 1 << 20;
	char *text = realloc(room->text, cap);

	if (!text)
		return false;
	room->text = text;
	room->cap = cap;
	return true;
}

/* All of the file into @room. Returns its length, or -1 with errno. */
static ssize_t read_file(int fd, struct room *room)
{
	size_t len = 0;
	ssize_t got;

	do {
		if (len == room->cap && !grow(room))
			return -1;
		got = read(fd, room->text + len, room->cap - len);
		if (got > 0)
			len += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got < 0 ? -1 : (ssize_t)len;
}

static void scan_source(struct work *w, struct source *s, struct room *room)
{
	int fd = openat(w->root_fd, s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t len = fd < 0 ? -1 : read_file(fd, room);

	if (len < 0) {
		s->skipped = strerror(errno);
	} else {
		s->bytes = (uint64_t)len;
		scan_text(w, s, room->text, (size_t)len);
	}
	if (fd >= 0)
		close(fd);
}

static void *worker(void *arg)
{
	struct room room = { 0 };
	struct work *w = arg;
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->nr)
		if (!w->src[i].skipped)
			scan_source(w, &w->src[i], &room);
	free(room.text);
	return NULL;
}

static void run_threads(struct work *w)
{
	pthread_t thread[16];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int nr = 0;

	while (nr < 16 && nr < cpus - 1 && !pthread_create(&thread[nr], NULL, worker, w))
		nr++;
	worker(w);
	while (nr--)
		pthread_join(thread[nr], NULL);
}

static int write_all(const struct work *w)
{
	uint64_t bytes = 0;
	size_t matched = 0, skipped = 0;

	for (size_t i = 0; i < w->nr; i++) {
		const struct source *s = &w->src[i];

		if (s->skipped) {
			fputs("{\"skipped\":", stdout);
			json_string(stdout, s->path, strlen(s->path));
			fputs(",\"reason\":", stdout);
			json_string(stdout, s->skipped, strlen(s->skipped));
			fputs("}\n", stdout);
		}
		if (s->out)
			fwrite(s->out, 1, s->out_len, stdout);
		bytes += s->bytes;
		matched += s->matched;
		skipped += !!s->skipped;
	}
	printf("{\"summary\":{\"files\":%zu,\"bytes\":%llu,\"matched\":%zu,\"skipped\":%zu}}\n",
	       w->nr, (unsigned long long)bytes, matched, skipped);
	return fflush(stdout) || ferror(stdout) ? -1 : 0;
}

static void free_work(struct work *w)
{
	for (size_t i = 0; i < w->nr; i++) {
		free(w->src[i].path);
		free(w->src[i].out);
	}
	free(w->src);
	free(w->root);
}

/* The inventory of the directory @path to stdout. Returns the exit status. */
static int inventory(struct work *w, const char *path)
{
	int fd;

	w->root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = w->root_fd < 0 ? -1 : openat(w->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	w->root = realpath(path, NULL);
	if (fd < 0 || !w->root) {
		fprintf(stderr, "gup-inventory: cannot read the directory %s: %s\n", path,
			strerror(errno));
		return 1;
	}
	if (walk(w, fd, "")) {
		fprintf(stderr, "gup-inventory: cannot list %s: %s\n", path, strerror(errno));
		return 1;
	}
	if (w->nr)
		qsort(w->src, w->nr, sizeof(*w->src), cmp_source);
	run_threads(w);
	if (w->out_of_memory) {
		fputs("gup-inventory: out of memory\n", stderr);
		return 1;
	}
	if (write_all(w)) {
		fprintf(stderr, "gup-inventory: cannot write the result: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}

static int usage(void)
{
	fputs("usage: gup-inventory --names FILE DIR\n"
	      "  Prints every call of the names in FILE (one a line) in the .c and .h files\n"
	      "  below DIR, one JSON object a line, and a summary as the last line.\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "names", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	struct work w = { 0 };
	const char *names_path = NULL;
	struct names *names;
	char err[512];
	int c, status;

	while ((c = getopt_long(argc, argv, "n:", opts, NULL)) != -1) {
		if (c != 'n')
			return usage();
		names_path = optarg;
	}
	if (!names_path || argc - optind != 1)
		return usage();
	names = names_load(names_path, err, sizeof(err));
	w.names = names;
	if (!names) {
		fprintf(stderr, "gup-inventory: %s\n", err);
		return 1;
	}
	status = inventory(&w, argv[optind]);
	free_work(&w);
	names_free(names);
	return status;
}
