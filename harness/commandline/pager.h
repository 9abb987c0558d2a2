/* SPDX-License-Identifier: MIT
 *
 * pager: what is long goes through $PAGER on a terminal, as git does it.
 */
#ifndef HALFOPEN_PAGER_H
#define HALFOPEN_PAGER_H

/* From here on standard output goes to $PAGER, or `less` with LESS=FRX where LESS is not set; at
 * the program's end that is waited for. Nothing where standard output is no terminal, where PAGER
 * is empty or `cat`; what cannot be started passes everything on. */
void pager_begin(void);

#endif
