/* main.c: the process build, flowstream-engine (docs/contracts.md 7). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "click.h"
#include "describe.h"
#include "image.h"
#include "machine.h"
#include "write.h"

enum { EXIT_CONFIGURATION = 1, EXIT_USAGE = 2, EXIT_PANIC = 3, TEXT = 65536 };

_Noreturn void fs_panic(const char *text)
{
    fprintf(stderr, "PANIC %s\n", text);
    _Exit(EXIT_PANIC);
}

/* ---- the platform ---- */

static void *memory(void *context, size_t size)
{
    struct fs_machine *m = context;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        return NULL;
    }
    m->memory_given += size;
    return at;
}

static void release(void *context, void *at, size_t size)
{
    ((struct fs_machine *)context)->memory_given -= size;
    munmap(at, size);
}

static uint64_t now(void *context) { return fs_machine_now(context); }
static uint64_t steady(void *context) { return fs_machine_steady(context); }
static void stop(void *context) { ((struct fs_machine *)context)->stop_asked = true; }

static void log_line(void *context, const char *line, size_t length)
{
    if (((struct fs_machine *)context)->click) {
        fprintf(stderr, "%.*s\n", (int)length, line);
        return;
    }
    fprintf(stderr, "%.*s\n", (int)(length < 1000 ? length : 1000), line);
}

static void print_out(void *context, const char *bytes, size_t length)
{
    (void)context;
    fwrite(bytes, 1, length, stdout);
    fflush(stdout);
}

/* Prints lines, each as an ERROR of its own. */
static void print_errors(const struct fs_text *lines)
{
    size_t at = 0;
    while (at < lines->length) {
        size_t end = at;
        while (end < lines->length && lines->at[end] != '\n') {
            end++;
        }
        fprintf(stderr, "ERROR %.*s\n", (int)(end - at), lines->at + at);
        at = end + 1;
    }
    if (lines->missing > 0) {
        fprintf(stderr, "ERROR and more that does not fit here\n");
    }
}

static bool open_devices(struct fs_machine *m, const struct fs_options *o)
{
    bool all = true;
    for (unsigned i = 0; i < o->device_count; i++) {
        const struct fs_device_option *d = &o->devices[i];
        char why[300];
        struct fs_linux_device *device = d->kind == FS_DEVICE_TAP    ? fs_tap_open(d->name, why, sizeof(why))
                                       : d->kind == FS_DEVICE_PACKET ? fs_packet_open(d->name, why, sizeof(why))
                                                                     : fs_pcap_open(d->name, d->out, why, sizeof(why));
        if (device == NULL) {
            fprintf(stderr, "ERROR device %u: %s\n", i, why);
            all = false;
            continue;
        }
        device->machine = m;
        device->base.index = (uint8_t)i;
        device->base.pool = &m->pool;
        if (d->kind == FS_DEVICE_PCAP) {
            const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)i};
            memcpy(device->base.mac, mac, sizeof(mac));
            for (unsigned k = 0; o->macs[i] != NULL && k < sizeof(mac); k++) {
                device->base.mac[k] = (uint8_t)strtoul(o->macs[i] + 3 * (size_t)k, NULL, 16);
            }
        }
        m->devices[i] = device;
        m->bases[i] = &device->base;
    }
    m->platform.device_count = all ? o->device_count : 0;
    return all;
}

static bool close_devices(struct fs_machine *m)
{
    bool whole = true;
    for (unsigned i = 0; i < FS_OPTIONS_DEVICES; i++) {
        if (m->devices[i] != NULL) {
            whole &= m->devices[i]->close(m->devices[i]);
            m->devices[i] = NULL;
        }
    }
    return whole;
}

/* Virtual time begins with the first frame; without any, where Click's begins. */
static void set_clock(struct fs_machine *m, uint64_t from)
{
    uint64_t first = UINT64_MAX;
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        uint64_t at = m->devices[i]->next != NULL && m->simtime ? m->devices[i]->next(m->devices[i]) : UINT64_MAX;
        first = at < first ? at : first;
    }
    m->virtual_now = from != 0                            ? from
                   : first != UINT64_MAX && first != 0 ? first
                                                       : 1000000000000000000u;
    m->last_activity = m->last_arrival = m->virtual_now;
}

static bool open_machine(struct fs_machine *m, const struct fs_options *o)
{
    uint32_t object = o->packet_size != 0 ? o->packet_size : o->click ? FS_LINUX_LARGE_PACKET : FS_PACKET_SIZE;
    size_t least = fs_pool_bytes_of(FS_LINUX_PACKETS, object);
    size_t bytes = o->click && least < FS_CLICK_POOL ? FS_CLICK_POOL : least;
    m->platform = (struct fs_platform){.context = m, .memory = memory, .release = release, .now = now, .steady = steady,
                                       .log = log_line, .print = print_out, .stop = stop,
                                       .install = o->click ? NULL : fs_machine_install,
                                       .scrub = fs_machine_scrub, .files = &fs_linux_files, .watch = fs_machine_watch,
                                       .raise = fs_machine_raise, .process = getpid(),
                                       .click_form = o->click, .pool = &m->pool, .devices = m->bases};
    m->simtime = o->simtime;
    m->platform.rounds_a_time = o->simtime ? 1 : 128;
    m->click = o->click;
    m->stop_when_idle = o->stop_when_idle;
    m->platform.seed = o->seed;
    m->seeded = o->seeded;
    if (!o->seeded && getrandom(&m->platform.seed, sizeof(m->platform.seed), 0) < 0) {
        m->platform.seed = fs_machine_now(m);
    }
    void *region = memory(m, bytes);
    if (region == NULL && o->click) { /* where memory may not be promised twice */
        bytes = least;
        region = memory(m, bytes);
    }
    if (region == NULL) {
        fprintf(stderr, "ERROR out of memory\n");
        return false;
    }
    fs_pool_init_of(&m->pool, region, bytes, object);
    return open_devices(m, o);
}

