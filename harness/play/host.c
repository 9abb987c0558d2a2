/* SPDX-License-Identifier: MIT
 *
 * One host of a plan, as a machine of the world: its kernel, memory, files and disk.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "parts.h"

/* What a host lacks on which no command runs, so that nobody could look for it. The first runs
 * every second and wakes an idle kernel as often, thrice (net/netfilter/ipvs/ip_vs_ctl.c,
 * defense_work_handler()); the others make a tenth of a boot: /sys/kernel/slab, /sys/module,
 * mconsole's socket, devices that are never up. Where a kernel has none of a name, nothing is
 * left out. */
#define BALANCER "ip_vs_init,"
#define LEFT_OUT                                                                                   \
	"slab_late_init,slab_sysfs_init,param_sysfs_builtin_init,mconsole_init,"                   \
	"mem_mc_init,ifb_init_module,sit_init,dummy_init_module"

#define SMALL_MIB    64
#define COMMANDS_MIB 256 /* also its files are in it: initdb of PostgreSQL needs 96 */

static int memory_mib(const struct plan *plan, int host)
{
	int64_t memory = host < plan->host_count ? plan->host[host].memory : 0;

	if (memory)
		return (int)(memory >> 20);
	return plan_has_command(plan, host) ? COMMANDS_MIB : SMALL_MIB;
}

static bool has(const char *folder, const char *name)
{
	AUTO_FREE char *path = text_format("%s/%s", folder, name);

	return access(path, F_OK) == 0;
}

/* A case may be a stranger's: it names no home, and not this machine's own root, which holds all of
 * them. */
static bool is_image(const char *root)
{
	return strcmp(root, "/") != 0 && strncmp(root, "/proc/", 6) != 0 && has(root, "etc") &&
	       (has(root, "usr") || has(root, "bin"));
}

/* It is found from the folder of the case. */
int play_image_find(const struct plan *plan, int host, char **ret_root, struct err *err)
{
	AUTO_FREE char *path = plan_root_path(plan, host);

	*ret_root = realpath(path, NULL);
	if (!*ret_root)
		return err_sys(err, errno, "%s", path);
	return is_image(*ret_root)
		       ? 0
		       : err_set(err, EINVAL,
				 "%s: no unpacked image: those have etc, and usr or bin",
				 *ret_root);
}

/* Where commands run. */
static int files_add(struct play *play, int host, struct err *err)
{
	const struct plan_host *plan = &play->plan->host[host];
	struct play_host *self = &play->host[host];
	int ret;

	if (!plan_has_command(play->plan, host))
		return 0;
	if (!plan->root)
		return play_files(play, "/", &self->files, err);
	ret = play_image_find(play->plan, host, &self->root, err);
	if (ret == 0 && !confine_can_reach(self->root, R_OK | X_OK))
		ret = err_set(err, EACCES,
			      "%s: the user whom its kernel runs as cannot go there: open it, and "
			      "the folders above, to all (chmod a+rx)",
			      self->root);
	else if (ret == 0)
		ret = play_files(play, self->root, &self->files, err);
	return ret < 0 ? err_add(err, ret, "%s:%d: the root of host %s", play->plan->file,
				 plan->place.line, plan->name)
		       : 0;
}

static bool wants_disk(const struct plan *plan, int host)
{
	return plan->host[host].disk.size && plan_has_command(plan, host);
}

/* The clocks of no two machines agree so far, and programs count on it: etcd draws the time until
 * it wants to be elected from a generator whose seed is the clock when it starts (raft.go,
 * globalRand). All that start at one moment would want it together, for ever. */
#define WALL_APART_NS 100000

static int disk_add(struct play *play, int host, struct err *err)
{
	static const enum world_disk_loss losses[] = {[LOSES_UNSYNCED] = WORLD_DISK_LOSES_UNSYNCED,
						      [LOSES_RANDOM] = WORLD_DISK_LOSES_RANDOM,
						      [LOSES_FLUSHED] = WORLD_DISK_LOSES_FLUSHED};
	const struct plan_disk *plan = &play->plan->host[host].disk;
	struct world_disk_config config = {.loses = losses[plan->loses]};
	AUTO_FREE char *path = NULL;
	int ret;

	ret = play_disk_make(play, host, &path, err);
	config.path = path;
	if (ret == 0)
		ret = world_add_disk(play->world, host, &config, err);
	return ret < 0 ? err_add(err, ret, "the disk of host %s", play->plan->host[host].name) : 0;
}

int play_host_add(struct play *play, int host, const struct kernel *kernel, struct err *err)
{
	static char port[] = "halfopen_port=" WORLD_CONTROL_PORT;
	static char small[] = "initcall_blacklist=" BALANCER LEFT_OUT,
		    balancing[] = "initcall_blacklist=" LEFT_OUT;
	/* The boot line is a part of what a kernel's chance is made of (init/main.c,
	 * random_init_early()). */
	char seed[64] = "";
	int ret;
	char *args[] = {port, small, NULL, NULL};
	struct play_host *self = &play->host[host];
	struct world_host_config config = {.name = play_host_name(play, host),
					   .kernel = kernel->path,
					   .memory_mib = memory_mib(play->plan, host),
					   .init = play->init,
					   .args = args,
					   .wall_error_ns = host * WALL_APART_NS,
					   .sealed = confine_probe()->questions,
					   .launcher = &play_launcher,
					   .launcher_data = self};

	if (plan_has_command(play->plan, host))
		args[1] = NULL;
	else if (host == play->plan->host_count && play->plan->balancer == BALANCER_IPVS)
		args[1] = balancing;
	if (play->seed) {
		snprintf(seed, sizeof(seed), "halfopen_seed=%" PRIu64, play->seed);
		args[args[1] ? 2 : 1] = seed;
	}
	self->confined = (struct cage_options){.kernel = kernel->path,
					       .init = play->init,
					       .readable = play->job->readable,
					       .memory_mib = config.memory_mib,
					       .folder = play->dir};
	ret = host < play->plan->host_count ? files_add(play, host, err) : 0;
	self->confined.root = self->root;
	if (ret == 0)
		ret = world_add_host(play->world, &config, err);
	return ret < 0 || host == play->plan->host_count || !wants_disk(play->plan, host)
		       ? ret
		       : disk_add(play, host, err);
}
