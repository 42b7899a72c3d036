/* machine.c: see machine.h. */
#include "machine.h"

#include <string.h>

#include "../boot/layout.h"
#include "../boot/memory.h"
#include "../boot/pages.h"
#include "../boot/start_info.h"
#include "../ring0/ring0.h"
#include "../xen/guest.h"
#include "../xen/xen.h"
#include "acpi.h"
#include "clock.h"
#include "end.h"
#include "hypervisor.h"
#include "io.h"
#include "lapic.h"
#include "pci.h"
#include "power.h"
#include "serial.h"

enum {
    VIRTIO_VENDOR = 0x1af4,
    VIRTIO_NET_TRANSITIONAL = 0x1000,
    VIRTIO_NET = 0x1041,
    VIRTIO_CONSOLE_TRANSITIONAL = 0x1003,
    VIRTIO_CONSOLE = 0x1043,
    TIMER_PORT = 0x43,
    TIMER_STOP = 0x30, /* channel 0, mode 0, no count: it never fires (8254) */
    POOL_MOST = 4096,
    /* Of the packets that there are, one in so many may wait in one device's receive ring. */
    POSTED_SHARE = 8,
};
#define IMAGE_MAGIC UINT64_C(0x314547414d495346) /* "FSIMAGE1" */
#define SLEEP_MAX ((uint64_t)LAPIC_NS_PER_TICK * (UINT32_MAX - 1)) /* ns */
/* By our clock the timer fires up to this part of its span early: its own clock is another one of the host's, which differ
 * by 500 in a million where time is being corrected, and ours was measured. */
#define TIMER_EARLY 256
#define FLUSH_NS UINT64_C(20000000)

static bool on_xen(void)
{
    return FS_HARDLY(hypervisor == HYPERVISOR_XEN);
}

static struct machine *walked; /* the machine that pci_walk() fills */

/* The segment that the image builder put behind the runtime (contracts.md, section 3). */
static void find_image(struct machine *m)
{
    enum { HEADER_BYTES = 64, LENGTH_AT = 8 };
    uint64_t magic;
    uint32_t length;
    memcpy(&magic, image_start, sizeof magic);
    memcpy(&length, image_start + LENGTH_AT, sizeof length);
    if ((magic == IMAGE_MAGIC) & (length >= HEADER_BYTES) & (length <= m->memory_end - (uintptr_t)image_start)) {
        m->image = image_start;
        m->image_length = length;
    }
}

static bool is_virtio(uint32_t vendor_device, uint32_t modern, uint32_t transitional)
{
    return (vendor_device == (modern << 16 | VIRTIO_VENDOR)) | (vendor_device == (transitional << 16 | VIRTIO_VENDOR));
}

static void found_function(pci_function f, uint32_t vendor_device)
{
    struct machine *m = walked;
    if (is_virtio(vendor_device, VIRTIO_NET, VIRTIO_NET_TRANSITIONAL)) {
        struct net *n = &m->nets[m->net_count];
        if (m->net_count < MACHINE_DEVICES) {
            m->devices[m->net_count] = &n->device;
            m->net_count += net_open(n, f, (uint8_t)m->net_count); /* else its place is the next one's */
        }
    } else if (is_virtio(vendor_device, VIRTIO_CONSOLE, VIRTIO_CONSOLE_TRANSITIONAL)) {
        m->console = f; /* for machine_settle() */
    }
}

/* Half of the memory that is left is the pool's: what elements ask for is not known yet. */
static void open_pool(struct machine *m)
{
    size_t bytes = memory_left() / 2;
    size_t most = fs_pool_bytes(POOL_MOST);
    bytes = (bytes < most ? bytes : most) & ~(size_t)4095; /* Xen's pages follow */
    void *region = memory_take(bytes);
    if (region == NULL) {
        end_panic("no memory for packets");
    }
    uint32_t count = fs_pool_init(&m->pool, region, bytes);
    for (uint32_t i = 0; i < m->net_count; i++) {
        net_start(&m->nets[i], &m->pool, (uint16_t)(count / POSTED_SHARE / m->net_count * 2));
    }
    if (on_xen()) {
        guest_start(m, region, bytes);
    }
}

void machine_open(struct machine *m, uint64_t start_info_at, uint64_t started)
{
    if (hypervisor_find() == HYPERVISOR_XEN) {
        guest_begin();
    } else {
        serial_open();
    }
    struct start_info info = start_info_read(start_info_at);
    if (on_xen() && info.memory_end == 0) {
        info.memory_end = xen_memory_end((uintptr_t)image_start);
    }
    m->memory_end = info.memory_end & ~(uintptr_t)4095;
    if (m->memory_end < (uintptr_t)image_start + 4096) {
        end_panic("the loader gave no memory map");
    }
    m->command_line = info.command_line;
    pages_reach((uintptr_t)image_start, m->memory_end - (uintptr_t)image_start);
    find_image(m);
    m->image_end = ((uintptr_t)image_start + m->image_length + 4095) & ~(uintptr_t)4095;
    memory_open(info.end > m->image_end && info.end < m->memory_end ? info.end : m->image_end, m->memory_end);

    if (on_xen()) {
        guest_open(m, started);
        open_pool(m);
        return;
    }
    clock_open(started);
    acpi_open(info.acpi_root);
    pci_open(m->memory_end);
    walked = m;
    pci_walk(found_function);
    m->device_count = m->net_count;
    open_pool(m);
    clock_settle();
}

