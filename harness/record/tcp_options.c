/* SPDX-License-Identifier: MIT */
#include "tcp_options.h"

#include "packet.h"

bool tcp_option_next(const uint8_t **at, size_t *left, struct tcp_option *ret)
{
	size_t length;

	while (*left > 0 && **at == TCP_OPTION_NOP) {
		++*at;
		--*left;
	}
	if (*left < 2 || **at == TCP_OPTION_END)
		return false;
	length = (*at)[1];
	if (length < 2 || length > *left)
		return false;
	*ret = (struct tcp_option){**at, *at + 2, length - 2};
	*at += length;
	*left -= length;
	return true;
}

/* Those that have nothing more to say, or only what is random. */
static const char *tcp_option_name(int kind)
{
	static const struct {
		int kind;
		const char *name;
	} names[] = {{TCP_OPTION_SACK_PERMITTED, "SACK permitted"},
		     {TCP_OPTION_SACK, "SACK"},
		     {19, "MD5 signature"},
		     {29, "TCP-AO"},
		     {30, "MPTCP"},
		     {34, "Fast Open cookie"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].kind == kind)
			return names[i].name;
	return NULL;
}

static void say_option(struct text *text, const struct tcp_option *option, bool numbered,
		       uint32_t isn)
{
	if (option->kind == TCP_OPTION_MSS && option->size == 2)
		text_add(text, "MSS %u", packet_get16(option->value));
	else if (option->kind == TCP_OPTION_SCALE && option->size == 1)
		text_add(text, "window scale %u", option->value[0]);
	else if (tcp_option_name(option->kind))
		text_put(text, tcp_option_name(option->kind));
	else
		text_add(text, "option %d", option->kind);
	for (size_t at = 0; option->kind == TCP_OPTION_SACK && numbered && at + 8 <= option->size;
	     at += 8)
		text_add(text, " %u-%u", packet_get32(option->value + at) - isn,
			 packet_get32(option->value + at + 4) - isn);
}

void tcp_options_say(struct text *text, const uint8_t *at, size_t size, bool numbered, uint32_t isn)
{
	struct tcp_option option;

	while (tcp_option_next(&at, &size, &option)) {
		if (option.kind == TCP_OPTION_TIMESTAMPS)
			continue;
		text_separate(text, ", ");
		say_option(text, &option, numbered, isn);
	}
}
