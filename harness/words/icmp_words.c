/* SPDX-License-Identifier: MIT */
#include "icmp_words.h"

#include <stddef.h>

const struct icmp_answer icmp_answers[] = {
	{"net-unreachable", "net-unreachable", "no-route", 0, 0, "ENETUNREACH"},
	{"host-unreachable", "host-unreachable", "addr-unreachable", 1, 3, "EHOSTUNREACH"},
	{"protocol-unreachable", "prot-unreachable", "port-unreachable", 2, 4, "ENOPROTOOPT"},
	{"port-unreachable", "port-unreachable", "port-unreachable", 3, 4, "ECONNREFUSED"},
	{"net-prohibited", "net-prohibited", "admin-prohibited", 9, 1, "ENETUNREACH"},
	{"host-prohibited", "host-prohibited", "admin-prohibited", 10, 1, "EHOSTUNREACH"},
	{"admin-prohibited", "admin-prohibited", "admin-prohibited", 13, 1,
	 "EHOSTUNREACH; IPv6: EACCES"},
	{"no-route", "net-unreachable", "no-route", 0, 0, "IPv6's word for net-unreachable"},
	{"address-unreachable", "host-unreachable", "addr-unreachable", 1, 3,
	 "IPv6's word for host-unreachable"},
	{"rst", "tcp reset", "tcp reset", -1, -1, "a TCP RST"},
	{NULL, NULL, NULL, 0, 0, NULL},
};

static const struct {
	int version, type, code;
	const char *name;
} names[] = {
	{4, 3, 0, "net unreachable"},
	{4, 3, 1, "host unreachable"},
	{4, 3, 2, "protocol unreachable"},
	{4, 3, 3, "port unreachable"},
	{4, 3, 4, "too big"},
	{4, 3, 9, "net prohibited"},
	{4, 3, 10, "host prohibited"},
	{4, 3, 13, "admin prohibited"},
	{6, 1, 0, "no route"},
	{6, 1, 1, "admin prohibited"},
	{6, 1, 3, "address unreachable"},
	{6, 1, 4, "port unreachable"},
	{6, 2, 0, "too big"},
};

const char *icmp_name(int version, int type, int code)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].version == version && names[i].type == type && names[i].code == code)
			return names[i].name;
	return NULL;
}
