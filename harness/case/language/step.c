/* SPDX-License-Identifier: MIT
 *
 * The steps of a scripted program: their table, and what each is for the peer.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "addresses.h"
#include "decode.h"
#include "poll_words.h"
#include "value.h"

#define SEND_MAX      (1LL << 30)
#define SEND_ONCE_MAX (16LL << 20) /* the peer has all of it in memory */

bool parse_port(struct decoder *d, const struct node *port_node, int *ret_port)
{
	const char *text = port_node->text;
	struct why why;
	int64_t port;

	if (value_number(text, strlen(text), &port, &why) && port >= 1 && port <= 65535) {
		*ret_port = (int)port;
		return true;
	}
	diag_help(d->diags, node_error(d->diags, port_node, "'%.40s' is no port", text),
		  "ports are 1..65535");
	return false;
}

/* "10.0.0.99", "[fd00::99]" or a host's name. */
static bool parse_address(struct decoder *d, const struct node *node, int port,
			  struct sockaddr_in6 *ret)
{
	const char *name = node->text;
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	size_t length = strlen(name);
	int version = 0, host, address = address_named(d->plan, name);

	if (inet_pton(AF_INET, name, &four.sin_addr) == 1)
		version = 4;
	if (*name == '[' && name[length - 1] == ']' &&
	    inet_pton(AF_INET6, pool_strndup(d->pool, name + 1, length - 2), &six.sin6_addr) == 1)
		version = 6;
	if (version && version != d->plan->ip_version) {
		diag_help(d->diags,
			  node_error(d->diags, node, "an IPv%d address in a run with ip: %d",
				     version, d->plan->ip_version),
			  "let a 'when' choose the step, or a variable the address");
		return false;
	}
	if (version) {
		memset(ret, 0, sizeof(*ret));
		memcpy(ret, version == 4 ? (void *)&four : (void *)&six,
		       version == 4 ? sizeof(four) : sizeof(six));
		return true;
	}
	if (strchr(name, ':')) {
		diag_help(d->diags,
			  node_error(d->diags, node,
				     "'%.60s' is no host, and an IPv6 address without brackets",
				     name),
			  "write it in brackets and quotes: \"[fd00::99]:80\"");
		return false;
	}
	if (address >= 0) {
		*ret = socket_address(d->plan, plan_address_text(d->plan, address), port);
		return true;
	}
	host = find_host(d, node, name, 0);
	if (host < 0)
		return false;
	*ret = host_address(d->plan, host, port);
	return true;
}

bool split_port(struct decoder *d, const struct node *node, struct node *ret_name,
		struct node *ret_port)
{
	const char *colon = strrchr(node->text, ':');

	*ret_name = node_slice(d->pool, node, 0,
			       colon ? (size_t)(colon - node->text) : strlen(node->text));
	if (colon)
		*ret_port = node_slice(d->pool, node, (size_t)(colon + 1 - node->text),
				       strlen(colon + 1));
	return colon;
}

static bool decode_endpoint(struct decoder *d, const struct node *node, void *ret)
{
	struct peer_step *step = ret;
	struct node host, port_node;
	int port;

	if (!want_scalar(d, node, "a host and a port (server:8081)"))
		return false;
	if (!split_port(d, node, &host, &port_node) || !*host.text || strlen(node->text) > 80) {
		diag_help(d->diags, node_error(d->diags, node, "'%.60s' has no port", node->text),
			  "write it as host:port, for example server:8081");
		return false;
	}
	return parse_port(d, &port_node, &port) && parse_address(d, &host, port, &step->addr);
}

