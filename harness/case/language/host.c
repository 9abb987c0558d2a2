/* SPDX-License-Identifier: MIT
 *
 * Hosts and their programs.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "addresses.h"
#include "decode.h"
#include "known.h"
#include "sysctl_words.h"

/* Words that stand where hosts and programs stand, too. */
static const char *const reserved[] = {"wire", PLACE_ROUTER_NAME, "any",      "all",
				       "end",  "sockets",         "counters", "silence"};

bool is_slip(struct decoder *d, const struct node *key, const char *what, const char *const *names)
{
	struct known known;
	struct diag *diag;
	const char *meant;

	known_init(&known, key->text);
	for (; *names && strcmp(*names, key->text) != 0; names++)
		known_add(&known, *names);
	meant = *names ? NULL : known_slip(&known);
	if (!meant)
		return false;
	diag = diag_error(d->diags, key->span, "'%.60s' is no %s of a kernel that we know",
			  key->text, what);
	diag_help(d->diags, diag, "did you mean '%s'?", meant);
	return true;
}

static const char *article(const char *noun)
{
	return strchr("aeiou", *noun) ? "an" : "a";
}

bool check_name(struct decoder *d, const struct node *name, const char *what, size_t longest)
{
	const char *text = name->text;
	size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (strlen(text) > longest) {
		diag_error(d->diags, name->span,
			   "the name '%.60s' is too long: at most %zu characters", text, longest);
		return false;
	}
	if (islower((unsigned char)*text) && !text[good])
		return true;
	diag_help(d->diags,
		  diag_error(d->diags, name->span, "'%.60s' is no name for %s %s", text,
			     article(what), what),
		  "names start with a letter and have lower case letters, digits and '-'");
	return false;
}

bool check_reserved(struct decoder *d, const struct node *name, const char *what)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (strcmp(reserved[i], name->text) == 0) {
			diag_error(d->diags, name->span,
				   "%s %s cannot be called '%s': the word means something else",
				   article(what), what, name->text);
			return false;
		}
	return true;
}

struct sockaddr_in6 socket_address(const struct plan *plan, const char *address, int port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 out = {0};

	if (plan->ip_version == 6) {
		if (address)
			inet_pton(AF_INET6, address, &six.sin6_addr);
		return six;
	}
	if (address)
		inet_pton(AF_INET, address, &four.sin_addr);
	memcpy(&out, &four, sizeof(four));
	return out;
}

struct sockaddr_in6 host_address(const struct plan *plan, int host, int port)
{
	if (host < 0)
		return socket_address(plan, NULL, port);
	return socket_address(plan, plan_host_address(plan, host), port);
}

static void set_addresses(const struct plan *plan, struct plan_host *host, int n)
{
	if (plan->network == NETWORK_ROUTER) {
		snprintf(host->address4, sizeof(host->address4), "10.0.%d.1", n);
		snprintf(host->address6, sizeof(host->address6), "fd00:0:0:%d::1", n);
		snprintf(host->router4, sizeof(host->router4), "10.0.%d.254", n);
		snprintf(host->router6, sizeof(host->router6), "fd00:0:0:%d::fe", n);
	} else {
		snprintf(host->address4, sizeof(host->address4), "10.0.0.%d", n);
		snprintf(host->address6, sizeof(host->address6), "fd00::%d", n);
	}
	snprintf(host->link_local, sizeof(host->link_local), "fe80::%d", n);
}

/* Connections are tracked where a rule asks for it. */
static bool is_tracking(const char *name)
{
	return strncmp(name, "net.netfilter.", strlen("net.netfilter.")) == 0;
}

static bool check_tracking(struct decoder *d, const struct plan_host *machine,
			   const struct node *key)
{
	bool router = machine == &d->plan->router;
	struct diag *diag;

	if (!is_tracking(key->text) || (router && plan_router_tracks(d->plan)))
		return true;
	diag = diag_error(d->diags, key->span, "%s tracks no connections: '%.60s' does nothing",
			  router ? "this router" : "a host", key->text);
	if (!router)
		diag_help(d->diags, diag,
			  "say it of a router that does: network: {type: router, nat: true, "
			  "sysctl: {...}}");
	else
		diag_help(d->diags, diag, "the case needs nat: true, vips, or a middlebox");
	return false;
}

#define SYSCTL_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_.-/"

static bool is_machines_sysctl(const char *name)
{
	return plan_sysctl_is_machines(name) && !name[strspn(name, SYSCTL_LETTERS)];
}

