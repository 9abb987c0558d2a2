/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "known.h"

/* Those of the whole machine that concern connections: they are in the first network namespace
 * only (ipv4_table in net/ipv4/sysctl_net_ipv4.c, net_core_table in net/core/sysctl_net_core.c,
 * ipv4_route_table in net/ipv4/route.c). A process that is in that namespace finds all of them. */
static const char *const machines[] = {
	"net.ipv4.tcp_max_orphans",
	"net.ipv4.tcp_mem",
	"net.ipv4.udp_mem",
	"net.ipv4.inet_peer_threshold",
	"net.ipv4.inet_peer_minttl",
	"net.ipv4.inet_peer_maxttl",
	"net.ipv4.ipfrag_secret_interval",
	"net.ipv4.fib_sync_mem",
	"net.ipv4.tcp_available_ulp",
	"net.ipv4.route.error_burst",
	"net.ipv4.route.error_cost",
	"net.core.dev_weight",
	"net.core.netdev_max_backlog",
	"net.core.netdev_budget",
	"net.core.netdev_budget_usecs",
	"net.core.default_qdisc",
	"net.core.max_skb_frags",
	"net.core.gro_normal_batch",
};

static void path_of(const char *name, char *path, size_t size)
{
	int used = snprintf(path, size, "/proc/sys/");

	snprintf(path + used, size - (size_t)used, "%s", name);
	for (char *at = path + used; *at; at++)
		*at = *at == '.' ? '/' : *at == '/' ? '.' : *at;
}

static bool is_machines(const char *name, const char *path)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (strcmp(name, machines[i]) == 0)
			return true;
	return access(path, F_OK) == 0;
}

static int machines_own(const char *machine, const struct plan_sysctl *sysctl, struct err *err)
{
	return err_set(err, EOPNOTSUPP,
		       PLAN_OWN_KERNELS ": %s sets %s, a sysctl of the whole machine", machine,
		       sysctl->name);
}

/* What the name of one that there is not was meant to be. */
static int unknown(const char *machine, const struct plan_sysctl *sysctl, const struct err *refused,
		   struct err *err)
{
	char path[256], *last;
	struct dirent **entry = NULL;
	struct known known;
	int count;

	path_of(sysctl->name, path, sizeof(path));
	if (is_machines(sysctl->name, path))
		return machines_own(machine, sysctl, err);
	last = strrchr(path, '/');
	*last = '\0';
	known_init(&known, last + 1);
	count = scandir(path, &entry, NULL, alphasort);
	for (int i = 0; i < count; i++)
		known_add(&known, entry[i]->d_name);
	if (count > 0 && known_nearest(&known))
		err_set(err, ENOENT, "%s; did you mean '%s'?", refused->text,
			known_nearest(&known));
	else
		err_set(err, ENOENT, "%s", refused->text);
	for (int i = 0; i < count; i++)
		free(entry[i]);
	free(entry);
	return -ENOENT;
}

/* This kernel is this machine's alone (plan_wants_own_kernels()). */
static int machine_set(const struct plan_sysctl *sysctl, struct err *err)
{
	char path[256];
	int ret;

	path_of(sysctl->name, path, sizeof(path));
	if (strstr(path, "/../"))
		return err_set(err, EINVAL, "sysctl %s leaves /proc/sys", sysctl->name);
	ret = file_set(AT_FDCWD, path, sysctl->value);
	return ret < 0 ? err_sys(err, ret, "sysctl %s=%s", sysctl->name, sysctl->value) : 0;
}

static int set(struct net *net, const char *machine, const struct plan_sysctl *sysctl,
	       struct err *err)
{
	struct err refused = {0};
	int ret = plan_sysctl_is_machines(sysctl->name)
			  ? machine_set(sysctl, &refused)
			  : net_set_sysctl(net, sysctl->name, sysctl->value, &refused);

	if (ret == 0 || sysctl->optional)
		return 0;
	if (ret == -ENOENT)
		return unknown(machine, sysctl, &refused, err);
	/* Of the first network namespace alone may it be written, as nf_conntrack_max
	 * (nf_conntrack_standalone.c). */
	if (ret == -EACCES)
		return machines_own(machine, sysctl, err);
	if (!sysctl->place.line)
		return err_set(err, ret, "--sysctl: %s", refused.text);
	return err_set(err, ret, "line %d: %s", sysctl->place.line, refused.text);
}

int settings_make(const struct kernel_facts *facts, struct net *net,
		  const struct plan_host *machine, struct err *err)
{
	int ret = 0;

	for (int i = 0; i < machine->sysctl_count && ret == 0; i++) {
		const struct plan_sysctl *sysctl = &machine->sysctl[i];

		if (!condition_lacking(sysctl->on.term, sysctl->on.count, facts))
			ret = set(net, machine->name, sysctl, err);
	}
	return ret;
}