/* A number of bytes, or a text in quotes. */
static bool decode_send(struct decoder *d, const struct node *node, void *ret)
{
	static const struct field size = {
		.type = TYPE_SIZE, .size = sizeof(int64_t), .min = 1, .max = SEND_MAX};
	struct peer_step *step = ret;
	struct why why = {0};
	int64_t bytes;

	if (node->kind != NODE_SCALAR || node->plain) {
		if (!want_scalar(d, node, "a number of bytes, or a text in quotes"))
			return false;
		if (!value_size(node->text, strlen(node->text), &bytes, &why)) {
			struct diag *diag = node_error(d->diags, node, "%s", why.text);

			diag_help(d->diags, diag, "%s%s",
				  strncmp(why.help, "did", 3) == 0
					  ? why.help
					  : "sizes look like 100, 64K or 1M",
				  *why.help ? "; a text to send needs quotes" : "");
			return false;
		}
		return field_decode(d, &size, node, &step->amount);
	}
	if (!*node->text || strlen(node->text) >= PEER_TEXT) {
		node_error(d->diags, node, "a text to send has 1 to %d bytes, not %zu",
			   PEER_TEXT - 1, strlen(node->text));
		return false;
	}
	strcpy(step->text, node->text);
	return true;
}

static bool decode_recv(struct decoder *d, const struct node *node, void *ret)
{
	static const struct field size = {
		.type = TYPE_SIZE, .size = sizeof(int64_t), .min = 1, .max = SEND_MAX};
	struct peer_step *step = ret;

	if (node->kind == NODE_SCALAR && strcmp(node->text, "eof") == 0) {
		step->op = PEER_RECV_EOF;
		return true;
	}
	step->op = PEER_RECV_EXACT;
	return field_decode(d, &size, node, &step->amount);
}

/* They are decoded where they stand, once for each time (program.c). */
static bool decode_repeated(struct decoder *d, const struct node *node, void *ret)
{
	(void)ret;
	return want_list(d, node, "a list of steps");
}

#define PEER(member) TO(struct peer_step, member)

/* Both of an endpoint's words are bits of one number. */
static bool decode_mptcp(struct decoder *d, const struct node *node, void *ret)
{
	static const struct field truth = {.type = TYPE_BOOL, .size = sizeof(bool)};
	bool wanted = false;

	if (!field_decode(d, &truth, node, &wanted))
		return false;
	((struct peer_step *)ret)->flags |= wanted ? PEER_MPTCP : 0;
	return true;
}

#define MPTCP                                                                                      \
	{                                                                                          \
		"mptcp", TYPE_CUSTOM,                                                              \
			.decode = decode_mptcp, .looks = "true or false",                          \
			.schema = "{\"type\": \"boolean\"}",                                       \
			.help = "Multipath TCP (RFC 8684); on a kernel that lacks it the run is "  \
				"skipped"                                                          \
	}

/* Of whom it takes a connection: which step made that. */
static bool decode_use(struct decoder *d, const struct node *node, void *ret)
{
	const struct plan_program *program = d->program;
	struct peer_step *step = ret;
	struct known known;

	if (!want_scalar(d, node, "the name of a connect or accept"))
		return false;
	known_init(&known, node->text);
	for (int i = 0; i < program->step_count; i++) {
		if (program->step[i].peer.op != PEER_CONNECT &&
		    program->step[i].peer.op != PEER_ACCEPT)
			continue;
		known_add(&known, program->step[i].name);
		if (strcmp(program->step[i].name, node->text) != 0)
			continue;
		step->amount = i;
		return true;
	}
	known_help(d->diags,
		   node_error(d->diags, node, "no step before this is a connect or accept '%.60s'",
			      node->text),
		   &known, "before this are");
	return false;
}

static const struct word relay_words[] = {
	{"close", RELAY_CLOSE, "it closes it"},
	{"abort", RELAY_ABORT, "it closes it with a RST"},
	{"keep", RELAY_KEEP, "nothing: nobody tells the other side"},
	{NULL, 0, NULL},
};
static const struct word flag_nonblock[] = {
	{"true", PEER_NONBLOCK, NULL}, {"false", 0, NULL}, {NULL, 0, NULL}};
static const struct word listener_word[] = {
	{"listener", PEER_CLOSE_LISTENER, "the listening socket"}, {NULL, 0, NULL}};
