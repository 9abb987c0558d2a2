/* SPDX-License-Identifier: MIT
 *
 * The connections that a namespace tracks, over ctnetlink (net/netfilter/nf_conntrack_netlink.c).
 */
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <unistd.h>

#include "net.h"

int net_flush_conntrack(struct net *net, struct err *err)
{
	struct nfgenmsg all = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
	int back, fd, ret = net_visit(net, &back, err);

	if (ret)
		return ret;
	fd = netlink_open(NETLINK_NETFILTER);
	ret = net_return(back, err);
	if (fd < 0)
		return err_sys(err, fd, "%s: cannot open a netfilter socket", net->name);
	if (!ret)
		ret = netlink_request(
			fd,
			netlink_message(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, &all,
					sizeof(all)),
			NULL, 0, net, err, "cannot flush the connection tracking table");
	close(fd);
	return ret == -EINVAL ? err_add(err, EOPNOTSUPP, "the kernel has no ctnetlink") : ret;
}
