/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "call_words.h"
#include "errno_words.h"
#include "parts.h"
#include "place.h"
#include "raw.h"

static char *address_said(struct pool *pool, const struct plan *plan, const struct raw_call *raw)
{
	struct sockaddr_in6 six = {0};
	struct sockaddr_in four = {0};
	char text[INET6_ADDRSTRLEN] = "";
	uint16_t port;
	int place;

	memcpy(&six, raw->bytes,
	       sizeof(raw->bytes) < sizeof(six) ? sizeof(raw->bytes) : sizeof(six));
	memcpy(&four, raw->bytes, sizeof(four));
	port = ntohs(six.sin6_port); /* at the same place in a sockaddr_in */
	if (six.sin6_family == AF_INET && raw->size >= sizeof(four)) {
		inet_ntop(AF_INET, &four.sin_addr, text, sizeof(text));
	} else if (six.sin6_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
		inet_ntop(AF_INET, &six.sin6_addr.s6_addr[12], text, sizeof(text));
	} else if (six.sin6_family == AF_INET6) {
		inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof(text));
	} else {
		return pool_strdup(pool, "");
	}
	if (raw->kind == CALL_LISTEN)
		return pool_printf(pool, ":%d", port);
	place = place_of_address(plan, text);
	if (place >= 0 && place < plan->host_count)
		return pool_printf(pool, "%s:%d", plan->host[place].name, port);
	return pool_printf(pool, strchr(text, ':') ? "[%s]:%d" : "%s:%d", text, port);
}

/* In the unit that the kernel takes. */
static char *value_said(struct pool *pool, const struct raw_call *raw)
{
	int32_t number = 0;
	int64_t pair[2];

	memcpy(&number, raw->bytes, sizeof(number));
	if (raw->level == SOL_SOCKET && raw->option == SO_ERROR)
		return pool_strdup(pool, number ? errno_name(number) : "0");
	if (raw->level == SOL_SOCKET && raw->option == SO_LINGER && raw->size >= 8) {
		int32_t linger[2];

		memcpy(linger, raw->bytes, sizeof(linger));
		return linger[0] ? pool_printf(pool, "%" PRId32 "s", linger[1])
				 : pool_strdup(pool, "off");
	}
	if (raw->size == sizeof(pair) && raw->level == SOL_SOCKET) {
		memcpy(pair, raw->bytes, sizeof(pair));
		return pool_printf(pool, "%" PRId64 ".%06" PRId64 "s", pair[0], pair[1]);
	}
	return raw->size == sizeof(number) ? pool_printf(pool, "%" PRId32, number)
					   : pool_strdup(pool, "...");
}

static char *option_said(struct pool *pool, const struct raw_call *raw)
{
	const char *name = sockopt_name(raw->level, raw->option);

	if (!name)
		name = pool_printf(pool, "option %d of level %d", raw->option, raw->level);
	if (!raw->size)
		return pool_strdup(pool, name);
	return pool_printf(pool, "%s=%s", name, value_said(pool, raw));
}

char *call_detail(struct pool *pool, const struct plan *plan, const struct raw_call *raw)
{
	static const char *const how[] = {"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};

	switch (raw->kind) {
	case CALL_CONNECT:
	case CALL_ACCEPT:
	case CALL_LISTEN:
		return address_said(pool, plan, raw);
	case CALL_SETSOCKOPT:
	case CALL_GETSOCKOPT:
		return option_said(pool, raw);
	case CALL_SHUTDOWN:
		return pool_strdup(pool,
				   raw->option >= 0 && raw->option < 3 ? how[raw->option] : "?");
	}
	return pool_strdup(pool, "");
}
