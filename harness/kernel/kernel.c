/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "beneath.h"
#include "cleanup.h"
#include "clock.h"
#include "err.h"
#include "file.h"
#include "guest.h"
#include "image.h"
#include "package.h"
#include "scratch.h"
#include "store.h"
#include "supervisor.h"
#include "text.h"

static const struct kernel_ops *const kernels[KERNEL_KIND_COUNT] = {
	[KERNEL_LIVE] = &live_ops,
	[KERNEL_UML] = &uml_ops,
	[KERNEL_QEMU] = &qemu_ops,
};

static const char *const refusal[] = {
	[IMAGE_UML] = NULL,
	[IMAGE_BZIMAGE] = NULL,
	[IMAGE_OTHER_ELF] = "an executable, but no User-Mode Linux kernel",
	[IMAGE_OTHER] = "no kernel",
};

const char *kernel_kind_name(enum kernel_kind kind)
{
	return kernels[kind]->name;
}

const char *kernel_kind_help(enum kernel_kind kind)
{
	return kernels[kind]->help;
}

int kernel_clock_is_virtual(const struct kernel *kernel)
{
	return kernels[kernel->kind]->virtual_clock && !kernel->real_time;
}

static int find_live(struct kernel *ret_kernel)
{
	struct utsname name;

	uname(&name);
	*ret_kernel = (struct kernel){.kind = KERNEL_LIVE, .service = -1};
	snprintf(ret_kernel->release, sizeof(ret_kernel->release), "%s", name.release);
	return 0;
}

static int find_file(const char *path, struct kernel *ret_kernel, struct err *err)
{
	struct kernel kernel = {.kind = KERNEL_UML, .service = -1};
	enum image_kind kind;
	int ret;

	ret = image_recognise(path, &kind, kernel.release, sizeof(kernel.release), err);
	if (ret)
		return ret;
	if (refusal[kind])
		return err_set(err, ENOEXEC,
			       "%s is %s (possible are: live; a UML kernel, as `halfopen kernel "
			       "build` makes it; a bzImage, as distributions' vmlinuz)",
			       path, refusal[kind]);
	if (kind == IMAGE_UML && access(path, X_OK) < 0)
		return err_sys(err, errno, "%s", path);
	kernel.path = realpath(path, NULL);
	if (!kernel.path)
		return err_sys(err, errno, "%s", path);
	if (kind == IMAGE_BZIMAGE) {
		kernel.kind = KERNEL_QEMU;
		kernel.modules = package_find_modules(kernel.path, kernel.release);
	}
	*ret_kernel = kernel;
	return 0;
}

/* PATH: a file, or a folder with one kernel. */
static int find_image(const char *path, struct kernel *ret_kernel, struct err *err)
{
	char *image = NULL;
	struct stat st;
	int ret;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return find_file(path, ret_kernel, err);
	ret = package_find_image(path, &image, err);
	if (ret == 0)
		ret = find_file(image, ret_kernel, err);
	free(image);
	return ret;
}

/* A path, or else a name. */
static int find_named(const char *arg, struct kernel *ret_kernel, struct err *err)
{
	char *path = NULL;
	int ret;

	if (strchr(arg, '/') || access(arg, F_OK) == 0)
		return find_image(arg, ret_kernel, err);
	path = package_installed(arg);
	ret = path ? 0 : store_find(arg, &path, err);
	if (ret == -ENOENT)
		return err_set(
			err, ENOENT,
			"%s: No such file, and no kernel of that name (`halfopen kernel list` "
			"tells them)",
			arg);
	if (ret == 0)
		ret = find_image(path, ret_kernel, err);
	free(path);
	return ret;
}

/* Nobody is given a kernel, or real time, that was not asked for. */
static int find_default(struct kernel *ret_kernel, struct err *err)
{
	AUTO_FREE char *name = store_default(), *path = NULL;
	int ret;

	if (!name)
		return err_set(
			err, ENOENT,
			"no kernel is chosen: `halfopen kernel build` makes one, in about "
			"five minutes, `halfopen kernel list` tells which there are, and "
			"`halfopen kernel use NAME` chooses; or else --kernel live takes the "
			"running one, in real time");
	if (strcmp(name, live_ops.name) == 0)
		return find_live(ret_kernel);
	ret = store_find(name, &path, err);
	if (ret == 0)
		ret = find_image(path, ret_kernel, err);
	return ret == 0 ? 0
			: err_add(err, ret,
				  "the kernel that `halfopen kernel use` chose cannot be used");
}

