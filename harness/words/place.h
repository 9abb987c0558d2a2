/* SPDX-License-Identifier: MIT
 *
 * place: where a packet comes from or goes to, or something happens: a host's number, or one of
 * these. A number below them stands for nothing.
 */
#ifndef HALFOPEN_PLACE_H
#define HALFOPEN_PLACE_H

#define PLACE_UNKNOWN (-1) /* nobody's, everybody's, or not asked */
#define PLACE_ROUTER  (-2)
#define PLACE_LEAST   PLACE_ROUTER

#define PLACE_ROUTER_NAME "router"

#endif