static const struct word half_words[] = {{"read", SHUT_RD, NULL},
					 {"write", SHUT_WR, "sends a FIN"},
					 {"both", SHUT_RDWR, NULL},
					 {NULL, 0, NULL}};
static const struct word close_word[] = {{"close", 0, "close the sockets, exit 0"},
					 {NULL, 0, NULL}};
static const struct word sigpipe_words[] = {{"default", 1, "dies of it"},
					    {"ignore", 0, "send gives EPIPE; so it starts"},
					    {NULL, 0, NULL}};

static const struct field connect_fields[] = {
	{"to", TYPE_CUSTOM, .decode = decode_endpoint, .required = true,
	 .looks =
		 "a host and a port (server:8081), or an address (10.0.0.99:80, \"[fd00::99]:80\")",
	 .schema = "{\"type\": \"string\", \"pattern\": \":\"}", .help = "where to"},
	{"nonblocking", TYPE_WORD, PEER(flags), .words = flag_nonblock,
	 .help = "connect() returns at once"},
	{"from", TYPE_NUMBER, PEER(amount), .min = 1, .max = 65535, .help = "the local port"},
	MPTCP,
};
static const struct field listen_fields[] = {
	{"port", TYPE_NUMBER, PEER(amount), .min = 1, .max = 65535, .required = true,
	 .help = "the local port"},
	{"backlog", TYPE_NUMBER, PEER(period_ns), .min = 0, .max = 65535,
	 .help = "connections that wait for accept, 128 if not said"},
	MPTCP,
};
static const struct field send_fields[] = {
	{NULL, TYPE_CUSTOM, .decode = decode_send,
	 .looks = "a size in bytes (100, 64K), or \"a text\"",
	 .schema = "{\"type\": [\"integer\", \"string\"]}",
	 .help = "so many bytes of the pattern that both ends know, or this text"},
};
static const struct field send_once_fields[] = {
	{NULL, TYPE_SIZE, PEER(amount), .min = 1, .max = SEND_ONCE_MAX,
	 .help = "so many bytes of the pattern; how many were taken is what it returns"},
};
static const struct field recv_fields[] = {
	{NULL, TYPE_CUSTOM, .decode = decode_recv, .looks = "a size in bytes (100, 64K), or eof",
	 .schema = "{\"type\": [\"integer\", \"string\"]}",
	 .help = "nothing: one recv(); a size: until so much came; eof: until the end or an error"},
};
static const struct field close_fields[] = {
	{NULL, TYPE_WORD, PEER(op), .words = listener_word,
	 .help = "the listening socket instead of the connection"},
};
static const struct field shutdown_fields[] = {
	{NULL, TYPE_WORD, PEER(amount), .words = half_words, .help = ""},
};
static const struct field exit_fields[] = {
	{NULL, TYPE_NUMBER, PEER(amount), .min = 0, .max = 255, .help = "the exit status"},
};
static const struct field option_fields[] = {
	{NULL, TYPE_CUSTOM, .decode = decode_options, .looks = "a mapping of socket options",
	 .schema = "{\"$ref\": \"#/$defs/options\"}", .help = "see the list of options"},
};
static const struct field poll_fields[] = {
	{"events", TYPE_WORDS, PEER(events), .words = poll_event_words, .required = true,
	 .help = "what to wait for"},
	{"timeout", TYPE_DURATION, PEER(time_ns),
	 .help = "for how long, without limit if not said"},
};
static const struct field sleep_fields[] = {
	{NULL, TYPE_DURATION, PEER(time_ns), .help = "for how long"},
};
static const struct field wait_fields[] = {
	{NULL, TYPE_DURATION, PEER(time_ns), .help = "a moment of the run"},
};
static const struct field after_fields[] = {
	{NULL, TYPE_CUSTOM, .decode = decode_after_step, .looks = AFTER_LOOKS,
	 .schema = AFTER_SCHEMA,
	 .help = "another program listens on that port, has written such a line, is done with that "
		 "step, or is over"},
};
static const struct field heartbeat_fields[] = {
	{"every", TYPE_DURATION, PEER(period_ns), .min = 1000000, .required = true,
	 .help = "time between questions"},
	{"misses", TYPE_NUMBER, PEER(amount), .min = 1, .max = 1000,
	 .help = "so many in a row without an answer give ETIMEDOUT; 3 if not said"},
	{"for", TYPE_DURATION, PEER(time_ns), .min = 1000000,
	 .help = "ends after that, without limit if not said"},
};
static const struct field relay_fields[] = {
	{"to", TYPE_CUSTOM, .decode = decode_endpoint, .required = true,
	 .looks = "a host and a port (server:8081)",
	 .schema = "{\"type\": \"string\", \"pattern\": \":\"}", .help = "where to"},
	{"options", TYPE_CUSTOM, .decode = decode_options, .looks = "a mapping of socket options",
	 .schema = "{\"$ref\": \"#/$defs/options\"}",
	 .help = "of the connections that it makes; those that it accepts have the listening "
		 "socket's"},
	{"dead", TYPE_WORD, PEER(amount), .words = relay_words,
	 .help = "what it does with a side when the other's connection has failed; close if not "
		 "said"},
	{"idle", TYPE_DURATION, PEER(time_ns), .min = 1000000,
	 .help = "when nothing came from either side for so long, it closes both (with `dead: "
		 "abort` by a RST), as nginx's proxy_timeout and HAProxy's timeout tunnel do; "
		 "never "
		 "if not said"},
};
static const struct field use_fields[] = {
	{NULL, TYPE_CUSTOM, .decode = decode_use, .looks = "the name of a connect or accept",
	 .schema = "{\"type\": \"string\"}", .help = "the step that made it"},
};
struct repeat_args {
	int64_t times;
};
static const struct field repeat_fields[] = {
	{"times", TYPE_NUMBER, TO(struct repeat_args, times), .min = 1, .max = STEPS_MAX,
	 .required = true, .help = "how often"},
	{"steps", TYPE_CUSTOM, .decode = decode_repeated, .required = true,
	 .looks = "a list of steps",
	 .schema = "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/step\"}}",
	 .help = "what; those of the second time are called recv#2, as if all were written there"},
};
static const struct field on_sigterm_fields[] = {
	{NULL, TYPE_WORD, PEER(amount), .words = close_word, .help = ""},
};
static const struct field sigpipe_fields[] = {
	{NULL, TYPE_WORD, PEER(amount), .words = sigpipe_words, .help = ""},
};

