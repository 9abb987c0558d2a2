/* SPDX-License-Identifier: MIT
 *
 * keeper: processes that each keep a booted machine (machine.h), for runs that are made in other
 * processes. A run asks over a socket that all keepers share; whichever is free takes it. Internal
 * to harness/kernel.
 */
#ifndef HALFOPEN_KEEPER_H
#define HALFOPEN_KEEPER_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct kernel;
struct kernel_machine;

/* Makes MACHINE->parallel of them, which die with the calling process. They boot when they are
 * first asked, again after a machine has died, and with another initramfs when a run needs
 * programs that the first has not. ret_service: for keeper_ask(). */
int keepers_start(const struct kernel *kernel, const struct kernel_machine *machine,
		  int *ret_service, struct err *err);

/* Has DIR/plan run, with the executables that DIR/programs lists, into DIR/raw. CONSOLE is what
 * the machine said meanwhile. Errors as machine_boot() and machine_run(). */
int keeper_ask(int service, const char *dir, int64_t limit_ns, char *console, size_t console_size,
	       struct err *err);

#endif
