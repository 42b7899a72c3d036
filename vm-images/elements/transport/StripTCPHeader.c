/* StripTCPHeader: takes off all up to the end of the TCP header. */
#include "net/marked.h"
#include "net/transport.h"

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        const uint8_t *at = fs_transport_header(p), *end = fs_packet_end(p);
        struct fs_cursor c = {at, end};
        /* In front of the data too: StripIPHeader may have been here. */
        const struct fs_tcp *tcp = at != NULL && at >= p->head && at <= end ? fs_take_tcp(&c) : NULL;
        if (tcp == NULL || at + fs_tcp_header_length(tcp) < p->data) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        fs_packet_strip(p, (size_t)(at + fs_tcp_header_length(tcp) - p->data));
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ELEMENT(StripTCPHeader) = {
    .name = "StripTCPHeader",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "reads tcp; writes length; drops",
    .summary = "strips packets to what TCP carries",
    .doc = "The packet then begins behind the TCP header, which the transport header annotation points at; UnstripIPHeader\n"
           "brings the headers back. Packets without a whole TCP header there are dropped as `bad-length`; that it is TCP is\n"
           "not looked at (StripTransportHeader does).\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
