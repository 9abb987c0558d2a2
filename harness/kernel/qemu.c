/* SPDX-License-Identifier: MIT
 *
 * qemu: a distribution's kernel, unmodified, in qemu-system-x86_64 without KVM, which has no
 * virtual clock. A boot takes seconds: one machine serves many runs (keeper.h).
 */
#include <errno.h>

#include "err.h"
#include "guest.h"
#include "keeper.h"
#include "kept.h"
#include "kernel.h"
#include "machine.h"

static int qemu_open(struct kernel *kernel, const struct kernel_machine *machine, struct err *err)
{
	int ret = machine_probe(err);

	return ret ? ret : keepers_start(kernel, machine, &kernel->service, err);
}

static int qemu_run(const struct kernel *kernel, const char *dir, int64_t limit_ns, char *console,
		    size_t console_size, struct err *err)
{
	return keeper_ask(kernel->service, dir, limit_ns, console, console_size, err);
}

static int qemu_probe(const struct kernel *kernel, const char *scratch, struct err *err)
{
	(void)kernel;
	(void)scratch;
	return machine_probe(err);
}

const struct kernel_ops qemu_ops = {
	.name = "qemu",
	.help = "a bzImage, as distributions' vmlinuz, in QEMU: virtual time, needs no rights",
	.virtual_clock = 1,
	.helpers = SERVE_HELPERS,
	.probe = qemu_probe,
	.open = qemu_open,
	.run = qemu_run,
};
