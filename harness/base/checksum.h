/* SPDX-License-Identifier: MIT
 *
 * checksum: that of IP, TCP and ICMP (RFC 1071), in parts.
 */
#ifndef HALFOPEN_CHECKSUM_H
#define HALFOPEN_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* SUM (0 at first) and SIZE more bytes. Only the last part's size may be odd. */
uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size);
/* Of all parts, as a number: in a packet it stands in network order. */
uint16_t checksum_end(uint32_t sum);

#endif
