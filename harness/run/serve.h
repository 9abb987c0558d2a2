/* SPDX-License-Identifier: MIT
 *
 * serve: the guest as init of a machine of its own that is kept for many runs (handover/kept.h).
 * Each run is a process 1 in namespaces of its own, as on the live kernel.
 */
#ifndef HALFOPEN_SERVE_H
#define HALFOPEN_SERVE_H

/* Never returns while the port lives. GUEST is what is executed for each run, with the run's folder
 * as its argument. */
int serve(const char *guest);

#endif
