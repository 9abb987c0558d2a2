/* SPDX-License-Identifier: MIT
 *
 * label: what is said of one thing of a record, short enough for a ladder's columns: the one way
 * in which the ladder, the pages, the verdict and the capture speak of it. Each function writes
 * into BUF and returns it; the record must be of the plan (record_fits()).
 */
#ifndef HALFOPEN_LABEL_H
#define HALFOPEN_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"

/* A host's name, "router", "somebody": a place's (place.h). */
const char *label_host(const struct plan *plan, int host);

/* "client", "router.client": whose interface that of TAP is (record_write_pcapng()). */
const char *label_tap(const struct plan *plan, int tap, char *buf, size_t size);

/* "SYN ACK seq 0 ack 1", "ICMP host unreachable", "who has 10.0.0.2?" */
const char *label_packet(const struct plan *plan, const struct record_packet *packet, char *buf,
			 size_t size);
/* "retransmission 3", "keepalive probe 1, no such connection"; "" for nothing special. */
const char *label_packet_note(const struct record_packet *packet, char *buf, size_t size);

/* "frame 5 at client, 3 at router.client": where in the captures it is; "" where that is not known.
 */
const char *label_packet_frames(const struct plan *plan, const struct record_packet *packet,
				char *buf, size_t size);
/* "10.0.0.1:40000 > 10.0.0.2:8081, seq 99, ack 7, window 512, ttl 64, MSS 1460": what its headers
 * have that label_packet() does not say. */
const char *label_packet_header(const struct record_packet *packet, char *buf, size_t size);

enum label_part { LABEL_START, LABEL_END, LABEL_WHOLE /* both in one */, LABEL_WAITING };
/* "recv ...", "recv: ETIMEDOUT", "setsockopt SO_KEEPALIVE=1", "recv still waits"; behind the name
 * of its program where that is not its host's. */
const char *label_step(const struct plan *plan, const struct record_step *step,
		       enum label_part part, char *buf, size_t size);
/* "-1 ETIMEDOUT", "100", "0 hup": what a step returned. */
const char *label_result(const struct plan *plan, const struct record_step *step, char *buf,
			 size_t size);

/* "starts again", "killed by SIGKILL", "exits with 0". */
const char *label_program(const struct plan *plan, const struct record_program *program, bool start,
			  char *buf, size_t size);

/* "recv(5) ...", "recv(5): ETIMEDOUT", "connect(3) server:6379 = 0": what a command did. */
const char *label_call(const struct plan *plan, const struct record_call *call,
		       enum label_part part, char *buf, size_t size);

/* "\"Connection closed by foreign host.\"": what a command wrote. */
const char *label_line(const struct plan *plan, const struct record_printed *line, char *buf,
		       size_t size);

/* "ESTABLISHED", "gone"; "LISTEN, full": what completes a handshake has no room to wait for accept.
 */
const char *label_state(const struct record_socket *socket);

/* "[ESTABLISHED]", "[LISTEN :8081]"; WITH_PORT where a host has several connections. */
const char *label_socket(const struct record_socket *socket, bool with_port, char *buf,
			 size_t size);

/* "ESTABLISHED client:40001 > web:80 (pod-1:8080), 119h59m58s left". */
const char *label_conntrack(const struct plan *plan, const struct record_conntrack *entry,
			    char *buf, size_t size);

#define LABEL_FAILOVER "a router is up" /* another one that takes over, or itself */
/* "server is up again". */
const char *label_host_change(const struct plan *plan, const struct record_host *change, char *buf,
			      size_t size);

/* "time crept from 1.000 on, not exactly: nc[57] does not sleep" */
const char *label_spin(const struct record_spin *spin, char *buf, size_t size);

/* A line that stands alone: "server (start 2): recv: ETIMEDOUT", "client > server: SYN seq 0,
 * retransmission 3, lost", "*** crash server". */
const char *label_event(const struct plan *plan, const struct record *record,
			const struct record_event *event, char *buf, size_t size);

/* "seed 3, phase 2.049s"; "" where none was given. */
const char *label_chance(const struct record *record, char *buf, size_t size);

/* What the user calls the kernel at PATH: the name of the file, or of its folder, where all files
 * of its kind have one name: "mine" of ".../mine/linux"; "" where that says nothing. */
const char *label_kernel(const char *path, char *buf, size_t size);

#endif
