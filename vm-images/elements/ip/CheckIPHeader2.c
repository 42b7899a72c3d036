/* CheckIPHeader2: CheckIPHeader that does not look at the checksum. */
#include "net/ip_check.h"

static int configure(struct fs_element *e, struct fs_text *error)
{
    int answer = fs_ip_check_configure(e, error);
    ((struct fs_ip_check *)e)->checksum = false;
    return answer;
}

FS_ELEMENT(CheckIPHeader2) = {
    .name = "CheckIPHeader2",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = fs_ip_check_args,
    .arg_count = FS_IP_CHECK_ARGS - 1,
    .handlers = fs_ip_check_handlers,
    .handler_count = FS_IP_CHECK_HANDLERS,
    .effects = "reads ip; writes annotation.DST_IP length; drops",
    .summary = "checks IP headers, but not their checksum",
    .doc = "CheckIPHeader without the checksum; the same arguments but CHECKSUM.\n",
    .size = sizeof(struct fs_ip_check),
    .configure = configure,
    .take_state = fs_ip_check_take_state,
    .act = fs_ip_check_act,
};
