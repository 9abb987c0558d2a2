/* SPDX-License-Identifier: MIT */
#include "initramfs.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "list.h"

#define LARGEST_FILE   (256u << 20) /* more than the machine has memory for */
#define DEEPEST_SCRIPT 4            /* fs/exec.c: a script's interpreter may be a script */

static void pad(struct initramfs *initramfs)
{
	while (initramfs->written % 4) {
		fputc(0, initramfs->file);
		initramfs->written++;
	}
}

static void write_bytes(struct initramfs *initramfs, const void *bytes, size_t size)
{
	fwrite(bytes, 1, size, initramfs->file);
	initramfs->written += (long)size;
	pad(initramfs);
}

static void write_entry(struct initramfs *initramfs, const char *name, unsigned int mode,
			const void *bytes, size_t size)
{
	initramfs->written += fprintf(
		initramfs->file, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
		(unsigned int)initramfs->count + 1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0,
		strlen(name) + 1, 0);
	write_bytes(initramfs, name, strlen(name) + 1);
	write_bytes(initramfs, bytes, size);
}

static bool has(const struct initramfs *initramfs, const char *name)
{
	return list_has_string(initramfs->name, initramfs->count, name);
}

static int add(struct initramfs *initramfs, const char *name, unsigned int mode, const void *bytes,
	       size_t size, struct err *err)
{
	char folder[4096], *slash;
	int ret;

	if (has(initramfs, name))
		return 0;
	snprintf(folder, sizeof(folder), "%s", name);
	slash = strrchr(folder, '/');
	if (slash) {
		*slash = '\0';
		ret = initramfs_add_folder(initramfs, folder, err);
		if (ret < 0)
			return ret;
	}
	list_add_string(&initramfs->name, &initramfs->count, name);
	write_entry(initramfs, name, mode, bytes, size);
	return 0;
}

int initramfs_open(struct initramfs *initramfs, const char *path, struct err *err)
{
	*initramfs = (struct initramfs){.file = fopen(path, "we")};
	return initramfs->file ? 0 : err_sys(err, errno, "%s", path);
}

int initramfs_close(struct initramfs *initramfs, struct err *err)
{
	bool failed;

	write_entry(initramfs, "TRAILER!!!", 0, "", 0);
	failed = ferror(initramfs->file);
	failed |= fclose(initramfs->file) != 0;
	list_free_strings(initramfs->name, initramfs->count);
	return failed ? err_sys(err, EIO, "cannot write the initramfs") : 0;
}

int initramfs_add_folder(struct initramfs *initramfs, const char *name, struct err *err)
{
	return add(initramfs, name, S_IFDIR | 0755, "", 0, err);
}

int initramfs_add_bytes(struct initramfs *initramfs, const char *name, const void *bytes,
			size_t size, struct err *err)
{
	return add(initramfs, name, S_IFREG | 0755, bytes, size, err);
}

int initramfs_add_file(struct initramfs *initramfs, const char *name, const char *source,
		       struct err *err)
{
	AUTO_FREE char *bytes = NULL;
	size_t size;
	int ret;

	if (has(initramfs, name))
		return 0;
	ret = file_read(source, LARGEST_FILE, &bytes, &size, err);
	return ret < 0 ? ret : initramfs_add_bytes(initramfs, name, bytes, size, err);
}

/* The interpreter of a script or of a dynamic executable; "" for a static one. */
static void find_interpreter(const char *bytes, size_t size, bool *ret_is_script, char *ret_path,
			     size_t path_size)
{
	Elf64_Ehdr head;
	Elf64_Phdr segment;

	*ret_path = '\0';
	*ret_is_script = size > 2 && memcmp(bytes, "#!", 2) == 0;
	if (*ret_is_script) {
		bytes += 2 + strspn(bytes + 2, " \t");
		snprintf(ret_path, path_size, "%.*s", (int)strcspn(bytes, " \t\n"), bytes);
		return;
	}
	if (size < sizeof(head) || memcmp(bytes, ELFMAG, SELFMAG) != 0 ||
	    bytes[EI_CLASS] != ELFCLASS64)
		return;
	memcpy(&head, bytes, sizeof(head));
	for (int i = 0; i < head.e_phnum; i++) {
		uint64_t at = head.e_phoff + (uint64_t)i * sizeof(segment);

		if (at > size || sizeof(segment) > size - at)
			return;
		memcpy(&segment, bytes + at, sizeof(segment));
		if (segment.p_type == PT_INTERP && segment.p_offset < size)
			snprintf(ret_path, path_size, "%.*s", (int)(size - segment.p_offset),
				 bytes + segment.p_offset);
	}
}

/* The loader is run here, outside of all confinement, and a program of a case's own names it: it
 * must be one of the system's. */
static bool is_system_loader(const char *path)
{
	static const char *const folders[] = {"/lib", "/usr/lib", "/nix/store/", "/gnu/store/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return !strstr(path, "/../");
	return false;
}

/* "	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)", ld.so(8) */
static int add_libraries(struct initramfs *initramfs, const char *linker, const char *path,
			 struct err *err)
{
	char command[9000], line[4096];
	FILE *list;
	int ret = 0;

	if (strchr(path, '\'') || strchr(linker, '\''))
		return err_set(err, EINVAL, "%s: no such name in an initramfs", path);
	snprintf(command, sizeof(command), "'%s' --list '%s' 2>/dev/null", linker, path);
	list = popen(command, "re");
	if (!list)
		return err_sys(err, errno, "%s", linker);
	while (ret == 0 && fgets(line, sizeof(line), list)) {
		char *library = strchr(line, '/');

		if (!library)
			continue;
		library[strcspn(library, " \n")] = '\0';
		ret = initramfs_add_file(initramfs, library + 1, library, err);
	}
	pclose(list);
	return ret;
}

static int add_program(struct initramfs *initramfs, const char *path, int depth, struct err *err)
{
	AUTO_FREE char *bytes = NULL;
	char interpreter[4096];
	bool is_script;
	size_t size;
	int ret;

	if (has(initramfs, path + 1))
		return 0;
	ret = file_read(path, LARGEST_FILE, &bytes, &size, err);
	if (ret < 0)
		return ret;
	ret = initramfs_add_bytes(initramfs, path + 1, bytes, size, err);
	find_interpreter(bytes, size, &is_script, interpreter, sizeof(interpreter));
	if (ret < 0 || interpreter[0] != '/')
		return ret;
	if (is_script)
		return depth ? add_program(initramfs, interpreter, depth - 1, err) : 0;
	if (!is_system_loader(interpreter))
		return err_set(err, EPERM, "%s: its loader %s is none of the system's", path,
			       interpreter);
	ret = initramfs_add_file(initramfs, interpreter + 1, interpreter, err);
	return ret < 0 ? ret : add_libraries(initramfs, interpreter, path, err);
}

int initramfs_add_program(struct initramfs *initramfs, const char *path, struct err *err)
{
	return add_program(initramfs, path, DEEPEST_SCRIPT, err);
}
