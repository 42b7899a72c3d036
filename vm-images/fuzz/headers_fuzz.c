/* headers_fuzz.c: frames of any content, through the header cursors of net/ and through every element with an input.
 *
 * The first byte picks an element, the second what stands before it (nothing, Strip, MarkIPHeader, or a header check).
 * Bytes behind the frame are fenced off, so that a read past its end is seen although the packet's room goes on.
 */
#include <stdlib.h>

#include "harness.h"
#include "net/ether.h"
#include "net/ip.h"
#include "net/ip6.h"
#include "net/transport.h"
#include "samples.h"

enum way { PLAIN, STRIPPED, MARKED, CHECKED, CHECKED6, WAYS };
enum { CLASSES = 256 };

/* ---- the cursors alone, over a block of exactly the frame's size ---- */

static void within(const uint8_t *bytes, size_t size, const struct fs_cursor *c)
{
    fs_fuzz_require(c->at >= bytes && c->at <= c->end && c->end <= bytes + size, "the cursor stays in the frame");
}

static void walk(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = fs_fuzz_copy(bytes, size);
    struct fs_cursor c = {copy, copy + size};
    int type = fs_take_ether(&c);
    within(copy, size, &c);
    struct fs_cursor behind = c;
    if (type == FS_ETHER_ARP) {
        fs_take_arp(&c);
    } else if (type == FS_ETHER_IP) {
        fs_take_ip(&c);
    } else if (type == FS_ETHER_IP6 && fs_left(&c) >= FS_IP6_SIZE) {
        struct fs_ip6_upper upper;
        fs_ip6_walk(c.at, c.end, &upper);
        fs_fuzz_require(upper.offset <= fs_left(&c), "the upper layer begins in the packet or at its end");
    }
    within(copy, size, &c);
    struct fs_cursor udp = c;
    fs_take_udp(&udp);
    within(copy, size, &udp);
    fs_take_tcp(&c);
    within(copy, size, &c);
    fs_take_ip(&behind);
    within(copy, size, &behind);
    free(copy);
}

/* ---- elements ---- */

static void add_needed(struct fs_test *t, const struct fs_class *c)
{
    for (uint32_t i = 0; i < c->arg_count; i++) {
        if (fs_sample_needed(c, i)) {
            struct fs_sample s = fs_sample_of(&c->args[i]);
            fs_test_value(t, c->args[i].name, s.bytes, s.size, 2);
        }
    }
}

/* in -> WAY -> the element -> sinks at all outputs; NULL when such a router does not start. */
static struct fs_test *build(const struct fs_class *c, enum way way)
{
    static const char *const names[] = {NULL, NULL, "MarkIPHeader", "CheckIPHeader", "CheckIP6Header"};
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "in", "TestSource");
    const char *last = "in";
    if (way != PLAIN) {
        fs_test_add(t, "strip", "Strip");
        fs_test_integer(t, "LENGTH", 14);
        fs_test_connect(t, last, 0, "strip", 0);
        last = "strip";
    }
    if (names[way] != NULL) {
        fs_test_add(t, "way", names[way]);
        fs_test_connect(t, last, 0, "way", 0);
        last = "way";
    }
    fs_test_add(t, "e", c->name);
    add_needed(t, c);
    fs_test_connect(t, last, 0, "e", 0);
    fs_test_add(t, "out0", "TestSink");
    fs_test_add(t, "out1", "TestSink");
    uint32_t least, most;
    fs_ports_parse(c->ports, true, 2, &least, &most);
    for (uint32_t i = 0; i < most && i < 2; i++) {
        fs_test_connect(t, "e", i, i == 0 ? "out0" : "out1", 0);
    }
    if (fs_test_refused(t)[0] != '\0') {
        fs_test_end(t);
        return NULL;
    }
    return t;
}

static bool takes_packets(const struct fs_class *c)
{
    uint32_t least, most;
    return strncmp(c->name, "Test", 4) != 0 && fs_ports_parse(c->ports, false, 2, &least, &most) && most > 0
        && fs_processing_of(c->processing, false, 0) != 'l';
}

static struct fs_test *router(unsigned class, enum way way)
{
    static struct fs_test *routers[CLASSES][WAYS];
    static bool tried[CLASSES][WAYS];
    if (!tried[class][way]) {
        tried[class][way] = true;
        const struct fs_class *c = fs_class_at(class);
        routers[class][way] = takes_packets(c) ? build(c, way) : NULL;
    }
    return routers[class][way];
}

static uint64_t lost(struct fs_test *t)
{
    struct fs_router_figures f;
    fs_router_figures(fs_test_router(t), &f);
    return f.dropped;
}

static void send(struct fs_test *t, const uint8_t *frame, size_t size)
{
    struct fs_packet *p = fs_test_packet(t, frame, size);
    if (p == NULL) {
        return; /* longer than any packet */
    }
    fs_set_mac_header(p, p->data);
    fs_fuzz_fence(p);
    uint64_t before = lost(t);
    fs_test_send_packet(t, "in", p);
    fs_test_run(t);
    fs_fuzz_require(lost(t) >= before, "drops only grow");
    fs_test_forget(t, "out0");
    fs_test_forget(t, "out1");
    fs_test_forget_log(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2) {
        return 0;
    }
    struct fs_test *t = router(bytes[0] % fs_class_count(), bytes[1] % WAYS);
    walk(bytes + 2, size - 2);
    if (t != NULL) {
        send(t, bytes + 2, size - 2);
    }
    return 0;
}