const struct step_kind step_kinds[PEER_OP_COUNT] = {
	[PEER_CONNECT] = {.needs = NEEDS_NOTHING},
	[PEER_LISTEN] = {.needs = NEEDS_NOTHING},
	[PEER_ACCEPT] = {.needs = NEEDS_LISTENER},
	[PEER_SEND] = {.needs = NEEDS_CONNECTION, .returns = true},
	[PEER_SEND_ONCE] = {.needs = NEEDS_CONNECTION, .returns = true},
	[PEER_RECV] = {.needs = NEEDS_CONNECTION,
		       .returns = true,
		       .receives = true,
		       .tells_end = true},
	[PEER_RECV_EXACT] = {.needs = NEEDS_CONNECTION,
			     .returns = true,
			     .receives = true,
			     .tells_end = true},
	[PEER_RECV_EOF] = {.needs = NEEDS_CONNECTION, .returns = true, .receives = true},
	[PEER_CLOSE] = {.needs = NEEDS_CONNECTION},
	[PEER_CLOSE_LISTENER] = {.needs = NEEDS_LISTENER},
	[PEER_SHUTDOWN] = {.needs = NEEDS_CONNECTION},
	[PEER_ABORT] = {.needs = NEEDS_CONNECTION},
	[PEER_EXIT] = {.needs = NEEDS_NOTHING},
	[PEER_SETSOCKOPT] = {.needs = NEEDS_NOTHING},
	[PEER_SO_ERROR] = {.needs = NEEDS_CONNECTION},
	[PEER_POLL] = {.needs = NEEDS_EITHER, .returns = true},
	[PEER_SELECT] = {.needs = NEEDS_EITHER, .returns = true},
	[PEER_SLEEP] = {.needs = NEEDS_NOTHING},
	[PEER_WAIT] = {.needs = NEEDS_NOTHING},
	[PEER_AFTER] = {.needs = NEEDS_NOTHING},
	[PEER_PAUSE] = {.needs = NEEDS_NOTHING},
	[PEER_HEARTBEAT] = {.needs = NEEDS_CONNECTION, .returns = true},
	[PEER_ECHO] = {.needs = NEEDS_CONNECTION, .returns = true},
	[PEER_RELAY] = {.needs = NEEDS_LISTENER},
	[PEER_USE] = {.needs = NEEDS_CONNECTION},
	[PEER_ON_SIGTERM] = {.needs = NEEDS_NOTHING},
	[PEER_SIGPIPE] = {.needs = NEEDS_NOTHING},
};

