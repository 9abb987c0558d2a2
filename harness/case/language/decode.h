/* SPDX-License-Identifier: MIT
 *
 * decode: from a variant's tree to its plan, a part of the language a file. Between these
 * files only: others want load.h.
 */
#ifndef HALFOPEN_CASE_DECODE_H
#define HALFOPEN_CASE_DECODE_H

#include "field.h"

/* The whole: fills in D->plan, which is empty but for file and source. */
void decode_case(struct decoder *d);

#define CONDITION_LOOKS "a list of netem, virtual-clock, \"kernel >= 6.5\", \"kernel < 6.18\""
#define TERM_PATTERN    "\"pattern\": \"[$]|^([a-z-]+|kernel *(>=|<) *[0-9]+[.][0-9]+)$\""
#define NEED_PATTERN                                                                               \
	"\"pattern\": \"[$]|^([a-z-]+|kernel *(>=|<) *[0-9]+[.][0-9]+|program [^ /]+( [(][^ "      \
	"()]+[)])?)$\""
#define NEEDS_SCHEMA                                                                               \
	"{\"type\": [\"array\", \"string\"], " NEED_PATTERN                                        \
	", \"items\": {\"type\": \"string\", " NEED_PATTERN "}}"
#define CONDITION_SCHEMA                                                                           \
	"{\"type\": [\"array\", \"string\"], " TERM_PATTERN                                        \
	", \"items\": {\"type\": \"string\", " TERM_PATTERN "}}"
/* `needs:`, to a struct plan. */
bool decode_needs(struct decoder *d, const struct node *node, void *plan);
/* `on:` and `because:` among the keys of MAP, if it is one. */
void condition_beside(struct decoder *d, const struct node *map, struct plan_condition *condition);
extern const struct form condition_form;

/* What a `middlebox:` by name does where nothing else is said; and whether there can be one. */
void middlebox_finish(struct decoder *d);

/* `addresses:`, and a router's `vips:`, when the hosts are known. */
void decode_addresses(struct decoder *d);
/* A host, and its port if it is not PORT: "server:8081". False, reported. */
bool decode_backend(struct decoder *d, const struct node *node, int port, struct plan_backend *ret);
bool parse_port(struct decoder *d, const struct node *node, int *ret_port);
/* What stands before the last colon of NODE's text, and behind it; false: there is none, and all of
 * it is the name. */
bool split_port(struct decoder *d, const struct node *node, struct node *ret_name,
		struct node *ret_port);
/* The number of the address of that name; -1: there is none. */
int address_named(const struct plan *plan, const char *name);

/* `hosts:`, in this order: names and addresses first, since steps speak of other hosts. */
/* RET is a struct plan_host: a host, or the plan's router. */
bool decode_sysctl(struct decoder *d, const struct node *node, void *ret);
/* What the command line sets everywhere. */
void add_extra_sysctl(struct decoder *d, struct plan_host *machine);
void decode_hosts(struct decoder *d, const struct node *hosts);
void decode_programs(struct decoder *d, const struct node *hosts);

/* Of a program that is a command: each to a struct plan_program. */
bool decode_command(struct decoder *d, const struct node *node, void *program);
bool decode_args(struct decoder *d, const struct node *node, void *program);
bool decode_env(struct decoder *d, const struct node *node, void *program);
bool decode_cwd(struct decoder *d, const struct node *node, void *program);
bool decode_files(struct decoder *d, const struct node *node, void *program);
bool decode_stdin(struct decoder *d, const struct node *node, void *program);

/* Keys of a host or a program that are about a machine's files and users: to a struct plan_host, to
 * a struct plan_program. */
bool decode_kernel(struct decoder *d, const struct node *node, void *ret);
bool decode_root(struct decoder *d, const struct node *node, void *ret);
bool decode_user(struct decoder *d, const struct node *node, void *ret);
/* After its programs: files of a HOST, which is MAP, that has no use for them. */
void check_files(struct decoder *d, int host, const struct node *map);

/* What a program, a step or a fault waits for: {server: listening 6379}. */
#define AFTER_LOOKS                                                                                \
	"{server: listening 6379}, {server: {line: \"Ready to accept\"}}, {server: {step: "        \
	"accept}}, or {setup: exit}"