int kernel_find(const char *arg, struct kernel *ret_kernel, struct err *err)
{
	if (arg && strcmp(arg, live_ops.name) != 0)
		return find_named(arg, ret_kernel, err);
	return arg ? find_live(ret_kernel) : find_default(ret_kernel, err);
}

void kernel_done(struct kernel *kernel)
{
	free(kernel->path);
	free(kernel->modules);
	free(kernel->helpers);
	kernel->path = kernel->modules = kernel->helpers = NULL;
}

/* In memory that the supervised process shares with us. */
struct probe {
	const struct kernel *kernel;
	int ret;
	struct err err;
};

static int probe_work(void *arg, const char *scratch)
{
	struct probe *probe = arg;

	probe->ret = kernels[probe->kernel->kind]->probe(probe->kernel, scratch, &probe->err);
	return 0;
}

int kernel_probe(const struct kernel *kernel, struct err *err)
{
	struct probe *probe = mmap(NULL, sizeof(*probe), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (probe == MAP_FAILED)
		return err_sys(err, errno, "cannot probe the kernel");
	probe->kernel = kernel;
	ret = supervise(probe_work, probe, err);
	if (ret > 0)
		ret = err_set(err, ECHILD, "the process that probes the kernel died");
	else if (ret == 0 && probe->ret)
		ret = err_set(err, probe->ret, "%s", probe->err.text);
	munmap(probe, sizeof(*probe));
	return ret;
}

int kernel_find_helpers(char **ret_folder, struct err *err)
{
	static const char *const below[] = {"", "/../libexec/halfopen"};
	char self[PATH_MAX], folder[PATH_MAX + 32], guest[PATH_MAX + 64];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return err_sys(err, errno, "/proc/self/exe");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		snprintf(folder, sizeof(folder), "%s%s", self, below[i]);
		snprintf(guest, sizeof(guest), "%s/halfopen-guest", folder);
		if (access(guest, X_OK) == 0) {
			*ret_folder = realpath(folder, NULL);
			return *ret_folder ? 0 : err_sys(err, errno, "%s", folder);
		}
	}
	return err_set(err, ENOENT, "halfopen-guest is not beside %s, where it belongs", self);
}

int kernel_open(struct kernel *kernel, const struct kernel_machine *machine, struct err *err)
{
	const struct kernel_ops *ops = kernels[kernel->kind];

	return ops->open ? ops->open(kernel, machine, err) : 0;
}

const char *kernel_helpers_inside(const struct kernel *kernel, const char *outside)
{
	const char *inside = kernels[kernel->kind]->helpers;

	if (kernel->helpers)
		return kernel->helpers;
	return inside ? inside : outside;
}

char *kernel_guest_inside(const struct kernel *kernel, const char *guest)
{
	AUTO_FREE char *outside = text_copy(guest);
	char *name = strrchr(outside, '/');

	*name++ = '\0';
	return text_format("%s/%s", kernel_helpers_inside(kernel, outside), name);
}

static int write_programs(const char *dir, const struct kernel_job *job, struct err *err)
{
	char path[PATH_MAX + 16];
	FILE *file;

	snprintf(path, sizeof(path), "%s/programs", dir);
	file = fopen(path, "wxe");
	if (!file)
		return err_sys(err, errno, "%s", path);
	for (const char *const *program = job->programs; program && *program; program++)
		fwrite(*program, strlen(*program) + 1, 1, file);
	return fclose(file) == 0 ? 0 : err_sys(err, errno, "%s", path);
}

