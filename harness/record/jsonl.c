/* SPDX-License-Identifier: MIT
 *
 * The record as JSON Lines: a header line, then one object an observation, in time. One
 * table a kind of observation says its members; writing and reading both go by it.
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "list.h"
#include "members.h"
#include "parts.h"

struct kind {
	const char *ev;
	const struct member *members;
	size_t size;
	size_t list, count; /* offsets in struct record */
	size_t time;        /* offset in the element of what it is sorted by */
};

#define KIND(name, time)                                                                           \
	{                                                                                          \
#name, name##_members, sizeof(struct record_##name),                               \
			offsetof(struct record, name), offsetof(struct record, name##_count),      \
			offsetof(struct record_##name, time)                                       \
	}

/* In this order where the times are equal. */
static const struct kind kinds[] = {
	KIND(fault, begun_ns), KIND(host, t_ns),      KIND(program, start_ns), KIND(step, start_ns),
	KIND(call, start_ns),  KIND(packet, sent_ns), KIND(socket, t_ns),      KIND(sampled, t_ns),
	KIND(conntrack, t_ns), KIND(spin, t_ns),      KIND(counter, after) /* all at the end */};
#define KINDS         ((int)(sizeof(kinds) / sizeof(kinds[0])))
#define COUNTERS_KIND (KINDS - 1)

static json_t *host_kernels_write(const struct record *record)
{
	json_t *kernels = json_array();

	for (int i = 0; i < record->host_kernel_count; i++) {
		json_t *one = json_object();

		members_write(one, host_kernel_members, &record->host_kernel[i]);
		json_array_append_new(kernels, one);
	}
	return kernels;
}

static int host_kernels_read(struct record *record, const json_t *kernels, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; i < json_array_size(kernels) && ret == 0; i++)
		ret = members_read(record->memory, host_kernel_members, json_array_get(kernels, i),
				   LIST_ADD((struct pool *)record->memory, record, host_kernel),
				   err);
	return ret;
}

static json_t *header_write(const struct record *record, const struct plan *plan)
{
	json_t *header = json_object(), *kernel = json_object(), *names = json_array();

	json_object_set_new(header, "ev", json_string("run"));
	members_write(header, header_members, record);
	members_write(kernel, kernel_members, &record->kernel);
	json_object_set_new(header, "kernel", kernel);
	for (int i = 0; plan && i < plan->host_count; i++)
		json_array_append_new(names, json_text(plan->host[i].name));
	json_object_set_new(header, "hosts", names);
	if (record->host_kernel_count)
		json_object_set_new(header, "kernels", host_kernels_write(record));
	names = json_array();
	for (int i = 0; plan && i < plan->program_count; i++)
		json_array_append_new(names, json_text(plan->program[i].name));
	json_object_set_new(header, "programs", names);
	names = json_array();
	for (char **sysctl = record->extra_sysctl; sysctl && *sysctl; sysctl++)
		json_array_append_new(names, json_text(*sysctl));
	json_object_set_new(header, "sysctl", names);
	return header;
}

static int header_read(struct record *record, const json_t *header, struct err *err)
{
	const json_t *sysctl = json_object_get(header, "sysctl");
	const char *ev = json_string_value(json_object_get(header, "ev"));
	struct pool *pool = record->memory;
	int ret;

	if (!ev || strcmp(ev, "run") != 0)
		return err_set(err, EBADMSG,
			       "not a record of halfopen: the first line is no header");
	ret = members_read(pool, header_members, header, record, err);
	if (ret == 0)
		ret = members_read(pool, kernel_members, json_object_get(header, "kernel"),
				   &record->kernel, err);
	if (ret == 0)
		ret = host_kernels_read(record, json_object_get(header, "kernels"), err);
	if (ret == 0 && record->version != RECORD_VERSION)
		ret = err_set(err, EBADMSG, "a record of version %d; this program reads version %d",
			      record->version, RECORD_VERSION);
	if (json_array_size(sysctl) == 0)
		return ret;
	record->extra_sysctl = pool_alloc(pool, (json_array_size(sysctl) + 1) * sizeof(char *));
	for (size_t i = 0; i < json_array_size(sysctl); i++)
		record->extra_sysctl[i] = pool_strdup(
			pool, json_string_value(json_array_get(sysctl, i))
				      ? json_string_value(json_array_get(sysctl, i))
				      : "");
	return ret;
}

static int write_line(json_t *object, FILE *file, struct err *err)
{
	int ret;

	errno = 0;
	ret = object ? json_print(object, file, JSON_COMPACT) : -1;

	json_decref(object);
	if (ret < 0 || fputc('\n', file) == EOF)
		return err_sys(err, errno ? errno : EIO, "cannot write the record");
	return 0;
}

struct jsonl_line {
	int64_t t_ns;
	int kind, index;
};

static int by_time(const void *a, const void *b)
{
	const struct jsonl_line *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x->kind != y->kind ? x->kind - y->kind : x->index - y->index;
}

static int list_count(const struct record *record, int kind)
{
	return *(const int *)(const void *)((const char *)record + kinds[kind].count);
}

static const char *list_element(const struct record *record, int kind, int index)
{
	const char *list = *(char *const *)(const void *)((const char *)record + kinds[kind].list);

	return list + (size_t)index * kinds[kind].size;
}

const char *record_beyond(const struct record *record)
{
	const char *name = members_beyond(header_members, record);

	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < list_count(record, kind) && !name; i++)
			name = members_beyond(kinds[kind].members, list_element(record, kind, i));
	return name;
}

static struct jsonl_line *lines_sorted(const struct record *record, int *ret_count)
{
	struct jsonl_line *line;
	int count = 0;

