/* FixIPSrc: puts the outgoing interface's address into packets that a router made itself. */
#include "net/marked.h"

struct fix {
    struct fs_element base;
    uint8_t address[4];
};

enum { ADDR };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct fix *f = (struct fix *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (fs_anno_u8(p, FS_ANNO_FIX_IP_SRC) != 0 && fs_marked_ip(p) != NULL) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            struct fs_ip *h = (struct fs_ip *)fs_network_header(p);
            fs_set_anno_u8(p, FS_ANNO_FIX_IP_SRC, 0);
            __builtin_memcpy(h->source, f->address, 4);
            fs_ip_set_checksum(h);
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    __builtin_memcpy(((struct fix *)e)->address, fs_args_bytes(e->args, ADDR).at, 4);
    return 0;
}

static const struct fs_arg args[] = {
    [ADDR] = {"IPADDR", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
};

FS_ELEMENT(FixIPSrc) = {
    .name = "FixIPSrc",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads annotation.FIX_IP_SRC; writes ip.src ip.checksum annotation.FIX_IP_SRC; drops",
    .summary = "sets the IP source where the annotation asks for it",
    .doc = "Packets whose FIX_IP_SRC annotation is set (ICMPError sets it) get IPADDR as their source address and a\n"
           "new header checksum, and the annotation is cleared. Others pass unchanged.\n",
    .size = sizeof(struct fix),
    .configure = configure,
    .act = act,
};
