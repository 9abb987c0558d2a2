/* SPDX-License-Identifier: MIT
 *
 * play_fixture: for the tests of a play: one of two hosts in a fake world, where the client waits
 * for the server, and what its guests say.
 */
#ifndef HALFOPEN_PLAY_FIXTURE_H
#define HALFOPEN_PLAY_FIXTURE_H

#include "fake_world.h"
#include "parts.h"

enum { CLIENT, SERVER };

extern struct world world;
extern struct play play;
extern struct plan *plan;

/* Fixtures. */
void set_up(void);
void tear_down(void);

/* HOST says a frame in two pieces; the first has FIRST bytes. */
void say_part(int host, enum raw_type type, int who, const void *payload, size_t size,
	      size_t first);
void say(int host, enum raw_type type, int who, const void *payload, size_t size);
void say_program(int program, enum raw_program_state state, int status);
void say_listens(void);  /* the server does */
void say_both_run(void); /* and the server listens before the client begins */
/* How many frames of TYPE are in the stream. */
int frames(enum raw_type type);

/* TEXT on NETWORK, alone, without a timeline that has begun. */
void play_load(const char *text, const char *network);
/* What is due, in the order in which it was asked for. */
void play_calls(void);

#endif
