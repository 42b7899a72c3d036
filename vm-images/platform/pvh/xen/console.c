/* console.c: see console.h. */
#include "console.h"

#include <control/framed.h>
#include <string.h>

#include "../machine/clock.h"
#include "../machine/io.h"
#include "../machine/serial.h"
#include "../ring0/ring0.h"
#include "xen.h"

enum { DEBUG_PORT = 0xe9 };
_Static_assert((size_t)XEN_CONSOLE_OUT >= (size_t)FS_FRAMED_ROOM, "a line fits into the ring");
/* The console daemon may have to wait for a processor. */
enum { FLUSH_LOOKS = 1000, FLUSH_LOOK_NS = 1000000 };

static volatile struct xen_console_rings *rings; /* NULL: none */
static uint32_t port;
static struct fs_framed framed;

static void log_to_port(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out8(DEBUG_PORT, (uint8_t)bytes[i]);
    }
}

void console_serve(struct fs_service *control, struct fs_service *health)
{
    fs_framed_serve(&framed, control, health);
}

/* Counters run on; a place in a ring is what is left modulo its size. What the other side claims is bounded. */
static bool move_input(void)
{
    uint32_t at = rings->in_consumer, n = __atomic_load_n(&rings->in_producer, __ATOMIC_ACQUIRE) - at;
    uint8_t bytes[XEN_CONSOLE_IN];
    n = n <= XEN_CONSOLE_IN ? n : 0;
    for (uint32_t i = 0; i < n; i++) {
        bytes[i] = rings->in[(at + i) % XEN_CONSOLE_IN];
    }
    uint32_t taken = (uint32_t)fs_framed_input(&framed, bytes, n);
    __atomic_store_n(&rings->in_consumer, at + taken, __ATOMIC_RELEASE);
    return taken > 0;
}

static bool move_output(size_t (*output)(struct fs_framed *f, uint8_t *to, size_t room))
{
    uint32_t at = rings->out_producer, used = at - __atomic_load_n(&rings->out_consumer, __ATOMIC_ACQUIRE);
    uint8_t bytes[XEN_CONSOLE_OUT];
    size_t n = output(&framed, bytes, used <= XEN_CONSOLE_OUT ? XEN_CONSOLE_OUT - used : 0);
    for (size_t i = 0; i < n; i++) {
        rings->out[(at + i) % XEN_CONSOLE_OUT] = bytes[i];
    }
    __atomic_store_n(&rings->out_producer, at + (uint32_t)n, __ATOMIC_RELEASE);
    return n > 0;
}

bool console_poll(void)
{
    if (rings == NULL) {
        return false;
    }
    bool any = move_input() | move_output(fs_framed_output);
    if (any) {
        xen_send(port);
    }
    return any;
}

/* Who speaks may be a service's handler, so services are not called; nor does a line wait for the next round, since the
 * machine may not see one. */
static void log_to_console(const char *bytes, size_t count)
{
    fs_framed_log(&framed, bytes, count);
    if (move_output(fs_framed_output_log)) {
        xen_send(port);
    }
}

void console_open(void)
{
    rings = xen_parameter_page(XEN_CONSOLE_FRAME);
    port = (uint32_t)xen_parameter(XEN_CONSOLE_PORT);
    if (rings != NULL && port != 0) {
        xen_listen(port);
        serial_divert(log_to_console);
    } else {
        rings = NULL;
        ring0_keep_ports(DEBUG_PORT, 1);
        serial_divert(log_to_port);
    }
}

/* Until the console daemon has taken all: what is in the ring when the domain ends is lost. */
static void flush(bool log_alone)
{
    for (unsigned looks = 0; rings != NULL && looks < FLUSH_LOOKS; looks++) {
        xen_heard();
        if (log_alone ? move_output(fs_framed_output_log) : console_poll()) {
            xen_send(port);
        }
        bool waits = log_alone ? fs_framed_log_waits(&framed) : fs_framed_busy(&framed);
        if (!waits && rings->out_consumer == rings->out_producer) {
            return;
        }
        xen_sleep(clock_steady() + FLUSH_LOOK_NS);
    }
}

void console_flush(void)
{
    flush(false);
}

void console_flush_log(void)
{
    flush(true);
}

__attribute__((cold)) void console_scrub(void)
{
    fs_framed_scrub(&framed);
    if (rings == NULL) {
        return;
    }
    for (uint32_t i = rings->in_producer; i != rings->in_consumer + XEN_CONSOLE_IN; i++) {
        rings->in[i % XEN_CONSOLE_IN] = 0;
    }
    for (uint32_t i = rings->out_producer; i != rings->out_consumer + XEN_CONSOLE_OUT; i++) {
        rings->out[i % XEN_CONSOLE_OUT] = 0;
    }
}
