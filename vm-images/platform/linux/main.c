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
#include "log_file.h"
#include "machine.h"
#include "program.h"
#include "write.h"
#include "sandbox.h"
#include "supervised.h"

enum { EXIT_CONFIGURATION = 1, EXIT_USAGE = 2, EXIT_PANIC = 3, EXIT_HOST = 4, TEXT = 65536 };
/* Where an image ends in a machine's memory when the file does not tell. */
enum { MACHINE_IMAGE_END = 2 << 20 };

/* Of a supervised process, once it may open no more; else standard error has its lines. */
static struct fs_log_file *log_file;

/* Prints WORD and text (length bytes) as one line. */
static void say(const char *word, const char *text, size_t length)
{
    if (log_file != NULL) {
        fs_log_say(log_file, word, text, length);
    } else {
        fprintf(stderr, "%s%s%.*s\n", word, *word != '\0' ? " " : "", (int)length, text);
    }
}

_Noreturn void fs_panic(const char *text)
{
    say("PANIC", text, strlen(text));
    _Exit(EXIT_PANIC);
}

/* ---- the platform ---- */

static void *memory(void *context, size_t size)
{
    struct fs_machine *m = context;
    if (m->memory_most != 0 && (size > m->memory_most || m->memory_given > m->memory_most - size)) {
        return NULL;
    }
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
    if (log_file != NULL) {
        fs_log_element(log_file, line, length, fs_machine_steady(context));
        return;
    }
    say("", line, length < FS_LOG_LINE ? length : FS_LOG_LINE);
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
        say("ERROR", lines->at + at, end - at);
        at = end + 1;
    }
    if (lines->missing > 0) {
        const char *more = "and more that does not fit here";
        say("ERROR", more, strlen(more));
    }
}

static struct fs_linux_device *open_device(const struct fs_device_option *d, char *why, size_t why_size)
{
    switch (d->kind) {
    case FS_DEVICE_TAP:
        return fs_tap_open(d->name, why, why_size);
    case FS_DEVICE_PACKET:
        return fs_packet_open(d->name, why, why_size);
    case FS_DEVICE_RING:
        return fs_ring_open(d->name, why, why_size);
    case FS_DEVICE_XDP:
        return fs_xdp_open(d->name, why, why_size);
    case FS_DEVICE_AUTO:
        return fs_auto_open(d->name, why, why_size);
    case FS_DEVICE_PCAP:
    case FS_DEVICE_NONE:
        break;
    }
    return fs_pcap_open(d->name, d->out, why, why_size);
}

