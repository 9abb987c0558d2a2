/* SPDX-License-Identifier: MIT
 *
 * Sysctls. /proc/sys/net shows the network namespace of the task that looks, so it is opened
 * from inside. Other sysctls are not a namespace's, and never touched.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "net.h"

/* "net.ipv4.conf.eth0/1.forwarding" is /proc/sys/net/ipv4/conf/eth0.1/forwarding. */
static int find_path(const char *name, char *path, size_t size, struct err *err)
{
	static const char root[] = "/proc/sys/";

	if (strncmp(name, "net.", 4) || strlen(name) + sizeof(root) > size)
		return err_set(err, EINVAL, "sysctl %s: not of a network namespace (net.…)", name);
	strcpy(path, root);
	for (char *to = path + strlen(root);; to++, name++) {
		*to = *name == '.' ? '/' : *name == '/' ? '.' : *name;
		if (!*name)
			break;
	}
	if (strstr(path, "/../"))
		return err_set(err, EINVAL, "sysctl %s: leaves /proc/sys/net", path);
	return 0;
}

static int open_sysctl(struct net *net, const char *name, int flags, struct err *err)
{
	char path[256], what[256];
	int fd, ret = find_path(name, path, sizeof(path), err);

	if (ret < 0)
		return ret;
	snprintf(what, sizeof(what), "sysctl %s", name);
	fd = net_open_file(net, path, flags, what, err);
	return fd == -ENOENT
		       ? err_set(err, ENOENT, "%s: the kernel has no sysctl %s", net->name, name)
		       : fd;
}

int net_set_sysctl(struct net *net, const char *name, const char *value, struct err *err)
{
	AUTO_CLOSE int fd = open_sysctl(net, name, O_WRONLY, err);

	if (fd < 0)
		return fd;
	if (write(fd, value, strlen(value)) < 0)
		return err_sys(err, errno, "%s: sysctl %s takes no \"%s\"", net->name, name, value);
	return 0;
}

int net_get_sysctl(struct net *net, const char *name, char *value, size_t size, struct err *err)
{
	AUTO_CLOSE int fd = open_sysctl(net, name, O_RDONLY, err);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, value, size - 1);
	if (n < 0)
		return err_sys(err, errno, "%s: cannot read sysctl %s", net->name, name);
	value[n > 0 && value[n - 1] == '\n' ? n - 1 : n] = '\0';
	return 0;
}
