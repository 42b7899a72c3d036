/* CheckTCPHeader: lets packets pass whose TCP header is sound. */
#include "net/header_check.h"
#include "net/transport.h"

static enum fs_header_fault check(const struct fs_packet *p, struct fs_ip *h)
{
    if (h->protocol != FS_PROTOCOL_TCP) {
        return FS_FAULT_PROTOCOL;
    }
    struct fs_carried c = fs_ip_carried(p, h);
    struct fs_cursor cursor = {c.at, c.at + c.length};
    if (!c.whole || fs_take_tcp(&cursor) == NULL) {
        return FS_FAULT_LENGTH;
    }
    uint64_t sum = fs_sum_pseudo4(0, h->source, h->destination, FS_PROTOCOL_TCP, (uint16_t)c.length);
    return fs_sum_fold(fs_sum_bytes(sum, c.at, c.length)) == 0 ? FS_FAULT_NONE : FS_FAULT_CHECKSUM;
}

static void act(struct fs_element *e, struct fs_batch *batch) { fs_header_check_batch(e, batch, check); }

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    return fs_header_check_configure(e, "TCP");
}

FS_ELEMENT(CheckTCPHeader) = {
    .name = "CheckTCPHeader",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = fs_header_check_args,
    .arg_count = FS_HEADER_CHECK_ARGS,
    .handlers = fs_header_check_handlers,
    .handler_count = FS_HEADER_CHECK_HANDLERS,
    .effects = "reads ip tcp; drops",
    .summary = "checks TCP headers",
    .doc = "Checks protocol, header and packet length and the checksum (RFC 9293 3.1).\n"
           "Bad packets leave by output 1; where it is not connected they are dropped as `bad-protocol`,\n"
           "`bad-length` or `bad-checksum`. A fragment's checksum covers bytes that are not there: put an\n"
           "IPReassembler before.\n",
    .size = sizeof(struct fs_header_check),
    .configure = configure,
    .take_state = fs_header_check_take_state,
    .act = act,
};
