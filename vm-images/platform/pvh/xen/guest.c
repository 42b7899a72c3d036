/* guest.c: see guest.h. */
#include "guest.h"

#include <string.h>

#include "../boot/memory.h"
#include "../machine/clock.h"
#include "../machine/end.h"
#include "console.h"
#include "netfront.h"
#include "store.h"
#include "xen.h"

enum {
    NAMES_BYTES = 512,
    /* Of the memory that there is, one part in so many may hold frames that wait to be received. */
    RECEIVE_SHARE = 16,
    PAGES_LEAST = 16,
};
#define NS_PER_S UINT64_C(1000000000)
#define SCRUB_NS UINT64_C(20000000)

static struct netfront *nets;
static uint32_t net_count;
static const char asked_to_end[] = "control/shutdown";

void guest_begin(void)
{
    xen_begin();
    console_open();
}

/* ---- devices ---- */

static bool comes_before(const char *a, const char *b)
{
    size_t x = strlen(a), y = strlen(b);
    return x != y ? x < y : memcmp(a, b, x) < 0;
}

/* Of these names, each with a NUL behind it, the least that comes after another one (NULL: of all); names are numbers. */
static const char *next_name(const char *names, const char *after)
{
    const char *found = NULL;
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1) {
        if ((after == NULL || comes_before(after, name)) && (found == NULL || comes_before(name, found))) {
            found = name;
        }
    }
    return found;
}

static void find_devices(struct machine *m)
{
    char names[NAMES_BYTES];
    nets = xen_pages((MACHINE_DEVICES * sizeof *nets + XEN_PAGE - 1) / XEN_PAGE);
    store_list("device/vif", names, sizeof names);
    const char *name = NULL;
    while (net_count < MACHINE_DEVICES && (name = next_name(names, name)) != NULL) {
        struct netfront *n = &nets[net_count];
        if (netfront_find(n, name, (uint8_t)net_count)) { /* else its place is the next one's */
            m->devices[net_count++] = &n->device;
        }
    }
    m->device_count = net_count;
    for (uint32_t i = 0; i < net_count; i++) {
        size_t pages = memory_left() / RECEIVE_SHARE / XEN_PAGE / net_count;
        pages = pages < PAGES_LEAST ? PAGES_LEAST : pages > XEN_NET_SLOTS ? XEN_NET_SLOTS : pages;
        netfront_open(&nets[i], (uint32_t)pages);
    }
}

void guest_open(struct machine *m, uint64_t started)
{
    xen_open();
    clock_open_host(started, &xen_shared->processors[0].time,
                    (xen_shared->wall_seconds | (uint64_t)xen_shared->wall_seconds_high << 32) * NS_PER_S
                        + xen_shared->wall_nanoseconds);
    if (store_open()) {
        find_devices(m);
    }
}

void guest_start(struct machine *m, const void *region, size_t bytes)
{
    uintptr_t start = (uintptr_t)region & ~(uintptr_t)(XEN_PAGE - 1);
    size_t pages = ((uintptr_t)region + bytes - start + XEN_PAGE - 1) / XEN_PAGE;
    for (uint32_t i = 0; i < net_count; i++) {
        struct netfront *n = &nets[i], *like = nets;
        while (like->domain != n->domain) {
            like++;
        }
        netfront_start(n, &m->pool, start,
                       like != n ? like->pool_grant : xen_grant(n->domain, (const void *)start, pages, false));
    }
    store_settle();
    for (uint32_t i = 0; i < net_count; i++) {
        netfront_await(&nets[i]);
    }
}

void guest_settle(struct fs_service *control, struct fs_service *health)
{
    console_serve(control, health);
    if (store_found()) {
        store_write("control/feature-poweroff", "1");
        store_settle();
        store_watch(asked_to_end);
    }
}

/* ---- the loop ---- */

/* docs/misc/xenstore-paths.pandoc, ~/control/shutdown: who is asked clears it and ends. A restart or a suspension is not
 * ours to do: whoever wants one asks again in another way when nothing comes of it. */
static void heed_shutdown(void)
{
    char asked[16];
    store_read(asked_to_end, asked, sizeof asked);
    if (strcmp(asked, "poweroff") == 0 || strcmp(asked, "halt") == 0) {
        store_write(asked_to_end, "");
        store_settle();
        end_stop("power-button");
    }
}

bool guest_poll(void)
{
    bool any = console_poll();
    for (uint32_t i = 0; i < net_count; i++) {
        any |= netfront_poll(&nets[i]);
    }
    if (store_changed()) {
        heed_shutdown();
    }
    return any;
}

uint32_t guest_frames(void)
{
    uint32_t frames = 0;
    for (uint32_t i = 0; i < net_count; i++) {
        frames += netfront_frames(&nets[i]);
    }
    return frames;
}

__attribute__((cold)) const char *guest_scrub(struct machine *m)
{
    uint64_t until = clock_steady() + SCRUB_NS;
    for (uint32_t i = 0; i < net_count; i++) {
        while (!netfront_scrub(&nets[i])) {
            if (clock_steady() > until) {
                return "a device still holds frames that are to be sent";
            }
        }
    }
    bool whole = m->pool.free_count == m->pool.size;
    fs_pool_scrub(&m->pool);
    console_scrub();
    return whole ? NULL : "packets are missing from the pool";
}

void guest_sleep(struct machine *m, uint64_t until)
{
    bool sleep = true;
    xen_heard();
    for (uint32_t i = 0; i < net_count; i++) {
        netfront_tidy(&nets[i]);
        sleep &= netfront_sleep(&nets[i]);
    }
    if (sleep && !machine_poll(m)) {
        xen_sleep(until);
    }
}

void guest_flush(void)
{
    console_flush();
}

_Noreturn void guest_off(void)
{
    console_flush_log();
    xen_shutdown(XEN_SHUTDOWN_OFF);
}

_Noreturn void guest_crash(void)
{
    console_flush_log();
    xen_shutdown(XEN_SHUTDOWN_CRASH);
}
