/* SPDX-License-Identifier: MIT
 *
 * case_test: for tests: cases as text in the test, and their plans.
 */
#ifndef HALFOPEN_CASE_TEST_H
#define HALFOPEN_CASE_TEST_H

#include <check.h>

#include "load.h"

/* Two hosts, of which the client connects to the server. Ends within the server's steps. */
#define TWO_HOSTS                                                                                  \
	"case: a test\n"                                                                           \
	"hosts:\n"                                                                                 \
	"  client:\n"                                                                              \
	"    program:\n"                                                                           \
	"      - connect: server:8081\n"                                                           \
	"      - recv\n"                                                                           \
	"  server:\n"                                                                              \
	"    program:\n"                                                                           \
	"      - listen: 8081\n"                                                                   \
	"      - accept\n"                                                                         \
	"      - pause\n"
#define EXPECT "expect: {client: {recv: blocked}}\n"

/* The plan of a variant; the test fails if there is none. */
struct plan *load_variant(const char *source, const char *variant);
struct plan *load(const char *source); /* of the only one */
/* Both ways to read SOURCE refuse it, and the message contains TEXT. */
void must_refuse(const char *source, const char *text);

#endif