#define FORM(verb, fields, bare_)                                                                  \
	(&(const struct form){.name = "'" verb "'", FIELDS(fields), .bare = bare_})

static void finish_listen(struct decoder *d, const struct node *node, uint32_t given, void *args)
{
	struct peer_step *step = args;
	int port = (int)step->amount;

	(void)node;
	/* Any address: what is listened on must survive that the host is rebuilt. */
	step->addr = host_address(d->plan, PLAN_ANY, port);
	step->amount = given & 2 ? step->period_ns : 128;
	step->period_ns = 0;
}

static void finish_poll(struct decoder *d, const struct node *node, uint32_t given, void *args)
{
	struct peer_step *step = args;

	(void)d;
	(void)node;
	if (!(given & 2))
		step->time_ns = -1;
}

static void finish_heartbeat(struct decoder *d, const struct node *node, uint32_t given, void *args)
{
	struct peer_step *step = args;

	(void)d;
	(void)node;
	if (!(given & 2))
		step->amount = 3;
}

static const struct verb steps[] = {
	{"connect", PEER_CONNECT, "connect to a host's port, or to an address that no one has",
	 "connect: server:8081", ARGUMENT_REQUIRED, FORM("connect", connect_fields, 1), NULL},
	{"listen", PEER_LISTEN,
	 "bind and listen on a port; SO_REUSEADDR is 1 unless setsockopt says 0 before, as with a "
	 "connect that names its local port",
	 "listen: 8081", ARGUMENT_REQUIRED, FORM("listen", listen_fields, 1), finish_listen},
	{"accept", PEER_ACCEPT, "accept a connection, which is then the current one", "accept",
	 ARGUMENT_NONE, NULL, NULL},
	{"send", PEER_SEND,
	 "send until all of it is taken or an error: a loop around send(), at most 64 KiB a call, "
	 "so "
	 "that each call has SO_SNDTIMEO to itself",
	 "send: 100", ARGUMENT_REQUIRED, FORM("send", send_fields, 1), NULL},
	{"send_once", PEER_SEND_ONCE, "call send() once, whatever it takes", "send_once: 1M",
	 ARGUMENT_REQUIRED, FORM("send_once", send_once_fields, 1), NULL},
	{"recv", PEER_RECV, "receive", "recv: eof", ARGUMENT_OPTIONAL, FORM("recv", recv_fields, 1),
	 NULL},
	{"close", PEER_CLOSE, "close the connection", "close", ARGUMENT_OPTIONAL,
	 FORM("close", close_fields, 1), NULL},
	{"shutdown", PEER_SHUTDOWN, "shut one half of the connection, or both", "shutdown: write",
	 ARGUMENT_REQUIRED, FORM("shutdown", shutdown_fields, 1), NULL},
	{"abort", PEER_ABORT, "close with a RST: SO_LINGER {1, 0} and close()", "abort",
	 ARGUMENT_NONE, NULL, NULL},
	{"exit", PEER_EXIT, "exit at once, the kernel closes", "exit: 0", ARGUMENT_OPTIONAL,
	 FORM("exit", exit_fields, 1), NULL},
	{"setsockopt", PEER_SETSOCKOPT,
	 "set options of the connection, or of the socket that connect or listen will use",
	 "setsockopt: {SO_KEEPALIVE: 1, TCP_KEEPIDLE: 10s}", ARGUMENT_REQUIRED,
	 FORM("setsockopt", option_fields, 1), NULL},
	{"so_error", PEER_SO_ERROR, "read and clear the socket's pending error", "so_error",
	 ARGUMENT_NONE, NULL, NULL},
	{"poll", PEER_POLL, "poll() the connection, or the listening socket without one",
	 "poll: {events: [in, out], timeout: 5s}", ARGUMENT_REQUIRED, FORM("poll", poll_fields, 0),
	 finish_poll},
	{"select", PEER_SELECT, "the same with select(), which knows in, out and pri",
	 "select: {events: in, timeout: 5s}", ARGUMENT_REQUIRED, FORM("select", poll_fields, 0),
	 finish_poll},
	{"sleep", PEER_SLEEP, "do nothing for a time", "sleep: 5s", ARGUMENT_REQUIRED,
	 FORM("sleep", sleep_fields, 1), NULL},
	{"wait", PEER_WAIT, "do nothing until the run's clock says so", "wait: 60s",
	 ARGUMENT_REQUIRED, FORM("wait", wait_fields, 1), NULL},
	{"after", PEER_AFTER,
	 "do nothing until another program has done something, for good if it never does",
	 "after: {server: listening 8081}", ARGUMENT_REQUIRED, FORM("after", after_fields, 1),
	 NULL},
	{"pause", PEER_PAUSE, "do nothing for good", "pause", ARGUMENT_NONE, NULL, NULL},
	{"heartbeat", PEER_HEARTBEAT, "ask an echoing peer again and again",
	 "heartbeat: {every: 5s, misses: 3, for: 60s}", ARGUMENT_REQUIRED,
	 FORM("heartbeat", heartbeat_fields, 0), finish_heartbeat},
	{"echo", PEER_ECHO, "send back what comes, until the end or an error", "echo",
	 ARGUMENT_NONE, NULL, NULL},
	{"relay", PEER_RELAY,
	 "a TCP proxy for the listening socket: for each connection one of its own, at most 16 at "
	 "once; what comes is handed on, and so is the end of a stream",
	 "relay: {to: server:8080}", ARGUMENT_REQUIRED, FORM("relay", relay_fields, 1), NULL},
	{"use", PEER_USE, "which connection the steps from here on are about", "use: first",
	 ARGUMENT_REQUIRED, FORM("use", use_fields, 1), NULL},
	{"repeat", PEER_OP_COUNT, "the same steps several times",
	 "repeat: {times: 3, steps: [send: 10, recv: 10, sleep: 5s]}", ARGUMENT_REQUIRED,
	 FORM("repeat", repeat_fields, 0), NULL},
	{"on_sigterm", PEER_ON_SIGTERM, "from here on SIGTERM ends the program in order",
	 "on_sigterm: close", ARGUMENT_REQUIRED, FORM("on_sigterm", on_sigterm_fields, 1), NULL},
	{"sigpipe", PEER_SIGPIPE, "what SIGPIPE does from here on", "sigpipe: default",
	 ARGUMENT_REQUIRED, FORM("sigpipe", sigpipe_fields, 1), NULL},
};

const struct verb_table step_table = {
	"step", steps, sizeof(steps) / sizeof(*steps), &step_modifiers, {NULL, NULL}};