static bool check_sysctl(struct decoder *d, const struct plan_host *machine,
			 const struct node *value)
{
	const char *name = value->key->text;
	struct diag *diag;

	if (!is_machines_sysctl(name) &&
	    (strncmp(name, "net.", 4) != 0 || name[strspn(name, SYSCTL_LETTERS)])) {
		diag = diag_error(d->diags, value->key->span, "'%.60s' is no sysctl of a host",
				  name);
		if (strncmp(name, "tcp_", 4) == 0 || strncmp(name, "ip_", 3) == 0)
			diag_help(d->diags, diag, "did you mean 'net.ipv4.%.60s'?", name);
		else
			diag_help(d->diags, diag,
				  "a host has those of its network (net.ipv4..., net.ipv6..., "
				  "net.core...) and of its machine (kernel..., vm..., fs...)");
		return false;
	}
	return !is_slip(d, value->key, "sysctl",
			plan_sysctl_is_machines(name) ? machine_sysctl_names : sysctl_names) &&
	       check_tracking(d, machine, value->key) &&
	       (value->kind == NODE_MAP || want_scalar(d, value, "the value of a sysctl"));
}

static const struct field sysctl_fields[] = {
	{"value", TYPE_TEXT, TO(struct plan_sysctl, value), .required = true,
	 .help = "what it is set to"},
};
const struct form sysctl_form = {
	.name = "a sysctl", FIELDS(sysctl_fields), .bare = 1, .beside = &condition_form};

bool decode_sysctl(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_host *host = ret;
	struct plan_sysctl *more;

	if (!want_map(d, node, "a mapping of sysctls"))
		return false;
	/* What the command line set is there already, and comes first. */
	more = pool_alloc(d->pool, sizeof(*more) * (size_t)(host->sysctl_count + node->count + 1));
	if (host->sysctl_count)
		memcpy(more, host->sysctl, sizeof(*more) * (size_t)host->sysctl_count);
	host->sysctl = more;
	for (const struct node *value = node->child; value; value = value->next)
		if (check_sysctl(d, host, value)) {
			struct plan_sysctl *sysctl = &host->sysctl[host->sysctl_count++];

			sysctl->name = pool_strdup(d->pool, value->key->text);
			sysctl->place = place_of(value->key);
			condition_beside(d, value, &sysctl->on);
			form_decode(d, &sysctl_form, value, sysctl);
		}
	return true;
}

/* Whether what the command line says of all machines is also meant for this one: the router
 * forwards whatever the hosts do, and a host tracks no connections. */
static bool is_meant(const struct decoder *d, const struct plan_host *machine, const char *name)
{
	return machine == &d->plan->router ? !strstr(name, "forward") : !is_tracking(name);
}

void add_extra_sysctl(struct decoder *d, struct plan_host *host)
{
	int count = 0;

	while (d->extra_sysctl && d->extra_sysctl[count])
		count++;
	if (!count)
		return;
	host->sysctl = pool_alloc(d->pool, sizeof(*host->sysctl) * (size_t)count);
	for (int i = 0; i < count; i++) {
		bool optional = d->extra_sysctl[i][0] == '-';
		const char *text = d->extra_sysctl[i] + optional, *equals = strchr(text, '=');

		if (!equals || equals == text || !equals[1]) {
			diag_help(d->diags,
				  diag_error(d->diags, (struct span){0}, "'%.100s' sets no sysctl",
					     text),
				  "write it as name=value");
			continue;
		}
		if (!is_meant(d, host, text))
			continue;
		host->sysctl[host->sysctl_count++] = (struct plan_sysctl){
			.name = pool_strndup(d->pool, text, (size_t)(equals - text)),
			.value = pool_strdup(d->pool, equals + 1),
			.optional = optional};
	}
}

static bool skip(struct decoder *d, const struct node *node, void *ret)
{
	(void)d;
	(void)node;
	(void)ret;
	return true;
}

