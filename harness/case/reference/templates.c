/* SPDX-License-Identifier: MIT */
#include "templates.h"

#include "reference.h"

#define TEXT(name) asset_##name##_yaml, &asset_##name##_yaml_size

const struct case_template case_templates[] = {
	{"crash", "A host loses power while the other sends", TEXT(crash)},
	{"keepalive", "Keepalive ends an idle connection; a matrix with and without it",
	 TEXT(keepalive)},
	{"blackhole", "A path swallows packets for a while, and heals", TEXT(blackhole)},
	{"nat", "A router that translates addresses forgets a connection", TEXT(nat)},
	{"reboot", "A host reboots, and its peer finds a connection half open", TEXT(reboot)},
	{"own-program", "A command of one's own in place of steps", TEXT(own_program)},
	{0}};
