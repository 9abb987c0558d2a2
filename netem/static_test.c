/* SPDX-License-Identifier: MIT
 *
 * Linked with -static, as the guest is: the archives must do, and the network that the probe
 * tries must come of it.
 */
#include <stdio.h>

#include "netem.h"

int main(void)
{
	struct net_abilities abilities;
	struct err err = {0};

	net_set_nft_helper(HALFOPEN_NFT);
	if (net_probe(&abilities, &err)) {
		printf("%s\n", err.text);
		return 1;
	}
	if (!abilities.namespaces) {
		printf("skipped: %s\n", abilities.reason);
		return 77;
	}
	if (abilities.veth && abilities.bridge && abilities.nft)
		return 0;
	printf("%s\n", abilities.reason);
	return 1;
}
