/* DecIP6HLIM: takes one off the hop limit, as a router does. */
#include "net/handlers.h"
#include "net/marked6.h"

struct decrement {
    struct fs_element base;
    uint64_t drops;
};

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        const struct fs_ip6 *h = fs_marked_ip6(p);
        if (__builtin_expect(h == NULL, 0)) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
        } else if (__builtin_expect(h->hop_limit <= 1, 0)) {
            ((struct decrement *)e)->drops++;
            fs_reject(e, 1, p, FS_DROP_EXPIRED);
        } else if ((p = fs_writable(e, p)) != NULL) {
            ((struct fs_ip6 *)fs_network_header(p))->hop_limit--;
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct decrement *)e)->drops = ((struct decrement *)old)->drops;
}

FS_READ_NUMBER(read_drops, struct decrement, drops)

static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets whose hop limit ran out."},
};

FS_ELEMENT(DecIP6HLIM) = {
    .name = "DecIP6HLIM",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip6; writes ip6; drops",
    .summary = "decrements the hop limit",
    .doc = "A packet with a hop limit of 0 or 1 leaves unchanged by output 1; where it is not connected it is dropped\n"
           "as `expired`. Packets without a marked IPv6 header are dropped as `bad-length`.\n\n"
           "    ... -> CheckIP6Header -> hops :: DecIP6HLIM -> ...;  hops[1] -> ICMP6Error(2001:db8::1, 3, 0) -> ...\n",
    .size = sizeof(struct decrement),
    .take_state = take_state,
    .act = act,
};
