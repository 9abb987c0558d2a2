/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"

/* arch/um/include/shared/init.h: where every UML keeps its command line's handlers. The
 * linker script names it in all versions, and strip leaves it alone. */
#define UML_SECTION ".uml.setup.init"

/* Documentation/arch/x86/boot.rst */
#define BZIMAGE_MAGIC_AT   0x202
#define BZIMAGE_MAGIC      "HdrS"
#define BZIMAGE_VERSION_AT 0x20e

#define SECTION_LIMIT 4096

static bool lies_within(size_t size, uint64_t at, uint64_t length)
{
	return at <= size && length <= size - at;
}

static bool has_uml_section(const char *file, size_t size)
{
	Elf64_Ehdr head;
	Elf64_Shdr names, section;

	if (size < sizeof(head))
		return false;
	memcpy(&head, file, sizeof(head));
	if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_shentsize != sizeof(section) ||
	    head.e_shnum > SECTION_LIMIT || head.e_shstrndx >= head.e_shnum ||
	    !lies_within(size, head.e_shoff, head.e_shnum * sizeof(section)))
		return false;
	memcpy(&names, file + head.e_shoff + head.e_shstrndx * sizeof(names), sizeof(names));
	if (!lies_within(size, names.sh_offset, names.sh_size))
		return false;
	for (int i = 0; i < head.e_shnum; i++) {
		memcpy(&section, file + head.e_shoff + i * sizeof(section), sizeof(section));
		if (lies_within(names.sh_size, section.sh_name, sizeof(UML_SECTION)) &&
		    memcmp(file + names.sh_offset + section.sh_name, UML_SECTION,
			   sizeof(UML_SECTION)) == 0)
			return true;
	}
	return false;
}

static enum image_kind recognise(const char *file, size_t size)
{
	if (size >= SELFMAG && memcmp(file, ELFMAG, SELFMAG) == 0)
		return has_uml_section(file, size) ? IMAGE_UML : IMAGE_OTHER_ELF;
	if (size >= BZIMAGE_MAGIC_AT + 4 && memcmp(file + BZIMAGE_MAGIC_AT, BZIMAGE_MAGIC, 4) == 0)
		return IMAGE_BZIMAGE;
	return IMAGE_OTHER;
}

/* init/version.c: linux_banner */
static void find_release(const char *file, size_t size, char *ret_release, size_t release_size)
{
	static const char banner[] = "Linux version ";
	const char *end = file + size, *from = memmem(file, size, banner, sizeof(banner) - 1);
	size_t length = 0;

	if (from) {
		from += sizeof(banner) - 1;
		while (from + length < end && length < release_size - 1 && from[length] > ' ')
			length++;
		memcpy(ret_release, from, length);
	}
	ret_release[length] = '\0';
}

/* Documentation/arch/x86/boot.rst: kernel_version */
static void find_bzimage_release(const char *file, size_t size, char *ret_release,
				 size_t release_size)
{
	uint16_t version = 0;
	const char *from = file;
	size_t at = 0, length = 0;

	if (size > BZIMAGE_VERSION_AT + sizeof(version))
		memcpy(&version, file + BZIMAGE_VERSION_AT, sizeof(version));
	if (version)
		at = (size_t)version + 0x200;
	if (at && at < size)
		from = file + at;
	while (from > file && at + length < size && length < release_size - 1 && from[length] > ' ')
		length++;
	memcpy(ret_release, from, length);
	ret_release[length] = '\0';
}

static int map_file(const char *path, char **ret_file, size_t *ret_size, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	void *file = NULL;
	int ret = 0;

	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	if (fstat(fd, &st) < 0)
		ret = err_sys(err, errno, "%s", path);
	else if (!S_ISREG(st.st_mode) || st.st_size == 0)
		ret = err_set(err, ENOEXEC, "%s: not a kernel", path);
	else if ((file = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
		ret = err_sys(err, errno, "%s", path);
	close(fd);
	if (ret)
		return ret;
	*ret_file = file;
	*ret_size = st.st_size;
	return 0;
}

int image_recognise(const char *path, enum image_kind *ret_kind, char *ret_release,
		    size_t release_size, struct err *err)
{
	char *file = NULL;
	size_t size = 0;
	int ret = map_file(path, &file, &size, err);

	if (ret || !file)
		return ret;
	*ret_kind = recognise(file, size);
	if (*ret_kind == IMAGE_UML)
		find_release(file, size, ret_release, release_size);
	else if (*ret_kind == IMAGE_BZIMAGE)
		find_bzimage_release(file, size, ret_release, release_size);
	munmap(file, size);
	return 0;
}