#define AFTER_SCHEMA                                                                               \
	"{\"type\": \"object\", \"minProperties\": 1, \"maxProperties\": 1, "                      \
	"\"additionalProperties\": {\"anyOf\": [{\"enum\": [\"exit\"]}, {\"type\": \"string\", "   \
	"\"pattern\": \"^listening [0-9]+$|[$]\"}, {\"type\": \"object\", \"minProperties\": 1, "  \
	"\"maxProperties\": 1, \"additionalProperties\": false, \"properties\": {\"listening\": "  \
	"{}, "                                                                                     \
	"\"line\": {}, \"step\": {\"type\": \"string\"}}}]}}"
/* The number of what a fault comes after in the plan's list; -1: it is wrong. */
int decode_after_fault(struct decoder *d, const struct node *after);
/* `after` of the program number PROGRAM, which is NODE, when all are known. */
void decode_after(struct decoder *d, int program, const struct node *node);
/* The step `after` of D->program, to a struct peer_step; and what these speak of, when all programs
 * are known. */
bool decode_after_step(struct decoder *d, const struct node *node, void *peer_step);
void decode_after_steps(struct decoder *d);
/* The number of what is the same as READY in the plan's list, where it is put if it is new; -1:
 * that is full, which is reported at NODE. */
int ready_add(struct decoder *d, const struct node *node, struct plan_ready ready);

/* PROGRAM's list of steps. */
void decode_steps(struct decoder *d, struct plan_program *program, const struct node *list);
/* After all programs: who connects to whose listen. */
void resolve_targets(struct decoder *d);

/* `timeline:`, then its faults by time. */
void decode_timeline(struct decoder *d, const struct node *list);
/* What cannot be: a cable plugged that is in, a process killed on a host that is off. */
void check_timeline(struct decoder *d);

/* `expect:` */
void decode_expect(struct decoder *d, const struct node *map);
/* How often the program was started again by the end. */

/* The host's address with PORT, in the plan's IP version; ADDRESS: as text. */
struct sockaddr_in6 host_address(const struct plan *plan, int host, int port);
struct sockaddr_in6 socket_address(const struct plan *plan, const char *address, int port);

/* Whether a WHAT can be called that: not as something else is; false, reported. */
bool check_reserved(struct decoder *d, const struct node *name, const char *what);
/* A name for a host, a program, a step: [a-z][a-z0-9-]*, at most LONGEST. False, reported. */
bool check_name(struct decoder *d, const struct node *name, const char *what, size_t longest);

/* Whether KEY, a WHAT of the kernel, is one of NAMES (ended by NULL) with a few letters wrong; then
 * that is reported. A name that is far from all may be a kernel's that we do not know. */
bool is_slip(struct decoder *d, const struct node *key, const char *what, const char *const *names);

/* What is wrong with PATH as one on a host's disk, "does not begin with '/'": absolute and without
 * detours, so that two that are one look it; or NULL. */
const char *path_fault(const char *path);
/* Whether PATH is FOLDER or lies in it. */
bool path_is_in(const char *path, const char *folder);
/* Letters, digits, '_', '.' and '-', at least one. */
bool is_plain_word(const char *text);

/* setsockopt's mapping of options; to a struct peer_step. */
bool decode_options(struct decoder *d, const struct node *node, void *peer_step);

/* The tables, for the reference. */
extern const struct form case_form, host_form, disk_form, sysctl_form, program_form,
	impairment_form, middlebox_form, outage_form, step_modifiers, fault_modifiers, stdin_form;
extern const struct verb_table step_table, fault_table;
extern const struct step_kind step_kinds[PEER_OP_COUNT];
extern const struct fault_kind fault_kinds[FAULT_OP_COUNT];

/* Says where WORD belongs, if there is another place of a case for it, or for the word that
 * is meant by it. False: there is none. */
bool elsewhere_help(struct diags *diags, struct diag *diag, const char *word);

/* An expectation's kind: where it stands below `expect:`, and what it looks like. */
struct expect_section {
	const char *name; /* "sockets"; "PROGRAM: STEP" */
	enum expect_kind kind;
	const char *help;
	const char *example;
	const struct form *form;
	void (*decode)(struct decoder *d, const struct node *node); /* of the key of that name */
};
struct expect_table {
	const struct expect_section *section;
	int count;
};
extern const struct expect_table expect_table;

struct option { /* of setsockopt */
	const char *name;
	int level, number, level6, number6; /* level6 0: the same */
	enum option_unit {
		OPTION_SWITCH,
		OPTION_NUMBER,
		OPTION_SECONDS,
		OPTION_MILLISECONDS,
		OPTION_SIZE,
		OPTION_TIMEVAL,
		OPTION_LINGER
	} unit;
	const char *help;
};
extern const struct option option_table[];
extern const int option_count;
const char *option_looks(const struct option *option);

#endif
