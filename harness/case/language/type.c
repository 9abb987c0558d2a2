/* SPDX-License-Identifier: MIT
 *
 * What a value of each type looks like, and how it is read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "errno_words.h"
#include "field.h"
#include "signal_words.h"
#include "value.h"

#define MIB (1 << 20)

void field_store(const struct field *field, void *out, int64_t value)
{
	char *to = (char *)out + field->offset;

	if (field->size == sizeof(bool))
		*(bool *)to = value;
	else if (field->size == sizeof(int))
		*(int *)to = (int)value;
	else
		*(int64_t *)to = value;
}

static void store_range(const struct field *field, void *out, struct plan_range range)
{
	*(struct plan_range *)((char *)out + field->offset) = range;
}

bool find_word(struct decoder *d, const struct word *words, const struct node *node,
	       int64_t *ret_value)
{
	struct known known;

	if (!want_scalar(d, node, "a word"))
		return false;
	known_init(&known, node->text);
	for (; words->name; words++) {
		if (strcmp(words->name, node->text) == 0) {
			*ret_value = words->value;
			return true;
		}
		known_add(&known, words->name);
	}
	known_help(d->diags,
		   node->key ? node_error(d->diags, node, "unknown value '%.60s' for '%s'",
					  node->text, node->key->text)
			     : node_error(d->diags, node, "unknown word '%.60s'", node->text),
		   &known, "it can be");
	return false;
}

#define ITS_FAULTS                                                                                 \
	"crash, reboot, failover, forget, a way that it cuts (blackhole), or its end of a cable "  \
	"(pull: {host: NAME, end: router})"

int find_host(struct decoder *d, const struct node *node, const char *name, int64_t least)
{
	const struct plan *plan = d->plan;
	struct known known;

	known_init(&known, name);
	for (int i = 0; i < plan->host_count; i++) {
		if (strcmp(plan->host[i].name, name) == 0)
			return i;
		known_add(&known, plan->host[i].name);
	}
	if (least <= -1)
		known_add(&known, "any");
	if (least <= PLACE_ROUTER && plan->network == NETWORK_ROUTER)
		known_add(&known, PLACE_ROUTER_NAME);
	if (strcmp(name, PLACE_ROUTER_NAME) != 0)
		known_help(d->diags, node_error(d->diags, node, "there is no host '%.60s'", name),
			   &known, "the hosts are");
	else if (plan->network != NETWORK_ROUTER)
		diag_help(d->diags,
			  node_error(d->diags, node, "there is no router in this network"),
			  least <= PLACE_ROUTER
				  ? "the case needs network: router"
				  : "network: router puts one between the hosts, which is none "
				    "of them; what happens to it: " ITS_FAULTS);
	else
		diag_help(d->diags, node_error(d->diags, node, "the router is no host"),
			  "what happens to it: " ITS_FAULTS);
	return -1;
}

void host_help(struct decoder *d, struct diag *diag, const char *name)
{
	for (int i = 0; i < d->plan->host_count; i++)
		if (strcmp(d->plan->host[i].name, name) == 0)
			diag_help(d->diags, diag, "'%s' is a host without a program of that name",
				  name);
}

int find_program(struct decoder *d, const struct node *node, const char *name)
{
	const struct plan *plan = d->plan;
	struct known known;
	struct diag *diag;

	known_init(&known, name);
	for (int i = 0; i < plan->program_count; i++) {
		if (strcmp(plan->program[i].name, name) == 0)
			return i;
		known_add(&known, plan->program[i].name);
	}
	if (d->programs_missing) {
		d->diags->errors++; /* which was said at the host */
		return -1;
	}
	diag = node_error(d->diags, node, "there is no program '%.60s'", name);
	host_help(d, diag, name);
	known_help(d->diags, diag, &known, "the programs are");
	return -1;
}

bool moment_check(struct decoder *d, const struct node *node, int64_t ns)
{
	const struct node *until = node_get(d->root, "until");
	struct plan *plan = d->plan;
	char at[32], end[32];
	struct diag *diag;

	duration_format(ns, at, sizeof(at));
	if (ns > RUN_MAX_NS) {
		node_error(d->diags, node, "%s is too late: a run lasts at most 24h", at);
		return false;
	}
	if (plan->until_ns && ns > plan->until_ns) {
		diag = node_error(d->diags, node, "%s is after the end of the run, %s", at,
				  duration_format(plan->until_ns, end, sizeof(end)));
		if (until && until->key)
			diag_note(d->diags, diag, until->span, "which is set here");
		return false;
	}
	if (ns > plan->last_ns)
		plan->last_ns = ns;
	return true;
}