	for (int kind = 0; kind < KINDS; kind++)
		count += list_count(record, kind);
	line = calloc((size_t)count + 1, sizeof(*line));
	if (!line)
		return NULL;
	count = 0;
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < list_count(record, kind); i++) {
			const void *time = list_element(record, kind, i) + kinds[kind].time;

			line[count++] = (struct jsonl_line){
				kind == COUNTERS_KIND ? INT64_MAX : *(const int64_t *)time, kind,
				i};
		}
	qsort(line, (size_t)count, sizeof(*line), by_time);
	*ret_count = count;
	return line;
}

/* Of those not every run has a word. */
static bool is_rare(int kind)
{
	return kinds[kind].list == offsetof(struct record, call) ||
	       kinds[kind].list == offsetof(struct record, conntrack);
}

/* How many of each kind there were, of rare ones where there are some: what is not followed by it
 * was cut off. */
static json_t *end_write(const struct record *record)
{
	json_t *end = json_object();

	json_object_set_new(end, "ev", json_string("end"));
	for (int kind = 0; kind < KINDS; kind++)
		if (list_count(record, kind) || !is_rare(kind))
			json_object_set_new(end, kinds[kind].ev,
					    json_integer(list_count(record, kind)));
	return end;
}

int record_write(const struct record *record, const struct plan *plan, FILE *file, struct err *err)
{
	int count = 0, ret = write_line(header_write(record, plan), file, err);
	struct jsonl_line *line = lines_sorted(record, &count);

	if (!line)
		return err_sys(err, ENOMEM, "cannot write the record");
	for (int i = 0; i < count && ret == 0; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "ev", json_string(kinds[line[i].kind].ev));
		members_write(object, kinds[line[i].kind].members,
			      list_element(record, line[i].kind, line[i].index));
		ret = write_line(object, file, err);
	}
	free(line);
	if (ret == 0)
		ret = write_line(end_write(record), file, err);
	if (ret == 0 && fflush(file) == EOF)
		ret = err_sys(err, errno, "cannot write the record");
	return ret;
}

static int event_read(struct record *record, const json_t *object, struct err *err)
{
	const char *ev = json_string_value(json_object_get(object, "ev"));

	for (int kind = 0; ev && kind < KINDS; kind++)
		if (strcmp(ev, kinds[kind].ev) == 0) {
			void **list = (void **)(void *)((char *)record + kinds[kind].list);
			int *count = (int *)(void *)((char *)record + kinds[kind].count);

			*list = list_make_room(record->memory, *list, *count, kinds[kind].size);
			return members_read(record->memory, kinds[kind].members, object,
					    (char *)*list + (size_t)(*count)++ * kinds[kind].size,
					    err);
		}
	return err_set(err, EBADMSG, "unknown \"ev\": \"%s\"", ev ? ev : "");
}

__attribute__((format(printf, 2, 3))) static void incomplete(struct record *record, const char *fmt,
							     ...)
{
	va_list ap;
	char text[128];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (record->state == RECORD_BROKEN) /* for a reason that came first */
		return;
	record->state = RECORD_BROKEN;
	record->reason = pool_printf(record->memory, "the record is not whole: %s", text);
}

static void end_read(struct record *record, const json_t *end)
{
	for (int kind = 0; kind < KINDS; kind++) {
		const json_t *said = json_object_get(end, kinds[kind].ev);
		int count = list_count(record, kind);

		if (!said && !count)
			continue;
		if (!json_is_integer(said))
			incomplete(record,
				   "its end does not say how many lines of \"%s\" there are",
				   kinds[kind].ev);
		else if (json_integer_value(said) != count)
			incomplete(record, "%d lines of \"%s\", and its end says %lld", count,
				   kinds[kind].ev, (long long)json_integer_value(said));
	}
}

/* LINE: its number. *ENDED: its end was read. */
static int line_read(struct record *record, const char *text, size_t size, int line, bool *ended,
		     struct err *err)
{
	json_error_t error;
	json_t *object = json_loadb(text, size, 0, &error);
	const char *ev = json_string_value(json_object_get(object, "ev"));
	int ret = 0;

	if (!object)
		ret = err_set(err, EBADMSG, "%s", error.text);
	else if (*ended)
		ret = err_set(err, EBADMSG, "there is more behind the record's end");
	else if (line == 1)
		ret = header_read(record, object, err);
	else if (ev && strcmp(ev, "end") == 0)
		*ended = true;
	else
		ret = event_read(record, object, err);
	if (ret == 0 && *ended)
		end_read(record, object);
	json_decref(object);
	return ret;
}

static int lines_read(FILE *file, struct record *record, struct err *err)
{
	size_t room = 0;
	char *text = NULL;
	int ret = 0, number = 0;
	bool ended = false;
	ssize_t size;

	while (ret == 0 && (size = getline(&text, &room, file)) > 0) {
		/* Of the line that was being written when the writer died nothing is known. */
		if (text[size - 1] != '\n' && number > 0)
			break;
		ret = line_read(record, text, (size_t)size, ++number, &ended, err);
	}
	free(text);
	if (ret == 0 && ferror(file))
		return err_sys(err, EIO, "cannot read the record");
	if (ret == 0 && number == 0)
		ret = err_set(err, EBADMSG, "the file is empty");
	if (ret == 0 && !ended)
		incomplete(record, "it breaks off after %d line%s", number, number == 1 ? "" : "s");
	return ret < 0 && number ? err_add(err, ret, "line %d", number) : ret;
}

int record_read(FILE *file, struct record **ret_record, struct err *err)
{
	struct pool *pool = pool_new();
	struct record *record = pool_alloc(pool, sizeof(*record));
	int ret;

	record->memory = pool;
	ret = lines_read(file, record, err);
	if (ret < 0) {
		record_free(record);
		return ret;
	}
	record_make_lines(record);
	*ret_record = record;
	return 0;
}
