/* abi.h: what Xen and its guests share: numbers and layouts of its public interface for 64-bit x86, as far as they are
 * used here. (xen/include/public: xen.h, memory.h, sched.h, event_channel.h, grant_table.h, hvm/params.h, io/ *.h.)
 */
#ifndef PVH_XEN_ABI_H
#define PVH_XEN_ABI_H

#include <stdint.h>

#include "../machine/clock.h"

enum { XEN_PAGE = 4096, XEN_SELF = 0x7ff0 /* DOMID_SELF */ };

/* Hypercalls of set-up; those that stay in reach are ring0/descriptors.h's. */
enum { XEN_MEMORY_OP = 12, XEN_EVENT_OP = 32, XEN_HVM_OP = 34 };

/* memory.h: puts a page of Xen's into the guest's memory, in place of what is there. */
enum { XEN_ADD_TO_PHYSMAP = 7, XEN_SPACE_SHARED_INFO = 0, XEN_SPACE_GRANTS = 1 };
struct xen_add_to_physmap {
    uint16_t domain, size;
    uint32_t space;
    uint64_t index, frame;
};

/* memory.h, and the BIOS's form of a memory map */
enum { XEN_READ_MEMORY_MAP = 9, XEN_MEMORY_RAM = 1, XEN_MEMORY_ENTRIES = 64 };
struct xen_memory_map {
    uint32_t count; /* room for so many; then, how many there are */
    void *entries;
};
struct xen_memory_entry {
    uint64_t at, size;
    uint32_t type;
} __attribute__((packed));

/* hvm/hvm_op.h, hvm/params.h */
enum { XEN_GET_PARAMETER = 1, XEN_STORE_FRAME = 1, XEN_STORE_PORT = 2, XEN_CONSOLE_FRAME = 17, XEN_CONSOLE_PORT = 18 };
struct xen_parameter {
    uint16_t domain, padding;
    uint32_t index;
    uint64_t value;
};

/* event_channel.h; a port that one other domain may bind to */
enum { XEN_ALLOCATE_UNBOUND = 6 };
struct xen_allocate_unbound {
    uint16_t domain, remote;
    uint32_t port;
};

/* sched.h: sleeps until one of the ports is pending or system time is `timeout` (0: no time). */
struct xen_poll {
    const uint32_t *ports;
    uint32_t count;
    uint64_t timeout;
};
enum { XEN_SHUTDOWN_OFF = 0, XEN_SHUTDOWN_CRASH = 3 };

/* xen.h */
struct xen_processor {
    uint8_t pending, masked, padding[6];
    uint64_t selector, architecture[2];
    struct clock_host_time time;
};
struct xen_shared_info {
    struct xen_processor processors[32];
    uint64_t pending[64], mask[64]; /* a bit a port */
    uint32_t wall_version, wall_seconds, wall_nanoseconds, wall_seconds_high;
};
_Static_assert(sizeof(struct xen_processor) == 64, "as xen.h lays it out");

/* grant_table.h, version 1 */
enum { XEN_GRANT_ACCESS = 1, XEN_GRANT_READ_ONLY = 4, XEN_GRANTS_RESERVED = 8, XEN_GRANTS_A_PAGE = 512 };
struct xen_grant {
    uint16_t flags, domain;
    uint32_t frame;
};

/* io/xs_wire.h */
enum { XEN_STORE_RING = 1024, XEN_STORE_PAYLOAD = 4096 };
enum {
    XEN_STORE_DIRECTORY = 1,
    XEN_STORE_READ = 2,
    XEN_STORE_WATCH = 4,
    XEN_STORE_WRITE = 11,
    XEN_STORE_WATCH_EVENT = 15,
    XEN_STORE_ERROR = 16,
};
struct xen_store_message {
    uint32_t type, request, transaction, length;
};
struct xen_store_rings {
    uint8_t request[XEN_STORE_RING], response[XEN_STORE_RING];
    uint32_t request_consumer, request_producer, response_consumer, response_producer;
};

/* io/console.h */
enum { XEN_CONSOLE_IN = 1024, XEN_CONSOLE_OUT = 2048 };
struct xen_console_rings {
    uint8_t in[XEN_CONSOLE_IN], out[XEN_CONSOLE_OUT];
    uint32_t in_consumer, in_producer, out_consumer, out_producer;
};

/* io/xenbus.h */
enum { XEN_BUS_INIT_WAIT = 2, XEN_BUS_CONNECTED = 4, XEN_BUS_CLOSING = 5, XEN_BUS_CLOSED = 6 };

/* io/ring.h and io/netif.h: requests and responses share their places. */
enum { XEN_NET_SLOTS = 256 };
enum { XEN_NET_MORE_DATA = 4, XEN_NET_EXTRA_INFO = 8 }; /* of both directions */
struct xen_ring_head {
    uint32_t request_producer, request_event, response_producer, response_event;
    uint8_t padding[48];
};
union xen_transmit_slot {
    struct {
        uint32_t grant;
        uint16_t offset, flags, id, size;
    } request;
    struct {
        uint16_t id;
        int16_t status;
    } response;
};
union xen_receive_slot {
    struct {
        uint16_t id, padding;
        uint32_t grant;
    } request;
    struct {
        uint16_t id, offset, flags;
        int16_t status; /* bytes, or below 0 */
    } response;
};
struct xen_transmit_ring {
    struct xen_ring_head head;
    union xen_transmit_slot slots[XEN_NET_SLOTS];
};
struct xen_receive_ring {
    struct xen_ring_head head;
    union xen_receive_slot slots[XEN_NET_SLOTS];
};
_Static_assert(sizeof(union xen_transmit_slot) == 12 && sizeof(union xen_receive_slot) == 8, "as netif.h lays it out");
_Static_assert(sizeof(struct xen_transmit_ring) <= XEN_PAGE, "a ring is a page");

#endif
