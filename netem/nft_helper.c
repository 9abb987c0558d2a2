/* SPDX-License-Identifier: MIT
 *
 * halfopen-nft COMMANDS: gives COMMANDS (nft(8) syntax) to libnftables as one transaction, in
 * the network namespace that it is started in. Says what was wrong on its standard output;
 * exit status 0: done, 1: refused.
 *
 * A program of its own because libnftables has no static library, and netem's users are static.
 */
#include <nftables/libnftables.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct nft_ctx *nft;
	int ret;

	if (argc != 2) {
		printf("usage: halfopen-nft COMMANDS\n");
		return 1;
	}
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft) {
		printf("libnftables cannot start\n");
		return 1;
	}
	nft_ctx_buffer_error(nft);
	ret = nft_run_cmd_from_buffer(nft, argv[1]);
	if (ret)
		fputs(nft_ctx_get_error_buffer(nft), stdout);
	nft_ctx_free(nft);
	return ret ? 1 : 0;
}