static bool check_bounds(struct decoder *d, const struct field *field, const struct node *node,
			 int64_t value, const char *what)
{
	if (field->min == field->max || (value >= field->min && value <= field->max))
		return true;
	if (field->max == INT64_MAX)
		node_error(d->diags, node, "%s is too small: at least %" PRId64, what, field->min);
	else if (field->min >= MIB) /* sizes, as people write them */
		node_error(d->diags, node, "%s is not within %" PRId64 "M..%" PRId64 "M", what,
			   field->min / MIB, field->max / MIB);
	else
		node_error(d->diags, node, "%s is not within %" PRId64 "..%" PRId64, what,
			   field->min, field->max);
	return false;
}

static bool decode_text(struct decoder *d, const struct field *field, const struct node *node,
			void *out)
{
	if (!want_scalar(d, node, "a text"))
		return false;
	*(char **)((char *)out + field->offset) = pool_strdup(d->pool, node->text);
	return true;
}

static bool decode_bool(struct decoder *d, const struct field *field, const struct node *node,
			void *out)
{
	static const struct word words[] = {{"true", 1, NULL}, {"false", 0, NULL}, {"on", 1, NULL},
					    {"off", 0, NULL},  {"yes", 1, NULL},   {"no", 0, NULL},
					    {"1", 1, NULL},    {"0", 0, NULL},     {NULL, 0, NULL}};
	int64_t value;

	if (!want_scalar(d, node, "true or false") || !find_word(d, words, node, &value))
		return false;
	field_store(field, out, value);
	return true;
}

static bool decode_scalar(struct decoder *d, const struct field *field, const struct node *node,
			  void *out, value_parser *parse)
{
	struct why why = {0};
	int64_t value;

	if (!want_scalar(d, node, field_looks(field)))
		return false;
	if (!parse(node->text, strlen(node->text), &value, &why))
		return refuse_why(d, node, &why);
	if (!check_bounds(d, field, node, value, node->text))
		return false;
	field_store(field, out, value);
	return true;
}

static bool decode_number(struct decoder *d, const struct field *field, const struct node *node,
			  void *out)
{
	return decode_scalar(d, field, node, out, value_number);
}

static bool decode_size(struct decoder *d, const struct field *field, const struct node *node,
			void *out)
{
	return decode_scalar(d, field, node, out, value_size);
}

static bool decode_rate(struct decoder *d, const struct field *field, const struct node *node,
			void *out)
{
	return decode_scalar(d, field, node, out, value_rate);
}

static bool decode_percent(struct decoder *d, const struct field *field, const struct node *node,
			   void *out)
{
	struct why why = {0};

	if (!want_scalar(d, node, field_looks(field)))
		return false;
	if (!value_percent(node->text, (double *)((char *)out + field->offset), &why))
		return refuse_why(d, node, &why);
	return true;
}

static bool decode_duration(struct decoder *d, const struct field *field, const struct node *node,
			    void *out)
{
	char least[32], most[32];
	struct why why = {0};
	int64_t ns;

	if (!want_scalar(d, node, field_looks(field)))
		return false;
	if (!duration_scan(node->text, strlen(node->text), &ns, &why))
		return refuse_why(d, node, &why);
	if (ns < field->min) {
		node_error(d->diags, node, "%s is too short: at least %s", node->text,
			   duration_format(field->min, least, sizeof(least)));
		return false;
	}
	if (ns > (field->max ? field->max : RUN_MAX_NS)) {
		node_error(
			d->diags, node, "%s is too long: at most %s", node->text,
			duration_format(field->max ? field->max : RUN_MAX_NS, most, sizeof(most)));
		return false;
	}
	field_store(field, out, ns);
	return true;
}

static bool decode_moment(struct decoder *d, const struct field *field, const struct node *node,
			  void *out)
{
	struct why why = {0};
	int64_t ns;

	if (!want_scalar(d, node, field_looks(field)))
		return false;
	if (field->max == INT64_MAX && strcmp(node->text, "end") == 0) {
		field_store(field, out, INT64_MAX);
		return true;
	}
	if (!duration_scan(node->text, strlen(node->text), &ns, &why))
		return refuse_why(d, node, &why);
	if (!moment_check(d, node, ns))
		return false;
	field_store(field, out, ns);
	return true;
}

static bool decode_range(struct decoder *d, const struct field *field, const struct node *node,
			 void *out, value_parser *parse)
{
	struct plan_range range;
	struct why why = {0};
	int64_t least = parse == value_number ? field->min : 0;

	if (!want_scalar(d, node, field_looks(field)))
		return false;
	if (!value_range(node->text, parse, least, &range, &why))
		return refuse_why(d, node, &why);
	if (parse == value_number &&
	    (!check_bounds(d, field, node, range.lo, node->text) ||
	     (range.hi != INT64_MAX && !check_bounds(d, field, node, range.hi, node->text))))
		return false;
	store_range(field, out, range);
	return true;
}