static int write_plan(const char *dir, const struct kernel_job *job, struct err *err)
{
	char path[PATH_MAX + 8];
	AUTO_CLOSE int fd = -1;
	int ret;

	snprintf(path, sizeof(path), "%s/plan", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ret = fd < 0 ? -errno : file_write_all(fd, job->plan, job->plan_size);
	return ret < 0 ? err_sys(err, ret, "%s", path) : 0;
}

/* Of OUTPUT, which is closed, or else of the file in DIR. Nothing at all is a guest that did not
 * come so far: the caller says so. */
static void read_raw(const char *dir, int output, struct kernel_result *result)
{
	AUTO_CLOSE int fd = output >= 0 ? output : beneath_open(dir, "raw", NULL);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return;
	lseek(fd, 0, SEEK_SET);
	file_read_fd(fd, "raw", KERNEL_RAW_LIMIT, &result->raw, &result->raw_size, NULL);
}

/* The last lines of TEXT, as one for an error's sentence. */
static void last_lines(const char *text, char *ret_line, size_t size)
{
	size_t length = strlen(text);
	const char *from = length >= size ? text + length - size + 1 : text;

	if (from > text && strchr(from, '\n'))
		from = strchr(from, '\n') + 1;
	while (length && text[length - 1] == '\n')
		length--;
	snprintf(ret_line, size, "%.*s", (int)(text + length - from), from);
	for (char *c = ret_line; *c; c++)
		if (*c == '\n')
			*c = '|';
}

static int boot_and_wait(const struct kernel *kernel, const struct kernel_job *job, const char *dir,
			 int64_t limit_ns, struct kernel_result *result, struct err *err)
{
	struct guest guest;
	int ret = kernels[kernel->kind]->boot(kernel, job, dir, &guest, err);

	if (ret)
		return ret;
	ret = guest_wait(&guest, limit_ns, result->console, sizeof(result->console), err);
	read_raw(dir, guest.output, result);
	return ret;
}

/* What a UML says when the host's folder of temporary files, where its memory is, does not do. */
static const char *cause_known(const char *console)
{
	static const struct {
		const char *said, *cause;
	} causes[] = {
		{"mount likely just ran out of space",
		 "there is too little room for its memory among the temporary files: set TMPDIR to "
		 "another folder"},
		{"must be not mounted noexec",
		 "temporary files are on a mount with noexec: set TMPDIR to another folder"},
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (strstr(console, causes[i].said))
			return causes[i].cause;
	return NULL;
}

static int run_in(const struct kernel *kernel, const struct kernel_job *job, const char *dir,
		  struct kernel_result *result, struct err *err)
{
	int64_t limit_ns = job->wall_limit_ns ? job->wall_limit_ns : KERNEL_WALL_LIMIT_NS;
	const struct kernel_ops *ops = kernels[kernel->kind];
	char lines[600];
	int ret;

	ret = write_plan(dir, job, err);
	if (ret == 0 && ops->run)
		ret = write_programs(dir, job, err);
	if (ret)
		return ret;
	if (ops->run) {
		ret = ops->run(kernel, dir, limit_ns, result->console, sizeof(result->console),
			       err);
		read_raw(dir, -1, result);
	} else {
		ret = boot_and_wait(kernel, job, dir, limit_ns, result, err);
	}
	if (ret == 0 && !result->raw)
		ret = err_set(err, ECHILD, "the guest left no record");
	if (ret == 0)
		return 0;
	err_add(err, ret, "kernel %s", kernel->path ? kernel->path : live_ops.name);
	if (result->console[0]) {
		const char *cause = cause_known(result->console);

		last_lines(result->console, lines, sizeof(lines));
		err_more(err, "; %s%s", cause ? "" : "its last lines: ", cause ? cause : lines);
	}
	return ret;
}

int kernel_run(const struct kernel *kernel, const struct kernel_job *job,
	       struct kernel_result *ret_result, struct err *err)
{
	int64_t begun_ns = clock_now_ns();
	char dir[PATH_MAX];
	int ret;

	memset(ret_result, 0, sizeof(*ret_result));
	snprintf(dir, sizeof(dir), "%s/run.XXXXXX", job->scratch);
	if (!mkdtemp(dir))
		return err_sys(err, errno, "%s", dir);
	ret = run_in(kernel, job, dir, ret_result, err);
	scratch_remove(dir);
	ret_result->wall_ns = clock_now_ns() - begun_ns;
	return ret;
}

void kernel_result_done(struct kernel_result *result)
{
	free(result->raw);
	result->raw = NULL;
	result->raw_size = 0;
}