void machine_settle(struct machine *m, struct fs_service *control, struct fs_service *health)
{
    static const char *const names[CHANNEL_COUNT] = {"org.flowstream.control.0", "org.flowstream.health.0"};
    struct fs_service *const services[CHANNEL_COUNT] = {control, health};
    if (on_xen()) {
        guest_settle(control, health);
        ring0_close(pages_build(m->image_end, m->memory_end), ring0_xen_service);
        return;
    }
    ring0_keep_ports(SERIAL_PORT, SERIAL_PORTS);
    lapic_open();
    for (uint32_t i = 0; i < m->net_count; i++) {
        virtio_interrupt(&m->nets[i].virtio);
        net_tidy(&m->nets[i]);
    }
    out8(TIMER_PORT, TIMER_STOP);
    clock_open_pm_timer(acpi_tables()->pm_timer);
    power_open();
    if (m->console != 0 && channels_find(&m->channels, m->console)) {
        virtio_interrupt(&m->channels.virtio);
    }
    ring0_close(pages_build(m->image_end, m->memory_end), ring0_halt);
    channels_open(&m->channels, names, services);
}

void machine_flush(struct machine *m)
{
    if (on_xen()) {
        guest_flush();
        return;
    }
    uint64_t until = clock_steady() + FLUSH_NS;
    while (channels_busy(&m->channels) && clock_steady() < until) {
        channels_poll(&m->channels);
    }
}

/* What earlier calls left on the stack. Words that are zero already are not written: the host need not find memory for
 * what was never used. */
__attribute__((noinline, cold)) void machine_clear_stack(void)
{
    uint64_t *end = __builtin_frame_address(0);
    enum { OWN = 32 }; /* of this call, below its frame's address */
    for (volatile uint64_t *at = (uint64_t *)(void *)stack_start; at < end - OWN; at++) {
        if (*at != 0) {
            *at = 0;
        }
    }
}

__attribute__((cold)) const char *machine_scrub(struct machine *m)
{
    if (on_xen()) {
        return guest_scrub(m);
    }
    uint64_t until = clock_steady() + FLUSH_NS;
    uint32_t away = 0;
    for (uint32_t i = 0; i < m->net_count; i++) {
        while (!net_scrub(&m->nets[i])) {
            if (clock_steady() > until) {
                return "a device still holds frames that are to be sent";
            }
        }
        away += m->nets[i].posted;
    }
    bool whole = m->pool.free_count + away == m->pool.size;
    fs_pool_scrub(&m->pool);
    channels_scrub(&m->channels);
    return whole ? NULL : "packets are missing from the pool";
}

bool machine_poll(struct machine *m)
{
    if (on_xen()) {
        return guest_poll();
    }
    bool any = channels_poll(&m->channels);
    for (uint32_t i = 0; i < m->net_count; i++) {
        any |= net_poll(&m->nets[i]);
    }
    return any;
}

uint32_t machine_frames(struct machine *m)
{
    uint32_t frames = on_xen() ? guest_frames() : 0;
    for (uint32_t i = 0; i < m->net_count; i++) {
        frames += queue_done(&m->nets[i].receive);
    }
    return frames;
}

/* Sets the timer for a steady time, if it is not set for one as early already. */
static bool set_timer(uint64_t until)
{
    static uint64_t set_for, fires;
    uint64_t now = clock_steady();
    if (fires <= now) {
        set_for = 0; /* it has fired, or is about to */
    }
    if (until == 0 || (set_for != 0 && set_for <= until)) {
        return true;
    }
    if (until <= now) {
        return false;
    }
    uint64_t span = until - now < SLEEP_MAX ? until - now : SLEEP_MAX;
    lapic_timer((uint32_t)(span / LAPIC_NS_PER_TICK) + 1);
    set_for = now + span;
    fires = set_for - span / TIMER_EARLY;
    return true;
}

void machine_sleep(struct machine *m, uint64_t until)
{
    if (on_xen()) {
        guest_sleep(m, until);
        return;
    }
    clock_refine();
    bool sleep = channels_sleep(&m->channels);
    for (uint32_t i = 0; i < m->net_count; i++) {
        net_tidy(&m->nets[i]);
    }
    for (uint32_t i = 0; i < m->net_count; i++) {
        sleep &= net_sleep(&m->nets[i]);
    }
    if (!sleep || machine_poll(m) || !set_timer(until)) {
        return;
    }
    uint32_t wake = interrupts_wake, sci = interrupts_sci;
    ring0_sleep();
    if (interrupts_sci != sci) {
        if (power_button_pressed()) {
            end_stop("power-button");
        }
        lapic_end_of_interrupt();
    }
    for (uint32_t n = interrupts_wake - wake; n > 0; n--) {
        lapic_end_of_interrupt();
    }
}