static bool decode_numbers(struct decoder *d, const struct field *field, const struct node *node,
			   void *out)
{
	return decode_range(d, field, node, out, value_number);
}

static bool decode_sizes(struct decoder *d, const struct field *field, const struct node *node,
			 void *out)
{
	return decode_range(d, field, node, out, value_size);
}

static bool decode_durations(struct decoder *d, const struct field *field, const struct node *node,
			     void *out)
{
	return decode_range(d, field, node, out, duration_scan);
}

static bool decode_moments(struct decoder *d, const struct field *field, const struct node *node,
			   void *out)
{
	const struct plan_range *range = (struct plan_range *)((char *)out + field->offset);

	if (!decode_range(d, field, node, out, duration_scan))
		return false;
	/* The run must last until its end; where that is open, until its beginning. */
	if (!moment_check(d, node, range->lo))
		return false;
	return range->hi == INT64_MAX || (d->plan->until_ns && range->hi > d->plan->until_ns) ||
	       moment_check(d, node, range->hi);
}

static bool decode_word(struct decoder *d, const struct field *field, const struct node *node,
			void *out)
{
	int64_t value;

	if (!find_word(d, field->words, node, &value))
		return false;
	field_store(field, out, value);
	return true;
}

static bool decode_words(struct decoder *d, const struct field *field, const struct node *node,
			 void *out)
{
	int64_t all = 0, value;

	if (node->kind != NODE_LIST)
		return decode_word(d, field, node, out);
	if (!node->count && field->min != -1)
		return want_scalar(d, node, "at least one word");
	for (const struct node *item = node->child; item; item = item->next) {
		if (!find_word(d, field->words, item, &value))
			return false;
		all |= value;
	}
	field_store(field, out, all);
	return true;
}

static bool decode_host(struct decoder *d, const struct field *field, const struct node *node,
			void *out)
{
	int host;

	if (!want_scalar(d, node, "a host's name"))
		return false;
	if (field->min <= -1 && strcmp(node->text, "any") == 0)
		host = PLAN_ANY;
	else if (field->min <= PLACE_ROUTER && d->plan->network == NETWORK_ROUTER &&
		 strcmp(node->text, PLACE_ROUTER_NAME) == 0)
		host = PLACE_ROUTER;
	else if ((host = find_host(d, node, node->text, field->min)) < 0)
		return false;
	field_store(field, out, host);
	return true;
}

static bool decode_program(struct decoder *d, const struct field *field, const struct node *node,
			   void *out)
{
	int program;

	if (!want_scalar(d, node, "a program's name"))
		return false;
	program = find_program(d, node, node->text);
	if (program < 0)
		return false;
	field_store(field, out, program);
	return true;
}

void errno_help(struct decoder *d, struct diag *diag, struct known *known, const char *others)
{
	char *end;
	long number = strtol(known->wanted, &end, 10);
	const char *meant = *end ? NULL : errno_by_number((int)number);

	for (int i = 1; i <= ERRNO_LAST; i++) {
		if (!errno_by_number(i))
			continue;
		known_add(known, errno_by_number(i));
		if (strcasecmp(strerror(i), known->wanted) == 0)
			meant = errno_by_number(i);
	}
	if (!meant)
		meant = known_meant(known);
	if (meant)
		diag_help(d->diags, diag, "did you mean '%s'?", meant);
	else
		diag_help(d->diags, diag,
			  "%sETIMEDOUT, ECONNRESET, EPIPE, ECONNREFUSED, EHOSTUNREACH, "
			  "ENETUNREACH, EAGAIN, ...",
			  others);
}

static bool decode_errno(struct decoder *d, const struct field *field, const struct node *node,
			 void *out)
{
	struct known known;
	int number;

	if (!want_scalar(d, node, "the name of an error"))
		return false;
	number = strcmp(node->text, "0") == 0 ? 0 : errno_by_name(node->text);
	if (number >= 0) {
		field_store(field, out, number);
		return true;
	}
	known_init(&known, node->text);
	errno_help(d, node_error(d->diags, node, "there is no error '%.60s'", node->text), &known,
		   "errors are called by their names: ");
	return false;
}

static bool decode_signal(struct decoder *d, const struct field *field, const struct node *node,
			  void *out)
{
	char names[SIGNAL_LAST + 1][16];
	char meant[16];
	struct known known;
	struct diag *diag;
	int number;

	if (!want_scalar(d, node, "a signal's name"))
		return false;
	number = signal_by_name(node->text);
	if (number > 0) {
		field_store(field, out, number);
		return true;
	}
	known_init(&known, node->text);
	for (int i = 1; i <= SIGNAL_LAST; i++)
		if (signal_by_number(i, names[i]))
			known_add(&known, names[i]);
	diag = node_error(d->diags, node, "there is no signal '%.60s'", node->text);
	if (signal_meant(node->text, meant))
		diag_help(d->diags, diag, "did you mean '%s'?", meant);
	else
		known_help(d->diags, diag, &known, "signals are called");
	return false;
}

