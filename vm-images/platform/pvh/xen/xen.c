/* xen.c: see xen.h. */
#include "xen.h"

#include <engine/platform.h>
#include <string.h>

#include "../boot/memory.h"
#include "../boot/pages.h"
#include "../ring0/descriptors.h"
#include "../ring0/ring0.h"

enum { LEAF_HYPERCALLS = 0x40000002, PORTS_MAX = 24, GRANT_PAGES = 32, PORT_BITS = 64 };

volatile struct xen_shared_info *xen_shared; /* NULL before xen_open() */
static uint32_t ports[PORTS_MAX]; /* that end sleeping */
static uint32_t port_count;
static volatile struct xen_grant *grants[GRANT_PAGES];
static uint32_t next_grant = XEN_GRANTS_RESERVED;

void *xen_pages(size_t count)
{
    void *at = memory_take(count * XEN_PAGE);
    if (at == NULL || ((uintptr_t)at & (XEN_PAGE - 1)) != 0) {
        fs_panic("no memory for what Xen shares");
    }
    return memset(at, 0, count * XEN_PAGE);
}

static uint64_t frame_of(const volatile void *page)
{
    return (uintptr_t)page / XEN_PAGE;
}

static void *place(uint32_t space, uint64_t index)
{
    void *page = xen_pages(1);
    struct xen_add_to_physmap request = {XEN_SELF, 0, space, index, frame_of(page)};
    if (ring0_hypercall(XEN_MEMORY_OP, XEN_ADD_TO_PHYSMAP, &request) != 0) {
        fs_panic("Xen refuses a page that it shares");
    }
    return page;
}

void xen_begin(void)
{
    ring0_write_msr(ring0_ask_cpuid(LEAF_HYPERCALLS).b, RING0_HYPERCALLS);
}

uintptr_t xen_memory_end(uintptr_t at)
{
    struct xen_memory_entry entries[XEN_MEMORY_ENTRIES];
    struct xen_memory_map request = {XEN_MEMORY_ENTRIES, entries};
    if (ring0_hypercall(XEN_MEMORY_OP, XEN_READ_MEMORY_MAP, &request) == 0) {
        for (uint32_t i = 0; i < request.count; i++) {
            if (entries[i].type == XEN_MEMORY_RAM && at - entries[i].at < entries[i].size) {
                return entries[i].at + entries[i].size;
            }
        }
    }
    return 0;
}

void xen_open(void)
{
    xen_shared = place(XEN_SPACE_SHARED_INFO, 0);
    for (unsigned i = 0; i < sizeof xen_shared->mask / sizeof xen_shared->mask[0]; i++) {
        xen_shared->mask[i] = UINT64_MAX; /* events end sleeping and do nothing else: no interrupt is ever wanted */
    }
}

uint64_t xen_parameter(uint32_t index)
{
    struct xen_parameter request = {XEN_SELF, 0, index, 0};
    return ring0_hypercall(XEN_HVM_OP, XEN_GET_PARAMETER, &request) == 0 ? request.value : 0;
}

void *xen_parameter_page(uint32_t index)
{
    uint64_t frame = xen_parameter(index);
    return frame != 0 ? pages_reach(frame * XEN_PAGE, XEN_PAGE) : NULL;
}

/* ---- event channels ---- */

uint32_t xen_port(uint16_t domain)
{
    struct xen_allocate_unbound request = {XEN_SELF, domain, 0};
    if (ring0_hypercall(XEN_EVENT_OP, XEN_ALLOCATE_UNBOUND, &request) != 0) {
        fs_panic("Xen refuses an event channel");
    }
    xen_listen(request.port);
    return request.port;
}

void xen_listen(uint32_t port)
{
    if (port_count == PORTS_MAX || port >= sizeof xen_shared->pending * 8) {
        fs_panic("more event channels than any machine has");
    }
    ports[port_count++] = port;
}

void xen_send(uint32_t port)
{
    ring0_xen(XEN_EVENT_SEND, &port);
}

void xen_heard(void)
{
    for (uint32_t i = 0; xen_shared != NULL && i < port_count; i++) {
        volatile uint64_t *word = &xen_shared->pending[ports[i] / PORT_BITS];
        uint64_t bit = UINT64_C(1) << ports[i] % PORT_BITS;
        if ((*word & bit) != 0) {
            __atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST);
        }
    }
}

void xen_sleep(uint64_t until)
{
    struct xen_poll poll = {ports, port_count, until};
    ring0_xen(XEN_SCHEDULER_POLL, &poll);
}

_Noreturn void xen_shutdown(uint32_t reason)
{
    for (;;) {
        ring0_xen(XEN_SCHEDULER_SHUTDOWN, &reason);
    }
}

/* ---- grants ---- */

uint32_t xen_grant(uint16_t domain, const void *pages, size_t count, bool writable)
{
    uint32_t first = next_grant;
    for (size_t i = 0; i < count; i++, next_grant++) {
        uint32_t page = next_grant / XEN_GRANTS_A_PAGE;
        if (page == GRANT_PAGES) {
            fs_panic("more grants than any machine has");
        }
        if (grants[page] == NULL) {
            grants[page] = place(XEN_SPACE_GRANTS, page);
        }
        volatile struct xen_grant *g = &grants[page][next_grant % XEN_GRANTS_A_PAGE];
        g->frame = (uint32_t)(frame_of(pages) + i);
        g->domain = domain;
        __atomic_store_n(&g->flags, writable ? XEN_GRANT_ACCESS : XEN_GRANT_ACCESS | XEN_GRANT_READ_ONLY, __ATOMIC_RELEASE);
    }
    return first;
}