static bool open_devices(struct fs_machine *m, const struct fs_options *o)
{
    bool all = true;
    for (unsigned i = 0; i < o->device_count; i++) {
        const struct fs_device_option *d = &o->devices[i];
        char why[FS_DEVICE_WHY];
        struct fs_linux_device *device = open_device(d, why, sizeof(why));
        if (device == NULL) {
            fprintf(stderr, "ERROR device %u: %s\n", i, why);
            all = false;
            continue;
        }
        device->machine = m;
        device->base.index = (uint8_t)i;
        device->base.pool = &m->pool;
        if (d->addressed) {
            memcpy(device->base.mac, d->mac, sizeof(d->mac));
        }
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

/* With --memory: the pool that a machine would have (machine.c there), and as much is left for elements. */
static size_t share_memory(struct fs_machine *m, const struct fs_options *o, uint64_t image_end)
{
    uint64_t most = fs_pool_bytes(FS_LINUX_PACKETS), all = (uint64_t)o->memory_mib << 20;
    uint64_t taken = image_end != 0 ? image_end : MACHINE_IMAGE_END;
    m->memory_most = all > taken ? all - taken : 1;
    return m->memory_most / 2 < most ? m->memory_most / 2 : most;
}

static bool open_machine(struct fs_machine *m, const struct fs_options *o, uint64_t image_end)
{
    uint32_t object = o->packet_size != 0 ? o->packet_size : o->click ? FS_LINUX_LARGE_PACKET : FS_PACKET_SIZE;
    size_t least = fs_pool_bytes_of(FS_LINUX_PACKETS, object);
    size_t bytes = o->click && least < FS_CLICK_POOL ? FS_CLICK_POOL : least;
    m->platform = (struct fs_platform){.context = m, .memory = memory, .release = release, .now = now, .steady = steady,
                                       .log = log_line, .print = print_out, .stop = stop,
                                       .install = o->click ? NULL : fs_machine_install,
                                       .scrub = fs_machine_scrub, .files = &fs_linux_files, .watch = fs_machine_watch,
                                       .raise = fs_machine_raise, .process = getpid(),
                                       .interfaces = fs_machine_interfaces,
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
    if (o->memory_mib != 0) {
        bytes = share_memory(m, o, image_end);
    }
    if (o->supervised != NULL) { /* its files and signals are the host's */
        m->platform.files = NULL;
        m->platform.watch = NULL;
        m->platform.raise = NULL;
        m->platform.process = 0;
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

static bool open_streams(struct fs_machine *m, const struct fs_options *o)
{
    char why[300];
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

/* A line for each device that was chosen among ways to be faster. */
static void say_interfaces(const struct fs_machine *m)
{
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        const struct fs_linux_device *d = m->devices[i];
        char line[FS_DEVICE_WHY + 64];
        if (d->why[0] != '\0') {
            int n = snprintf(line, sizeof(line), "%u %s by %s: %s", i, d->base.name, d->io, d->why);
            say("DEVICE", line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
        }
    }
}

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
    char line[FS_LINUX_READY + 1];
    m->boot_us = m->simtime ? 0 : (fs_machine_steady(m) - begun) / 1000;
    fs_machine_ready(m, line);
    fs_control_init(&m->control, &m->platform, m->router);
    fs_health_init(&m->health, m->router, line);
    say_interfaces(m);
    if (m->click) {
        return open_streams(m, o) ? fs_click_run(m, o) : EXIT_CONFIGURATION;
    }
    if (!check_reads(m, o) || !fs_write_handlers(m->router, o) || (m->supervised == NULL && !open_streams(m, o))) {
        return EXIT_CONFIGURATION;
    }
    char why[300];
    m->trace = o->trace != NULL ? fs_trace_begin(m->router, o->trace, why, sizeof(why)) : NULL;
    if (o->trace != NULL && m->trace == NULL) {
        fprintf(stderr, "ERROR %s\n", why);
        return EXIT_CONFIGURATION;
    }
    fs_machine_take_ends();
    say("", line, strlen(line));
    if (m->supervised != NULL && !fs_supervised_ready(m->supervised)) {
        return EXIT_HOST; /* whoever started it gave up: it is not expected any more */
    }
    const char *end = fs_machine_run(m);
    say("STOP", end, strlen(end));
    bool whole = fs_trace_end(m->trace);
    m->trace = NULL;
    for (unsigned i = 0; i < o->read_count; i++) {
        whole &= print_read(m, o->reads[i]);
    }
    return whole && fflush(stdout) == 0 ? 0 : EXIT_CONFIGURATION;
}

/* The last that is done with the rights of whoever started it. */
static bool confine(struct fs_machine *m, const struct fs_options *o)
{
    static struct fs_log_file log;
    uint64_t memory = m->memory_most != 0 ? m->memory_most : fs_pool_bytes(FS_LINUX_PACKETS);
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        memory += m->devices[i]->mapped;
    }
    const struct fs_sandbox sandbox = {.user = o->user, .group = o->group, .memory = memory,
                                       .file_size = FS_LOG_LIMIT + FS_LOG_LINE};
    char why[300];
    if (!open_streams(m, o)) {
        return false;
    }
    if (!fs_log_open(&log, o->log, FS_LOG_LIMIT, why, sizeof(why)) || !fs_supervised_catch()
        || !fs_sandbox_enter(&sandbox, why, sizeof(why))) {
        say("ERROR", why, strlen(why));
        return false;
    }
    log_file = &log;
    return fs_supervised_silence(m->supervised);
}

/* A supervised process: what it does on the host, then the image's own part. Socket files stay: their folder is not its
 * any more, and goes with the machine. */
static int run_supervised(const struct fs_options *o)
{
    static struct fs_machine machine;
    static struct fs_supervised supervised;
    struct fs_machine *m = &machine;
    char why[300];
    uint64_t begun = fs_machine_steady(m);
    m->supervised = &supervised;
    if (!fs_supervised_begin(&supervised, o->supervised, why, sizeof(why))
        || fs_image_open(&m->image, o->image, why, sizeof(why)) != 0) {
        say("ERROR", why, strlen(why));
        return EXIT_HOST;
    }
    if (!open_machine(m, o, m->image.end) || !confine(m, o)) {
        return EXIT_HOST;
    }
    m->platform.started = begun;
    return load(m) ? run(m, o, begun) : EXIT_CONFIGURATION;
}

static int run_image(const struct fs_options *o)
{
    static struct fs_machine machine;
    struct fs_machine *m = &machine;
    char why[300];
    uint64_t begun = fs_machine_steady(m);
    bool found = fs_image_open(&m->image, o->image, why, sizeof(why)) == 0;
    bool good = open_machine(m, o, m->image.end) && found;
    if (!found) {
        fprintf(stderr, "ERROR %s: %s\n", o->image, why);
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
    if (argc > 1 && strcmp(argv[1], "--program") == 0) {
        return fs_program_main(argc, argv);
    }
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
        return options.supervised != NULL ? run_supervised(&options) : run_image(&options);
    }
    return fflush(stdout) == 0 ? 0 : EXIT_CONFIGURATION;
}
