/* IPInputCombo: the first steps of a router's input path in one. */
#include "net/ip_check.h"
#include "net/values.h"

enum { ETHER_SIZE = 14 };
enum { COLOR, BADSRC_OLD, INTERFACES, BADSRC, GOODDST };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct fs_ip_check *c = (struct fs_ip_check *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (i + 2 < count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        fs_set_anno_u8(p, FS_ANNO_PAINT, c->paint);
        bool framed = fs_packet_strip(p, ETHER_SIZE);
        const struct fs_ip *h = (const struct fs_ip *)p->data;
        enum fs_ip_fault fault = fs_ip_check_header(c, h, framed ? p->length : 0);
        if (__builtin_expect(fault != FS_IP_FAULT_NONE, 0)) {
            fs_ip_check_reject(c, p, fault);
            continue;
        }
        fs_ip_check_mark(p, h, p->length, true);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_ip_check *c = (struct fs_ip_check *)e;
    c->paint = (uint8_t)fs_args_integer(e->args, COLOR, 0);
    c->checksum = true;
    return fs_ip_check_sources(c, BADSRC_OLD, INTERFACES, BADSRC, GOODDST, error);
}

static const struct fs_arg args[] = {
    [COLOR] = {"COLOR", "integer", FS_POSITIONAL, 0, 255, NULL, "The paint annotation that all packets get."},
    [BADSRC_OLD] = {"BADSRC2", "string", FS_OPTIONAL, 0, 0, "", "Click's old form: BADSRC with 0.0.0.0 and\n"
                                                               "255.255.255.255 added."},
    [INTERFACES] = {"INTERFACES", "string", FS_KEYWORD, 0, 0, "", "As CheckIPHeader's."},
    [BADSRC] = {"BADSRC", "string", FS_KEYWORD, 0, 0, "", "As CheckIPHeader's."},
    [GOODDST] = {"GOODDST", "string", FS_KEYWORD, 0, 0, "", "As CheckIPHeader's."},
};

FS_ELEMENT(IPInputCombo) = {
    .name = "IPInputCombo",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = fs_ip_check_handlers,
    .handler_count = FS_IP_CHECK_HANDLERS,
    .effects = "reads ip; writes annotation.DST_IP annotation.PAINT length; drops",
    .summary = "a router's input path in one element",
    .doc = "`Paint(COLOR) -> Strip(14) -> CheckIPHeader(...) -> GetIPAddress(16)`; frames that are bad leave by output\n"
           "1 or are dropped as CheckIPHeader's.\n",
    .size = sizeof(struct fs_ip_check),
    .configure = configure,
    .take_state = fs_ip_check_take_state,
    .act = act,
};
