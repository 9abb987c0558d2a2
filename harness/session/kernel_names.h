/* SPDX-License-Identifier: MIT
 *
 * kernel_names: --kernel as people give it: what is there, and the nearest name to one that is
 * not. The library `kernel` knows no words.
 */
#ifndef HALFOPEN_KERNEL_NAMES_H
#define HALFOPEN_KERNEL_NAMES_H

#include <stdbool.h>

#include "err.h"
#include "kernel.h"

/* What HALFOPEN_UML names; NULL: nothing. */
const char *kernel_of_environment(void);

/* As kernel_find(); to an unknown name ERR adds the nearest known one. */
int kernel_named(const char *arg, struct kernel *ret_kernel, struct err *err);

/* KERNEL can be one host's: a UML, and if its configuration lies beside it, with the card (virtio)
 * through which hosts that are kernels of their own speak. Else -EINVAL, and ERR says the remedy.
 */
int kernel_for_host(const struct kernel *kernel, struct err *err);

/* Its ticks a second, as the configuration beside it says; 0: it does not say. */
int kernel_hz(const struct kernel *kernel);

/* Adds "; did you mean 'X'?" to ERR's text where a known name is near. LIVE: that is one. */
void kernel_names_suggest(const char *name, bool live, struct err *err);

#endif