static bool open_streams(struct fs_machine *m, const struct fs_options *o, const char *ready)
{
    char why[300];
    fs_control_init(&m->control, &m->platform, m->router);
    fs_health_init(&m->health, m->router, ready);
    if ((o->control != NULL && !fs_stream_open(&m->streams[0], o->control, &m->control.service, why, sizeof(why)))
        || (o->health != NULL && !fs_stream_open(&m->streams[1], o->health, &m->health.service, why, sizeof(why)))) {
        fprintf(stderr, "ERROR %s\n", why);
        return false;
    }
    return true;
}

/* ---- handlers that are read at the end ---- */

static bool check_reads(struct fs_machine *m, const struct fs_options *o)
{
    bool all = true;
    for (unsigned i = 0; i < o->read_count; i++) {
        if (fs_router_check(m->router, o->reads[i], false) != FS_HANDLER_OK) {
            fprintf(stderr, "ERROR --read %s: no such read handler\n", o->reads[i]);
            all = false;
        }
    }
    return all;
}

static bool print_read(struct fs_machine *m, const char *handler)
{
    for (size_t size = TEXT;;) {
        char *buffer = malloc(size);
        if (buffer == NULL) {
            return false;
        }
        struct fs_text value = {.at = buffer, .capacity = size};
        fs_router_read(m->router, handler, "", &value);
        if (value.missing == 0) {
            printf("%s:\n%.*s\n\n", handler, (int)value.length, value.at);
            free(buffer);
            return true;
        }
        size = value.length + value.missing;
        free(buffer);
    }
}

/* ---- the run ---- */

static bool load(struct fs_machine *m)
{
    static char lines[TEXT];
    struct fs_text error = {.at = lines, .capacity = sizeof(lines)};
    m->router = fs_router_load(&m->platform, m->image.part, m->image.part_length, &error);
    if (m->router == NULL || fs_router_start(m->router, &error) != 0) {
        if (m->click) {
            fprintf(stderr, "%.*sRouter could not be initialized!\n", (int)error.length, error.at);
        } else {
            print_errors(&error);
        }
        return false;
    }
    return true;
}

static int run(struct fs_machine *m, const struct fs_options *o, uint64_t begun)
{
    char line[FS_READY_LINE + 1];
    m->boot_us = m->simtime ? 0 : (fs_machine_steady(m) - begun) / 1000;
    fs_machine_ready(m, line);
    if (m->click) {
        return open_streams(m, o, line) ? fs_click_run(m, o) : EXIT_CONFIGURATION;
    }
    if (!check_reads(m, o) || !fs_write_handlers(m->router, o) || !open_streams(m, o, line)) {
        return EXIT_CONFIGURATION;
    }
    char why[300];
    m->trace = o->trace != NULL ? fs_trace_begin(m->router, o->trace, why, sizeof(why)) : NULL;
    if (o->trace != NULL && m->trace == NULL) {
        fprintf(stderr, "ERROR %s\n", why);
        return EXIT_CONFIGURATION;
    }
    fprintf(stderr, "%s\n", line);
    fprintf(stderr, "STOP %s\n", fs_machine_run(m));
    bool whole = fs_trace_end(m->trace);
    m->trace = NULL;
    for (unsigned i = 0; i < o->read_count; i++) {
        whole &= print_read(m, o->reads[i]);
    }
    return whole && fflush(stdout) == 0 ? 0 : EXIT_CONFIGURATION;
}

static int run_image(const struct fs_options *o)
{
    static struct fs_machine machine;
    struct fs_machine *m = &machine;
    char why[300];
    uint64_t begun = fs_machine_steady(m);
    bool good = open_machine(m, o);
    if (fs_image_open(&m->image, o->image, why, sizeof(why)) != 0) {
        fprintf(stderr, "ERROR %s: %s\n", o->image, why);
        good = false;
    }
    set_clock(m, o->simtime_from);
    m->platform.started = m->simtime ? m->virtual_now : begun;
    int status = good && load(m) ? run(m, o, begun) : EXIT_CONFIGURATION;
    fs_stream_close(&m->streams[0]);
    fs_stream_close(&m->streams[1]);
    fs_router_unload(m->router);
    bool whole = close_devices(m);
    fs_image_close(&m->image);
    return whole || status != 0 ? status : EXIT_CONFIGURATION;
}

int main(int argc, char **argv)
{
    struct fs_options options;
    if (fs_options_parse(&options, argc, argv, stderr) > 0) {
        fprintf(stderr, "try flowstream-engine --help\n");
        return EXIT_USAGE;
    }
    switch (options.action) {
    case FS_ACTION_PRINT_CLASSES:
        fs_describe_classes(stdout);
        break;
    case FS_ACTION_VERSION:
        puts("flowstream-engine " FS_RUNTIME_VERSION);
        break;
    case FS_ACTION_HELP:
        fs_options_usage(stdout);
        break;
    case FS_ACTION_RUN:
        return run_image(&options);
    }
    return fflush(stdout) == 0 ? 0 : EXIT_CONFIGURATION;
}
