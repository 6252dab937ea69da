// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		data += done;
		size -= (size_t)done;
	}
	return true;
}

static bool write_beside(const char *path, const void *data, size_t size)
{
	struct arena arena = { 0 };
	/* A name of its own for each writer, on whatever machine: builds may share a directory. */
	char *beside = arena_printf(&arena, "%s.XXXXXX", path);
	int fd = mkstemp(beside);
	bool good = fd >= 0;

	if (good) {
		mode_t mask = umask(0);

		umask(mask);
		good = write_all(fd, data, size) && fchmod(fd, 0666 & ~mask) == 0;
		good = close(fd) == 0 && good;
		good = good && rename(beside, path) == 0;
		if (!good) {
			int saved = errno;

			unlink(beside);
			errno = saved;
		}
	}
	arena_free(&arena);
	return good;
}

/* A pipe, or /dev/null, which a rename would take from the whole machine. */
static bool write_into(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write_all(fd, data, size);

	if (fd >= 0)
		good = close(fd) == 0 && good;
	return good;
}

bool output_write(const char *path, const void *data, size_t size)
{
	struct stat info;
	bool special = !stat(path, &info) && !S_ISREG(info.st_mode);
	bool good = special ? write_into(path, data, size) : write_beside(path, data, size);

	if (!good)
		fprintf(stderr, "gupcheck: cannot write %s: %s\n", path, strerror(errno));
	return good;
}

const char *output_path(struct arena *arena, const char *wanted, const char *source,
			const char *ending)
{
	size_t size = strlen(wanted);
	struct stat info;

	if (!size || (wanted[size - 1] != '/' && (stat(wanted, &info) || !S_ISDIR(info.st_mode))))
		return wanted;
	while (*source == '/' || !strncmp(source, "./", 2) || !strncmp(source, "../", 3))
		source += *source == '/' ? 1 : source[1] == '/' ? 2 : 3;
	char *path = arena_printf(arena, "%s%s%s%s", wanted, wanted[size - 1] == '/' ? "" : "/",
				  source, ending);

	for (char *at = path + strlen(path) - strlen(source) - strlen(ending); *at; at++)
		if (*at == '/')
			*at = '+';
	return path;
}