/* Programs are decoded when all hosts are known. */
static const struct field host_fields[] = {
	{"sysctl", TYPE_CUSTOM, .decode = decode_sysctl,
	 .looks = "a mapping of sysctls (net.ipv4.tcp_retries2: 5)",
	 .schema = "{\"$ref\": \"#/$defs/sysctls\"}",
	 .help = "what the host's kernel is set to; a value may be a mapping, see below"},
	{"mtu", TYPE_NUMBER, TO(struct plan_host, mtu), .min = 576, .max = 1500,
	 .help = "of its interface, 1500 if not said"},
	{"path_mtu", TYPE_NUMBER, TO(struct plan_host, path_mtu), .min = 576, .max = 1500,
	 .help = "the way behind the router takes packets of so many bytes, as a tunnel: of larger "
		 "ones the sender hears by ICMP, and the number with it; 1500 if not said"},
	{"kernel", TYPE_CUSTOM, .decode = decode_kernel, .looks = "a kernel (6.1)",
	 .schema = "{\"type\": [\"string\", \"number\"]}",
	 .help = "its own: a name that `halfopen kernel list` shows, or the beginning of one "
		 "(6.1); "
		 "--kernel HOST=KERNEL is stronger. It needs a kernel for each host"},
	{"memory", TYPE_SIZE, TO(struct plan_host, memory), .min = 32 << 20, .max = 8LL << 30,
	 .help = "how much it has, 32M to 8G. If not said: 256M where commands run, else 64M. It "
		 "needs a kernel for each host"},
	{"root", TYPE_CUSTOM, .decode = decode_root, .looks = "a folder (images/debian)",
	 .schema = "{\"type\": \"string\"}",
	 .help = "an unpacked image, by its path from the case's folder: the host's files, instead "
		 "of the machine's. It stays as it is. It needs a kernel for each host"},
	{"disk", TYPE_FORM, TO(struct plan_host, disk), .form = &disk_form,
	 .help = "what is still there after a reboot. It needs a kernel for each host"},
	{"program", TYPE_CUSTOM, .decode = skip, .looks = "a list of steps, or a mapping",
	 .schema = "{\"$ref\": \"#/$defs/program\"}",
	 .help = "its one program, named like the host"},
	{"programs", TYPE_CUSTOM, .decode = skip, .looks = "a mapping of names to programs",
	 .schema = "{\"type\": \"object\", \"additionalProperties\": {\"$ref\": "
		   "\"#/$defs/program\"}}",
	 .help = "several programs, each by its name"},
};
const struct form host_form = {.name = "a host", FIELDS(host_fields)};

static void check_mtu(struct decoder *d, const struct node *node, const struct plan_host *host)
{
	static const char *const keys[] = {"mtu", "path_mtu"};
	const int mtu[] = {host->mtu, host->path_mtu};

	for (int i = 0; i < 2; i++) {
		if (d->plan->ip_version == 6 && mtu[i] && mtu[i] < 1280)
			diag_error(d->diags, node_get(node, keys[i])->key->span,
				   "IPv6 has packets of at least 1280 bytes");
		else if (i && mtu[i] && d->plan->network != NETWORK_ROUTER)
			diag_help(d->diags,
				  diag_error(d->diags, node_get(node, keys[i])->key->span,
					     "'path_mtu' in a network without a router"),
				  "the case needs network: router");
	}
}

void decode_hosts(struct decoder *d, const struct node *hosts)
{
	struct plan *plan = d->plan;
	int most = plan->network == NETWORK_CABLE ? 2 : HOSTS_MAX;

	if (!want_map(d, hosts, "a mapping of hosts"))
		return;
	if (hosts->count < 2 || hosts->count > most) {
		diag_help(d->diags,
			  diag_error(d->diags, hosts->key->span, "%d host%s, but a %s has %s",
				     hosts->count, hosts->count == 1 ? "" : "s",
				     most == 2 ? "cable" : "network",
				     most == 2 ? "two ends" : "2 to 8"),
			  most == 2 ? "for more than two hosts take network: switch"
				    : "a connection needs two sides; for one within a host add "
				      "another host that does nothing: other: {}");
		if (hosts->count > HOSTS_MAX)
			return;
	}
	plan->host = pool_alloc(d->pool, sizeof(struct plan_host) * HOSTS_MAX);
	for (const struct node *value = hosts->child; value; value = value->next) {
		struct plan_host *host = &plan->host[plan->host_count++];

		if (check_name(d, value->key, "host", NAME_LONGEST))
			check_reserved(d, value->key, "host");
		host->name = pool_strdup(d->pool, value->key->text);
		host->place = place_of(value->key);
		set_addresses(plan, host, plan->host_count);
		add_extra_sysctl(d, host);
		if (!node_is_empty(value))
			form_decode(d, &host_form, value, host);
		check_mtu(d, value, host);
	}
}

static bool decode_program_steps(struct decoder *d, const struct node *node, void *ret)
{
	if (!want_list(d, node, "a list of steps"))
		return false;
	decode_steps(d, ret, node);
	return true;
}

