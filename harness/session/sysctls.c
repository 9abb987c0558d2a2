/* SPDX-License-Identifier: MIT */
#include "sysctls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "diag.h"
#include "file.h"
#include "known.h"
#include "load.h"
#include "text.h"
#include "visible.h"

#define MOST_BYTES 65536
#define BLANKS     " \t\r"

/* What a setting may begin with: the rest is no network namespace's. Some are never moved by a
 * namespace, but those are the kernel's to know. */
static const char *const families[] = {"net.ipv4.",      "net.ipv6.",  "net.core.",
				       "net.netfilter.", "net.mptcp.", "net.unix."};

struct reader {
	struct sysctls *sysctls;
	struct diags *diags;
	int line;
};

static struct span span_of(const struct reader *reader, int from, int to)
{
	return (struct span){reader->line, from + 1, reader->line, to + 1};
}

/* The first separator tells which of '.' and '/' it is; "a/b.c" is "a.b/c" (sysctl(8)). */
static void name_settle(char *name)
{
	size_t first = strcspn(name, "./");

	if (name[first] != '/')
		return;
	for (; *name; name++)
		*name = *name == '/' ? '.' : *name == '.' ? '/' : *name;
}

static bool name_check(struct reader *reader, const char *name, struct span at)
{
	struct known known;
	struct diag *diag;
	char family[64];
	size_t second;

	if (strpbrk(name, "*?[")) {
		diag_help(reader->diags,
			  diag_error(reader->diags, at, "'%.100s' is a pattern", name),
			  "name each sysctl; a host has one interface, eth0");
		return false;
	}
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0 &&
		    name[strlen(families[i])] &&
		    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-/") == strlen(name))
			return true;
	second = strcspn(name, ".");
	second += name[second] ? 1 + strcspn(name + second + 1, ".") : 0;
	snprintf(family, sizeof(family), "%.*s.", (int)second, name);
	known_init(&known, family);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		known_add(&known, families[i]);
	diag = diag_error(reader->diags, at, "'%.100s' is no sysctl of a host", name);
	if (strncmp(name, "tcp_", 4) == 0 || strncmp(name, "ip_", 3) == 0)
		diag_help(reader->diags, diag, "did you mean 'net.ipv4.%.60s'?", name);
	else if (known_nearest(&known))
		diag_help(reader->diags, diag, "did you mean '%s%s'?", known_nearest(&known),
			  name + second + (name[second] == '.'));
	else
		diag_help(reader->diags, diag,
			  "a host has those of its network: net.ipv4..., net.ipv6..., net.core...");
	return false;
}

static char *piece(const char *text, int from, int to)
{
	char *copy = strndup(text + from, (size_t)(to - from));

	if (!copy)
		abort();
	return copy;
}

static void setting_keep(struct reader *reader, bool optional, const char *name, const char *value,
			 struct span at)
{
	if (reader->sysctls->count == SYSCTLS_MAX) {
		diag_error(reader->diags, at, "more than %d sysctls", SYSCTLS_MAX);
		return;
	}
	reader->sysctls->text[reader->sysctls->count++] = text_format(
		"%s%s=%s", optional ? "-" : "", name, value);
}

/* Reads one line's TEXT, without its end. */
static void line_read(struct reader *reader, const char *text, int length)
{
	int at = (int)strspn(text, BLANKS), name_from, name_to, equals, value;
	char *name, *content;
	bool optional;

	while (length > at && strchr(BLANKS, text[length - 1]))
		length--;
	if (at >= length || text[at] == '#' || text[at] == ';')
		return;
	optional = text[at] == '-';
	name_from = at + optional;
	equals = (int)strcspn(text, "=");
	if (equals >= length) {
		diag_help(
			reader->diags,
			diag_error(reader->diags, span_of(reader, at, length), "this sets nothing"),
			"write it as name = value");
		return;
	}
	for (name_to = equals; name_to > name_from && strchr(BLANKS, text[name_to - 1]);)
		name_to--;
	for (value = equals + 1; value < length && strchr(BLANKS, text[value]);)
		value++;
	if (name_to == name_from || value >= length) {
		diag_error(reader->diags, span_of(reader, equals, equals + 1),
			   name_to == name_from ? "no name before this" : "no value behind this");
		return;
	}
	name = piece(text, name_from, name_to);
	content = piece(text, value, length);
	name_settle(name);
	if (name_check(reader, name, span_of(reader, name_from, name_to)))
		setting_keep(reader, optional, name, content, span_of(reader, name_from, length));
	free(name);
	free(content);
}

static int text_read(struct sysctls *sysctls, const char *file, char *text, size_t size,
		     struct err *err)
{
	struct diags diags;
	struct diagnostics diagnostics;
	struct reader reader = {.sysctls = sysctls, .diags = &diags};
	int ret = 0;

	diags_init(&diags, file, text, size);
	for (char *line = text; line && *line;) {
		size_t length = strcspn(line, "\n");
		char *copy = piece(line, 0, (int)length);

		reader.line++;
		line_read(&reader, copy, (int)length);
		free(copy);
		line += length + (line[length] == '\n');
	}
	diags_end_file(&diags);
	diags_print(&diags, &diagnostics);
	if (diagnostics.errors)
		ret = err_set(err, EINVAL, "%s", "");
	visible_print(diagnostics.text, false, stderr);
	diagnostics_done(&diagnostics);
	diags_done(&diags);
	return ret;
}

static int settings_read(struct sysctls *sysctls, const char *path, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	AUTO_FREE char *text = NULL;
	size_t size;
	int ret;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, ENOENT, "--sysctl %s: neither NAME=VALUE nor a file", path);
	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	ret = file_read_fd(fd, path, MOST_BYTES, &text, &size, err);
	if (ret == -EFBIG || (ret == 0 && memchr(text, '\0', size)))
		return err_set(err, EINVAL, "%s: this is no file of sysctls", path);
	return ret < 0 ? ret : text_read(sysctls, path, text, size, err);
}

int sysctls_add(struct sysctls *sysctls, const char *argument, struct err *err)
{
	char *text;
	int ret;

	if (!strchr(argument, '='))
		return settings_read(sysctls, argument, err);
	if (strchr(argument, '\n'))
		return err_set(err, EINVAL, "--sysctl: a setting is one line");
	text = piece(argument, 0, (int)strlen(argument));
	ret = text_read(sysctls, "--sysctl", text, strlen(text), err);
	free(text);
	return ret;
}

void sysctls_done(struct sysctls *sysctls)
{
	for (int i = 0; i < sysctls->count; i++)
		free((char *)sysctls->text[i]);
	sysctls->count = 0;
}
