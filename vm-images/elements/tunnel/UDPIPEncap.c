/* UDPIPEncap: puts UDP and IP headers in front. */
#include "net/udp_encap.h"

FS_ELEMENT(UDPIPEncap) = {
    .name = "UDPIPEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = fs_udp_encap_args,
    .arg_count = FS_UDP_ENCAP_ARGS - 1,
    .handlers = fs_udp_encap_handlers,
    .handler_count = FS_UDP_ENCAP_HANDLERS,
    .effects = "writes ip udp length annotation.DST_IP; drops",
    .summary = "puts UDP and IP headers in front of packets",
    .doc = "TTL 250; identification counts up from 0; the destination annotation becomes DST. Packets without 28\n"
           "bytes of headroom are dropped as `no-room`. Strip(28) at the other end takes the headers off.\n\n"
           "    ... -> UDPIPEncap(10.0.0.1, 1234, 10.0.0.2, 1234) -> ...\n",
    .size = sizeof(struct fs_udp_encap),
    .configure = fs_udp_encap_configure,
    .take_state = fs_udp_encap_take_state,
    .act = fs_udp_encap_act,
};