static const struct field restart_fields[] = {
	{"always", TYPE_BOOL, TO(struct plan_restart, always), .required = true,
	 .help = "true: however it ended; the run then needs an `until`"},
	{"after", TYPE_DURATION, TO(struct plan_restart, after_ns),
	 .help = "so much later, at once if not said"},
};
static const struct form restart_form = {
	.name = "restart", FIELDS(restart_fields), .example = "restart: {always: true, after: 2s}"};

static const struct word boot_words[] = {{"start", false, "it starts again"},
					 {"none", true, "only a fault `start` starts it"},
					 {NULL, 0, NULL}};

static const struct word trace_words[] = {
	{"network", true, "connect, accept, send, recv, close and the like"}, {NULL, 0, NULL}};

static const struct field program_fields[] = {
	{"steps", TYPE_CUSTOM, .decode = decode_program_steps, .looks = "a list of steps",
	 .schema = "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/step\"}}",
	 .help = "what it does, in order"},
	{"command", TYPE_CUSTOM, .decode = decode_command, .looks = "a text",
	 .schema = "{\"type\": \"string\"}",
	 .help = "a command instead of steps, as a text for the shell"},
	{"args", TYPE_CUSTOM, .decode = decode_args, .looks = "a list of texts",
	 .schema = "{\"type\": \"array\", \"minItems\": 1}",
	 .help = "the same as a list, without a shell: the program, and what it is told"},
	{"env", TYPE_CUSTOM, .decode = decode_env, .looks = "a mapping of names to texts",
	 .schema = "{\"type\": \"object\"}",
	 .help = "the command's environment, beside PATH and HOME"},
	{"cwd", TYPE_CUSTOM, .decode = decode_cwd, .looks = "a path (/var/lib/app)",
	 .schema = "{\"type\": \"string\"}",
	 .help = "where the command works, made if it is not there; /root if not said"},
	{"files", TYPE_CUSTOM, .decode = decode_files, .looks = "a mapping of paths to texts",
	 .schema = "{\"type\": \"object\"}", .help = "what the command finds on its host's disk"},
	{"stdin", TYPE_CUSTOM, .decode = decode_stdin,
	 .looks = "a text, or a list of {at: 5s, text: \"PING\\n\"} and {at: 9s, end: true}",
	 .schema = "{\"type\": [\"string\", \"array\"]}",
	 .help = "what the command reads: a text and then the end, or each text when its moment "
		 "comes, and no end but where it is said; if not said, nothing"},
	{"start", TYPE_MOMENT, TO(struct plan_program, start_ns),
	 .help = "when it starts, 0 if not said"},
	{"restart", TYPE_FORM, TO(struct plan_program, restart), .form = &restart_form,
	 .help = "its host starts it again when it has ended, as a service manager does"},
	{"boot", TYPE_WORD, TO(struct plan_program, stays_down), .words = boot_words,
	 .help = "when its host comes up again, start if not said"},
	{"after", TYPE_CUSTOM, .decode = skip, .looks = AFTER_LOOKS, .schema = AFTER_SCHEMA,
	 .help = "and not before another program listens on that port, has written such a line, is "
		 "done with that step, or is over; if that ends without, then"},
	{"trace", TYPE_WORD, TO(struct plan_program, traced), .words = trace_words,
	 .help = "what it does with its TCP sockets is told and drawn beside the packets; may be "
		 "expected then"},
	{"user", TYPE_CUSTOM, .decode = decode_user, .looks = "a user (postgres)",
	 .schema = "{\"type\": \"string\"}",
	 .help = "whom a command runs as, by its name in the host's /etc/passwd and with that "
		 "user's rights, root's as well. It needs a kernel for each host"},
};
const struct form program_form = {.name = "a program", FIELDS(program_fields), .bare = 1};

static void check_program_name(struct decoder *d, const struct node *key)
{
	const struct plan *plan = d->plan;

	for (int i = 0; i < plan->program_count; i++) {
		struct plan_place place = plan->program[i].place;

		if (strcmp(plan->program[i].name, key->text) == 0)
			diag_note(d->diags,
				  diag_error(d->diags, key->span, "a second program called '%s'",
					     key->text),
				  span_of_place(place, key->text), "the first is here");
	}
}

