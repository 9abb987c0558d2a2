/* SPDX-License-Identifier: MIT
 *
 * nft: commands for libnftables, run inside a namespace by the helper halfopen-nft.
 */
#ifndef HALFOPEN_NETEM_NFT_H
#define HALFOPEN_NETEM_NFT_H

#include "netem.h"

/* Runs COMMANDS (nft(8) syntax), all or nothing. -ENOENT etc. as the kernel said; -EOPNOTSUPP:
 * no helper; -EINVAL: libnftables or the kernel takes no such command. */
int nft_run(struct net *net, const char *commands, struct err *err);

#endif
