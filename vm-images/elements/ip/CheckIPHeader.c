/* CheckIPHeader: lets packets pass whose IPv4 header is sound, and marks where it is. */
#include "net/ip_check.h"

FS_ELEMENT(CheckIPHeader) = {
    .name = "CheckIPHeader",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = fs_ip_check_args,
    .arg_count = FS_IP_CHECK_ARGS,
    .handlers = fs_ip_check_handlers,
    .handler_count = FS_IP_CHECK_HANDLERS,
    .effects = "reads ip; writes annotation.DST_IP length; drops",
    .summary = "checks IP headers and marks them",
    .doc = "Checks length, version, header length, total length, checksum, and the source address where bad ones\n"
           "are given (RFC 1812 5.2.2, 5.3.7). Takes off what follows the IP packet, such as Ethernet padding,\n"
           "unless MARKED. Bad packets leave by output 1; where it is not connected they are dropped as\n"
           "`bad-length`, `bad-version`, `bad-header-length`, `bad-checksum` or `bad-source`.\n\n"
           "    FromDevice(0) -> Classifier(12/0800) -> Strip(14) -> CheckIPHeader(INTERFACES 10.0.0.1/24) -> ...\n",
    .size = sizeof(struct fs_ip_check),
    .configure = fs_ip_check_configure,
    .take_state = fs_ip_check_take_state,
    .act = fs_ip_check_act,
};