static bool decode_form(struct decoder *d, const struct field *field, const struct node *node,
			void *out)
{
	int before = d->diags->errors;

	form_decode(d, field->form, node, (char *)out + field->offset);
	return d->diags->errors == before;
}

static bool decode_custom(struct decoder *d, const struct field *field, const struct node *node,
			  void *out)
{
	return field->decode(d, node, (char *)out + field->offset);
}

/* Of times only 0 is right without a unit. */
#define ONLY_0   "{\"type\": [\"string\", \"integer\"], \"maximum\": 0"
#define DURATION "([0-9]+(\\\\.[0-9]+)?(h|m|s|ms|us|ns))+|0"

static const struct type_row {
	bool (*decode)(struct decoder *d, const struct field *field, const struct node *node,
		       void *out);
	const char *looks;
	const char *schema; /* of a JSON Schema; NULL: see schema.c */
} types[TYPE_COUNT] = {
	[TYPE_TEXT] = {decode_text, "a text", "{\"type\": [\"string\", \"number\"]}"},
	[TYPE_BOOL] = {decode_bool, "true or false",
		       "{\"enum\": [true, false, \"on\", \"off\", \"yes\", \"no\", 1, 0]}"},
	[TYPE_NUMBER] = {decode_number, "a number", "{\"type\": \"integer\"}"},
	[TYPE_NUMBERS] = {decode_numbers, "a number or a range (5, 5..7, 5.., ..7)",
			  "{\"type\": [\"integer\", \"string\"]}"},
	[TYPE_SIZE] = {decode_size, "a size in bytes (100, 64K, 1M)",
		       "{\"type\": [\"integer\", \"string\"], \"pattern\": \"^[0-9]+[KMG]?$\"}"},
	[TYPE_SIZES] = {decode_sizes, "a size in bytes or a range (100, 1K..64K)",
			"{\"type\": [\"integer\", \"string\"]}"},
	[TYPE_RATE] = {decode_rate, "a rate (64kbit, 10mbit, 1gbit)",
		       "{\"type\": \"string\", \"pattern\": \"^[0-9]+[kmg]?bit$\"}"},
	[TYPE_PERCENT] = {decode_percent, "a percentage (5%, 0.1%)",
			  "{\"type\": \"string\", \"pattern\": \"^[0-9]+(\\\\.[0-9]+)?%$\"}"},
	[TYPE_DURATION] = {decode_duration, "a time (500ms, 75s, 1m15s)",
			   ONLY_0 ", \"pattern\": \"^(" DURATION ")$\"}"},
	[TYPE_DURATIONS] = {decode_durations,
			    "a time or a range (75s, 75s..77s, 75s.., ..77s, 75s +- 1s)",
			    ONLY_0 "}"},
	[TYPE_MOMENT] = {decode_moment, "a moment (500ms, 75s, 1m15s)",
			 ONLY_0 ", \"pattern\": \"^(end|" DURATION ")$\"}"},
	[TYPE_MOMENTS] = {decode_moments,
			  "a moment or a range (75s, 75s..77s, 75s.., ..77s, 75s +- 1s)",
			  ONLY_0 "}"},
	[TYPE_WORD] = {decode_word, "a word", NULL},
	[TYPE_WORDS] = {decode_words, "a word or a list of words", NULL},
	[TYPE_HOST] = {decode_host, "a host", "{\"type\": \"string\"}"},
	[TYPE_PROGRAM] = {decode_program, "a program", "{\"type\": \"string\"}"},
	[TYPE_ERRNO] = {decode_errno, "an error's name (ETIMEDOUT), or 0",
			"{\"$ref\": \"#/$defs/errno\"}"},
	[TYPE_SIGNAL] = {decode_signal, "a signal's name (SIGKILL)",
			 "{\"type\": \"string\", \"pattern\": \"^SIG[A-Z0-9]+$\"}"},
	[TYPE_FORM] = {decode_form, "a mapping", NULL},
	[TYPE_CUSTOM] = {decode_custom, "a value", NULL},
};

bool field_decode(struct decoder *d, const struct field *field, const struct node *node, void *out)
{
	return types[field->type].decode(d, field, node, out);
}

const char *field_looks(const struct field *field)
{
	return field->looks ? field->looks : types[field->type].looks;
}

const char *field_schema(const struct field *field)
{
	return field->schema ? field->schema : types[field->type].schema;
}
