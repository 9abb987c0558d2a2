/* SPDX-License-Identifier: MIT */
#include "counters.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cleanup.h"

/* Through thread-self: /proc/net is the reader's own network namespace. */
static const char *const files[] = {"/proc/thread-self/net/snmp", "/proc/thread-self/net/netstat",
				    "/proc/thread-self/net/snmp6"};

int counters_write(struct net *net, int host, uint32_t when, int64_t t_ns, struct out *out,
		   struct err *err)
{
	static char text[48 * 1024];
	size_t used = 0;
	ssize_t n;
	int ret = net_enter(net, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		/* No IPv6, no snmp6. What is short of the room that it has is whole
		 * (fs/seq_file.c, single_open()). */
		AUTO_CLOSE int fd = open(files[i], O_RDONLY | O_CLOEXEC);

		n = fd < 0 ? 0 : read(fd, text + used, sizeof(text) - used);
		used += n > 0 ? (size_t)n : 0;
	}
	ret = net_leave(err);
	if (ret < 0)
		return ret;
	if (used == 0)
		return err_set(err, EIO, "cannot read %s", files[0]);
	out_frame(out, RAW_COUNTERS, host, t_ns, &when, sizeof(when), text, used);
	return 0;
}
