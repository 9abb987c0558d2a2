/* SPDX-License-Identifier: MIT
 *
 * What did not hold, told so that it is the same text in all runs in which it is the same: without
 * the host, without numbers and times.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "errno_words.h"
#include "results.h"
#include "text.h"

/* TCP lost its patience. */
static bool gives_up(const char *text)
{
	for (const int *err = errno_given_up; *err; err++)
		if (strstr(text, errno_name(*err)))
			return true;
	return false;
}

/* By its moment, or by how long it took, which tell the same. */
static bool is_sooner(const char *difference)
{
	return strstr(difference, "too early") || strstr(difference, "too short");
}

static bool is_later(const char *difference)
{
	return strstr(difference, "too late") || strstr(difference, "too long");
}

/* Other numbers of attempts than those of an established one (tcp_syn_retries). */
static bool is_connect(const char *expected)
{
	return strstr(expected, "connect: ") || strstr(expected, "connect#");
}

static bool is_number(const char *text, const char *at)
{
	return isdigit((unsigned char)*at) &&
	       (at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '#' && at[-1] != '_'));
}

/* Behind a number or a time that begins at AT, with its unit. */
static const char *number_end(const char *at)
{
	static const char *const units[] = {" ms", " us", " ns", " s"};

	while (isdigit((unsigned char)*at) ||
	       ((*at == '.' || *at == ':') && isdigit((unsigned char)at[1])))
		at++;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strncmp(at, units[i], strlen(units[i])) == 0 &&
		    !isalnum((unsigned char)at[strlen(units[i])]))
			return at + strlen(units[i]);
	return at;
}

/* Behind "3", "3..5", "..5 s" or "3.." that begins at AT; AT: there is none. */
static const char *range_end(const char *from, const char *at)
{
	const char *end = at;

	if (is_number(from, at))
		end = number_end(at);
	else if (strncmp(at, "..", 2) != 0 || !isdigit((unsigned char)at[2]))
		return at;
	if (strncmp(end, "..", 2) == 0)
		end = number_end(end + 2);
	return end;
}

static void add_without_numbers(struct text *text, const char *from)
{
	for (const char *at = from; *at;) {
		const char *end = range_end(from, at);

		if (end > at) {
			text_put(text, "\xe2\x80\xa6"); /* ... */
			at = end;
		} else {
			text_add(text, "%c", *at++);
		}
	}
}

/* EXPECTED without the host at its beginning, "client.recv: ..." or "client: ...". */
static const char *without_host(const char *expected)
{
	size_t size = strcspn(expected, ".: ");

	if (!isalpha((unsigned char)*expected) || (expected[size] != '.' && expected[size] != ':'))
		return expected;
	return expected + size + 1 + strspn(expected + size + 1, " ");
}

/* "count: 6 instead of 4": whether it is more or fewer is what runs have in common. */
static void add_difference(struct text *text, const char *difference)
{
	long long observed, expected;
	int end = 0;

	if (sscanf(difference, "count: %lld instead of %lld%n", &observed, &expected, &end) == 2) {
		text_put(text, observed > expected ? "more of them" : "fewer of them");
		difference = range_end(difference, difference + end);
	}
	add_without_numbers(text, difference);
}

char *result_cause(const json_t *result)
{
	const char *expected = result_string(result, "expected");
	const char *observed = result_string(result, "observed");
	const char *difference = result_string(result, "difference");
	const char *what = is_connect(expected) ? "connect" : "connection";
	AUTO_TEXT struct text text = {0};

	if (!*expected) {
		add_without_numbers(&text, result_string(result, "reason"));
		return text_take(&text);
	}
	if (gives_up(observed) && (is_sooner(difference) || !gives_up(expected)))
		return text_format("a %s is given up too early", what);
	if (gives_up(observed) && is_later(difference))
		return text_format("a %s is given up too late", what);
	if (gives_up(expected) && !gives_up(observed))
		return text_copy("a connection is not given up");
	/* In which state is what came of it. */
	if (strstr(expected, " socket, timer retransmission") &&
	    strcmp(difference, "there is none") == 0)
		return text_copy("a socket that retransmits is gone");
	expected = without_host(expected);
	add_without_numbers(&text, expected);
	text_put(&text, ": ");
	add_difference(&text, difference);
	return text_take(&text);
}
