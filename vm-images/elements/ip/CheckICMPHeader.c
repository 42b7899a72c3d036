/* CheckICMPHeader: lets packets pass whose ICMP header is sound. */
#include "net/header_check.h"

/* Bytes that a message of this type has at least; `exact`: and at most. */
static size_t needed(uint8_t type, bool *exact)
{
    *exact = false;
    switch (type) {
    case FS_ICMP_UNREACHABLE:
    case FS_ICMP_SOURCE_QUENCH:
    case FS_ICMP_REDIRECT:
    case FS_ICMP_TIME_EXCEEDED:
    case FS_ICMP_PARAMETER_PROBLEM:
        return FS_ICMP_SIZE + FS_IP_SIZE + 8; /* the packet that it is about: header and 64 bits */
    case FS_ICMP_TIMESTAMP:
    case FS_ICMP_TIMESTAMP_REPLY:
        *exact = true;
        return FS_ICMP_SIZE + 12;
    case FS_ICMP_INFORMATION:
    case FS_ICMP_INFORMATION_REPLY:
        *exact = true;
        return FS_ICMP_SIZE;
    default:
        return FS_ICMP_SIZE;
    }
}

static enum fs_header_fault check(const struct fs_packet *p, struct fs_ip *h)
{
    if (h->protocol != FS_PROTOCOL_ICMP) {
        return FS_FAULT_PROTOCOL;
    }
    struct fs_carried c = fs_ip_carried(p, h);
    if (!c.whole || c.length < FS_ICMP_SIZE) {
        return FS_FAULT_LENGTH;
    }
    bool exact;
    size_t least = needed(((const struct fs_icmp *)c.at)->type, &exact);
    if (c.length < least || (exact && c.length != least)) {
        return FS_FAULT_LENGTH;
    }
    return fs_checksum(c.at, c.length) == 0 ? FS_FAULT_NONE : FS_FAULT_CHECKSUM;
}

static void act(struct fs_element *e, struct fs_batch *batch) { fs_header_check_batch(e, batch, check); }

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    return fs_header_check_configure(e, "ICMP");
}

FS_ELEMENT(CheckICMPHeader) = {
    .name = "CheckICMPHeader",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = fs_header_check_args,
    .arg_count = FS_HEADER_CHECK_ARGS,
    .handlers = fs_header_check_handlers,
    .handler_count = FS_HEADER_CHECK_HANDLERS,
    .effects = "reads ip icmp; drops",
    .summary = "checks ICMP headers",
    .doc = "Checks protocol, checksum, and the length that the message type asks for (RFC 792).\n"
           "Bad packets leave by output 1; where it is not connected they are dropped as `bad-protocol`,\n"
           "`bad-length` or `bad-checksum`. A fragment's checksum covers bytes that are not there: put an\n"
           "IPReassembler before.\n",
    .size = sizeof(struct fs_header_check),
    .configure = configure,
    .take_state = fs_header_check_take_state,
    .act = act,
};
