/* SPDX-License-Identifier: MIT
 *
 * What a host's kernel is told when it starts.
 */
#include <stdlib.h>

#include "parts.h"
#include "text.h"

static void argue(struct boot_line *line, char *argument)
{
	if (line->count < ARGUMENTS_MOST)
		line->argv[line->count++] = argument;
	else
		free(argument);
}

void boot_line_make(struct host *host, struct boot_line *line)
{
	static const char *const fixed[] = {
		"root=/dev/root",
		"rootfstype=hostfs",
		"rootflags=/",
		"ro",
		"con0=null,fd:1", /* the console: read nothing, write to stdout */
		"con=null",
		"panic=-1",
		"quiet",
		"virtio_net.napi_tx=0", /* a card that is done with a frame at once needs not say so
					 */
	};
	const struct world *world = host->world;
	const struct vhost *vhost;

	argue(line, text_copy(host->config.kernel));
	argue(line, text_format("mem=%dM", host->config.memory_mib));
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		argue(line, text_copy(fixed[i]));
	argue(line, text_format("umid=h%d.%d", host->index, host->boot));
	argue(line, text_format("uml_dir=%s/", world->where));
	argue(line, text_format("init=%s", host->config.init));
	argue(line, text_format("time-travel=ext:%d:%s", host->index + 1, host->socket[0]));
	for (int i = 0; (vhost = host_device(host, i)); i++)
		argue(line, text_format("virtio_uml.device=%s:%d", host->socket[1 + i],
					vhost->kind->device_id));
	/* Other random numbers: the boot line is all that they come from. */
	argue(line, text_format("halfopen.seed=%llu", (unsigned long long)world->options.seed));
	for (char *const *arg = host->config.args; arg && *arg; arg++)
		argue(line, text_copy(*arg));
}

void boot_line_done(struct boot_line *line)
{
	for (int i = 0; i < line->count; i++)
		free(line->argv[i]);
}
