/* main.c: the machine's one program: set up, load the configuration that the image carries, say READY, run it. */
#include <control/control.h>
#include <control/health.h>
#include <engine/router.h>
#include <flowstream/handler.h>

#include "boot/memory.h"
#include "machine/clock.h"
#include "machine/end.h"
#include "machine/machine.h"
#include "machine/ready.h"
#include "machine/serial.h"
#include "machine/simtime.h"

static struct machine machine;
static struct fs_control control;
static struct fs_health health;
static struct fs_router *router;
static bool stopping;

static uint64_t now(void *context)
{
    (void)context;
    return clock_now();
}

static uint64_t steady(void *context)
{
    (void)context;
    return clock_steady();
}

static void log_line(void *context, const char *line, size_t length)
{
    (void)context;
    serial_log(line, length, clock_steady());
}

static void stop(void *context)
{
    (void)context;
    stopping = true; /* once the reply is out */
}

static void install(void *context, struct fs_router *newer);
static const char *scrub(void *context)
{
    (void)context;
    return machine_scrub(&machine);
}

static struct fs_platform platform = {
    .memory = memory_allocate,
    .release = memory_release,
    .now = now,
    .steady = steady,
    .rounds_a_time = 32,
    .log = log_line,
    .stop = stop,
    .install = install,
    .scrub = scrub,
    .pool = &machine.pool,
    .devices = machine.devices,
};

static void install(void *context, struct fs_router *newer)
{
    (void)context;
    router = control.router = newer;
    fs_health_swap(&health, newer, ready_again(&machine, newer));
    platform.seed = (platform.seed + clock_steady()) * UINT64_C(0x9e3779b97f4a7c15);
}

/* All that is wrong, in one line: "A; B". */
static _Noreturn void refuse(struct fs_text *error)
{
    while (error->length > 0 && error->at[error->length - 1] == '\n') {
        error->length--;
    }
    char room[SERIAL_LINE_MAX];
    struct fs_text line = {.at = room, .capacity = sizeof room};
    for (size_t i = 0; i < error->length; i++) {
        if (error->at[i] == '\n') {
            fs_text_string(&line, "; ");
        } else {
            fs_text_char(&line, error->at[i]);
        }
    }
    end_error(line.at, line.length);
}

static struct fs_router *start_router(void)
{
    char room[2 * SERIAL_LINE_MAX];
    struct fs_text error = {.at = room, .capacity = sizeof room};
    if (machine.image == NULL) {
        fs_text_string(&error, "no configuration in this image");
        refuse(&error);
    }
    struct fs_router *r = fs_router_load(&platform, machine.image, machine.image_length, &error);
    if (r == NULL || fs_router_start(r, &error) != 0) {
        refuse(&error);
    }
    return r;
}

_Noreturn void pvh_main(uint64_t start_info, uint64_t started); /* called by entry.S */

_Noreturn void pvh_main(uint64_t start_info, uint64_t started)
{
    machine_open(&machine, start_info, started);
    platform.device_count = machine.device_count;
    platform.started = clock_steady();
    platform.seed = started;
    simtime_open(machine.command_line, &platform);
    router = start_router();
    fs_health_init(&health, router, ready_say(&machine, router));
    fs_control_init(&control, &platform, router);
    machine_settle(&machine, &control.service, &health.service);
    for (;;) {
        if (simtime_frames > 0 && machine_frames(&machine) >= simtime_frames) {
            simtime_frames = 0;
        }
        bool more = simtime_frames == 0 && fs_router_run_once(router);
        more |= machine_poll(&machine);
        if (control.held) { /* a scrub is done but for this; then its answer goes out */
            machine_clear_stack();
            control.held = false;
            more = true;
        }
        if (stopping) {
            machine_flush(&machine);
            end_stop("control");
        }
        uint64_t until = fs_router_next_timer(router);
        if (!more && !simtime_jump(&until)) {
            machine_sleep(&machine, until);
        }
    }
}