/* It has steps, or it is a command: said once, and by the keys that are there. */
static void check_kind(struct decoder *d, const struct node *name, const struct node *node,
		       const struct plan_program *program)
{
	static const char *const of_command[] = {"env", "cwd", "files", "stdin", "user", "trace"};
	const struct node *steps, *command, *args;

	if (node->kind != NODE_MAP) {
		d->steps_missing = d->steps_missing || node->kind != NODE_LIST;
		return;
	}
	steps = node_get(node, "steps");
	command = node_get(node, "command");
	args = node_get(node, "args");
	if (steps && (command || args))
		diag_error(d->diags, (command ? command : args)->key->span,
			   "program '%s' has both steps and a command", program->name);
	else if (command && args)
		diag_help(d->diags,
			  diag_error(d->diags, args->key->span,
				     "program '%s' has both 'command' and 'args'", program->name),
			  "'args' is the whole of a command, its program first");
	else if (!steps && !command && !args)
		diag_error(d->diags, name->span, "program '%s' has neither steps nor a command",
			   program->name);
	d->steps_missing = d->steps_missing || (!steps && !command && !args);
	for (size_t i = 0; steps && i < sizeof(of_command) / sizeof(*of_command); i++) {
		const struct node *key = node_get(node, of_command[i]);

		if (key)
			diag_help(d->diags,
				  diag_error(d->diags, key->key->span,
					     "'%s' does not go with steps", of_command[i]),
				  "steps know no files, users and environment; a command does");
	}
}

static void decode_program(struct decoder *d, int host, const struct node *name,
			   const struct node *node)
{
	struct plan *plan = d->plan;
	struct plan_program *program = &plan->program[plan->program_count];

	if (plan->program_count == PROGRAMS_MAX) {
		diag_error(d->diags, name->span, "more than %d programs in one case", PROGRAMS_MAX);
		return;
	}
	check_program_name(d, name);
	*program = (struct plan_program){.name = pool_strdup(d->pool, name->text),
					 .host = host,
					 .after = -1,
					 .connected = -1,
					 .place = place_of(name)};
	if (node->kind == NODE_SCALAR && !node_is_empty(node))
		diag_help(d->diags,
			  node_error(d->diags, node,
				     "'%.60s' takes a list of steps, or a mapping, not %s",
				     node->key->text, node_describe(d->pool, node)),
			  "for a command: {command: \"redis-server --port 6379\"}");
	else
		form_decode(d, &program_form, node, program);
	if (program->restart.always && !plan->until_ns)
		diag_help(d->diags,
			  diag_error(d->diags, node_get(node, "restart")->key->span,
				     "program '%s' is started again for ever", program->name),
			  "say when the run ends: until: 60s");
	program->start_said = node->kind == NODE_MAP && node_get(node, "start");
	check_kind(d, name, node, program);
	plan->program_count++;
}

/* Speaks of programs that may stand below. */
static void decode_afters(struct decoder *d, const struct node *hosts)
{
	int program = 0;

	for (const struct node *host = hosts->child; host; host = host->next) {
		const struct node *one = host->kind == NODE_MAP ? node_get(host, "program") : NULL;
		const struct node *many = host->kind == NODE_MAP ? node_get(host, "programs")
								 : NULL;

		if (one)
			decode_after(d, program++, one);
		for (const struct node *node = many && many->kind == NODE_MAP ? many->child : NULL;
		     node; node = node->next)
			decode_after(d, program++, node);
	}
}

void decode_programs(struct decoder *d, const struct node *hosts)
{
	struct plan *plan = d->plan;
	const struct node *host = hosts->child;

	plan->program = pool_alloc(d->pool, sizeof(struct plan_program) * PROGRAMS_MAX);
	for (int i = 0; i < plan->host_count; i++, host = host->next) {
		const struct node *one, *many;

		if (host->kind != NODE_MAP)
			continue;
		one = node_get(host, "program");
		many = node_get(host, "programs");
		if (one && many)
			diag_help(d->diags,
				  diag_error(d->diags, many->key->span,
					     "host '%s' has both 'program' and 'programs'",
					     plan->host[i].name),
				  "put all of them below 'programs'");
		if (one)
			decode_program(d, i, host->key, one);
		if (many && want_map(d, many, "a mapping of names to programs"))
			for (const struct node *node = many->child; node; node = node->next) {
				if (check_name(d, node->key, "program", NAME_LONGEST))
					check_reserved(d, node->key, "program");
				decode_program(d, i, node->key, node);
			}
		check_files(d, i, host);
	}
	if (plan->program_count < PROGRAMS_MAX)
		decode_afters(d, hosts);
	decode_after_steps(d);
}
