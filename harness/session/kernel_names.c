/* SPDX-License-Identifier: MIT */
#include "kernel_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"
#include "known.h"
#include "store.h"
#include "text.h"

#define LARGEST_CONFIG (4u << 20)

void kernel_names_suggest(const char *name, bool live, struct err *err)
{
	struct known known;
	struct store store;

	known_init(&known, name);
	if (live)
		known_add(&known, kernel_kind_name(KERNEL_LIVE));
	if (store_read(&store, NULL) < 0)
		store = (struct store){0};
	for (int i = 0; i < store.count; i++)
		known_add(&known, store.entry[i].name);
	if (known_nearest(&known))
		err_more(err, "; did you mean '%s'?", known_nearest(&known));
	store_done(&store);
}

const char *kernel_of_environment(void)
{
	const char *name = getenv("HALFOPEN_UML");

	return name && *name ? name : NULL;
}

int kernel_named(const char *arg, struct kernel *ret_kernel, struct err *err)
{
	int ret = kernel_find(arg, ret_kernel, err);

	if (ret == -ENOENT && arg && !strchr(arg, '/'))
		kernel_names_suggest(arg, true, err);
	return ret;
}

/* The configuration that lies beside the kernel at PATH, to free(); NULL: there is none. */
static char *config_beside(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	AUTO_FREE char *beside = slash ? text_format("%.*s/config", (int)(slash - path), path)
				       : NULL;
	char *config = NULL;

	return beside && file_read(beside, LARGEST_CONFIG, &config, NULL, NULL) == 0 ? config
										     : NULL;
}

int kernel_hz(const struct kernel *kernel)
{
	static const char option[] = "\nCONFIG_HZ=";
	AUTO_FREE char *config = config_beside(kernel->path);
	const char *line = config ? strstr(config, option) : NULL;

	return line ? atoi(line + strlen(option)) : 0;
}

static bool lacks_virtio(const char *path)
{
	static const char *const needed[] = {"CONFIG_VIRTIO_UML=y", "CONFIG_VIRTIO_NET=y",
					     "CONFIG_VIRTIO_CONSOLE=y"};
	AUTO_FREE char *config = config_beside(path);
	bool lacks = false;

	for (size_t i = 0; config && i < sizeof(needed) / sizeof(needed[0]); i++)
		lacks = lacks || !strstr(config, needed[i]);
	return lacks;
}

int kernel_for_host(const struct kernel *kernel, struct err *err)
{
	if (kernel->kind != KERNEL_UML)
		return err_set(err, EINVAL, "a host's own kernel is a UML; %s is none",
			       kernel->path ? kernel->path : "live");
	if (!kernel->path || !lacks_virtio(kernel->path))
		return 0;
	return err_set(err, EINVAL,
		       "%s has no virtio, by which hosts of their own kernels speak; "
		       "`halfopen kernel build` makes one that has, and --one-kernel needs none",
		       kernel->path);
}
