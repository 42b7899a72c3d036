/* vif.c: netfront.h's devices before they work: found in xenstore, made, and offered to their backends.
 * (xen/include/public/io/netif.h, xenbus.h; docs/misc/xenstore-paths.pandoc.) */
#include <flowstream/handler.h>
#include <string.h>

#include "netfront.h"
#include "store.h"
#include "xen.h"

/* Ethernet's MTU, a header and a VLAN tag: a backend sends longer frames only to who offers to take them. */
enum { FRAME_LIMIT = 1500 + 14 + 4 };

/* device/vif/HANDLE/NAME, until the next call. */
static const char *path_of(const struct netfront *n, const char *name)
{
    static char room[64];
    struct fs_text path = {.at = room, .capacity = sizeof room - 1};
    fs_text_format(&path, "device/vif/%s/%s", n->handle, name);
    room[path.length] = '\0';
    return room;
}

static void write_number(const struct netfront *n, const char *name, uint32_t value)
{
    char room[12];
    struct fs_text number = {.at = room, .capacity = sizeof room - 1};
    fs_text_format(&number, "%u", value);
    room[number.length] = '\0';
    store_write(path_of(n, name), room);
}

static uint32_t read_number(const char *text)
{
    uint32_t v = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        v = v * 10 + (uint32_t)(*text - '0');
    }
    return v;
}

/* "aa:bb:cc:dd:ee:ff" */
static void read_mac(uint8_t *mac, const char *text)
{
    for (unsigned i = 0; i < 12 && *text != '\0'; text++) {
        unsigned letter = (unsigned char)*text | 0x20u;
        bool digit = *text >= '0' && *text <= '9';
        if (digit || (letter >= 'a' && letter <= 'f')) {
            mac[i / 2] = (uint8_t)(mac[i / 2] << 4 | (digit ? letter - '0' : letter - 'a' + 10));
            i++;
        }
    }
}

bool netfront_find(struct netfront *n, const char *handle, uint8_t index)
{
    char room[24];
    size_t length = strlen(handle);
    if (length >= sizeof n->handle) {
        return false;
    }
    memcpy(n->handle, handle, length + 1);
    if (!store_read(path_of(n, "backend"), n->backend, sizeof n->backend)
        || !store_read(path_of(n, "backend-id"), room, sizeof room)) {
        return false;
    }
    n->domain = (uint16_t)read_number(room);
    store_read(path_of(n, "mac"), room, sizeof room);
    read_mac(n->device.mac, room);
    n->device.operations = &netfront_operations;
    n->device.index = index;
    n->device.frame_limit = FRAME_LIMIT;
    memcpy(n->name, "eth0", 5);
    n->name[3] = (char)('0' + index % 10);
    n->device.name = n->name;
    return true;
}

void netfront_open(struct netfront *n, uint32_t page_count)
{
    n->transmit = xen_pages(1);
    n->receive = xen_pages(1);
    n->pages = xen_pages(page_count);
    n->page_count = page_count;
    n->port = xen_port(n->domain);
    for (uint32_t i = 0; i < XEN_NET_SLOTS; i++) {
        n->free[n->free_count++] = (uint16_t)(XEN_NET_SLOTS - 1 - i);
    }
    /* io/ring.h: the first request and the first response are told. */
    n->transmit->head.request_event = n->transmit->head.response_event = 1;
    n->receive->head.request_event = n->receive->head.response_event = 1;
}

void netfront_start(struct netfront *n, struct fs_pool *pool, uintptr_t pool_start, uint32_t pool_grant)
{
    n->device.pool = pool;
    n->pool_start = pool_start;
    n->pool_grant = pool_grant;
    n->page_grant = xen_grant(n->domain, n->pages, n->page_count, true);
    netfront_post(n);
    write_number(n, "tx-ring-ref", xen_grant(n->domain, (const void *)(uintptr_t)n->transmit, 1, true));
    write_number(n, "rx-ring-ref", xen_grant(n->domain, (const void *)(uintptr_t)n->receive, 1, true));
    write_number(n, "event-channel", n->port);
    write_number(n, "request-rx-copy", 1);
    write_number(n, "feature-rx-notify", 1);
    write_number(n, "feature-no-csum-offload", 1);
    write_number(n, "state", XEN_BUS_CONNECTED);
}

void netfront_await(struct netfront *n)
{
    char path[NETFRONT_BACKEND_BYTES + 8], room[8];
    struct fs_text t = {.at = path, .capacity = sizeof path - 1};
    fs_text_format(&t, "%s/state", n->backend);
    path[t.length] = '\0';
    store_watch(path);
    for (;;) {
        store_read(path, room, sizeof room);
        uint32_t state = read_number(room);
        if (state == XEN_BUS_CONNECTED) {
            return;
        }
        if (state == 0 || state == XEN_BUS_CLOSING || state == XEN_BUS_CLOSED) {
            fs_panic("a network device's backend does not take it");
        }
        store_await();
    }
}
