/* FromDump: reads packets from a pcap file. */
#include "net/bytes.h"
#include "net/ether.h"
#include "net/ip.h"
#include "net/pcap_format.h"
#include "net/reader.h"
#include "net/timing.h"
#include "net/values.h"

struct from_dump {
    struct fs_element base;
    struct fs_task task;       /* when connected to a push input */
    struct fs_signal nonempty; /* when connected to a pull input */
    struct fs_timing timing;
    struct fs_reader reader;
    struct fs_packet *held; /* its time has not come */
    uint64_t count;
    uint32_t link;
    bool swapped, nano, active, stop, timed, force_ip, ended;
};

enum { FILENAME, TIMING, STOP, ACTIVE, FORCE_IP };

static struct from_dump *mine(struct fs_element *e) { return (struct from_dump *)e; }

static uint32_t number(const struct from_dump *d, const uint8_t *at)
{
    uint32_t v;
    __builtin_memcpy(&v, at, 4);
    return d->swapped ? __builtin_bswap32(v) : v;
}

static void end(struct from_dump *d)
{
    if (!d->ended) {
        d->ended = true;
        fs_reader_close(&d->reader);
        if (d->stop) {
            fs_stop(&d->base);
        }
    }
}

/* Where the network header is; false when the packet is no IP packet, which FORCE_IP leaves out. */
static bool mark(const struct from_dump *d, struct fs_packet *p)
{
    size_t before = d->link == FS_PCAP_ETHER ? FS_ETHER_SIZE : d->link == FS_PCAP_NULL ? 4 : 0;
    if (d->link == FS_PCAP_ETHER) {
        fs_set_mac_header(p, p->data);
        if (!d->force_ip) {
            return true;
        }
        if (p->length < before || fs_get16(p->data + 12) != 0x0800) {
            return false;
        }
    }
    if (p->length < before + FS_IP_SIZE || fs_ip_version(p->data + before) != 4) {
        return !d->force_ip;
    }
    const struct fs_ip *h = (const struct fs_ip *)(const void *)(p->data + before);
    fs_set_network_header(p, p->data + before, fs_ip_header_length(h));
    return true;
}

/* The next packet; NULL at the end, or with *again where one was left out. */
static struct fs_packet *read(struct from_dump *d, bool *again)
{
    uint8_t head[FS_PCAP_RECORD];
    *again = fs_reader_get(&d->reader, head, sizeof head);
    if (!*again) {
        return NULL;
    }
    uint32_t kept = number(d, head + 8), whole = number(d, head + 12);
    struct fs_packet *p = fs_packet_new(fs_pool(&d->base), FS_HEADROOM, kept);
    if (p == NULL) {
        static const char words[] = "FromDump: a packet without room for it is left out";
        fs_log(&d->base, words, sizeof words - 1);
        *again = fs_reader_skip(&d->reader, kept);
        return NULL;
    }
    if (!fs_reader_get(&d->reader, p->data, kept)) {
        *again = false;
        fs_packet_free(p);
        return NULL;
    }
    p->timestamp = (uint64_t)number(d, head) * 1000000000 + (uint64_t)number(d, head + 4) * (d->nano ? 1 : 1000);
    fs_set_anno_u32(p, FS_ANNO_EXTRA_LENGTH, whole > kept ? whole - kept : 0);
    if (!mark(d, p)) {
        fs_packet_free(p);
        return NULL;
    }
    return p;
}

static struct fs_packet *next(struct from_dump *d, bool *again)
{
    struct fs_packet *p = d->held;
    *again = !d->ended;
    d->held = NULL;
    if (p == NULL && !d->ended) {
        p = read(d, again);
        if (p == NULL && !*again) {
            end(d);
        }
    }
    if (p != NULL && d->timed && !fs_timing_due(&d->timing, p->timestamp)) {
        d->held = p;
        *again = false;
        return NULL;
    }
    d->count += p != NULL;
    return p;
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    bool again = true;
    struct fs_packet *p = NULL;
    while (mine(e)->active && p == NULL && again) {
        p = next(mine(e), &again);
    }
    if (p != NULL) {
        fs_output_push_one(e, 0, p);
        fs_task_schedule(t);
    }
    return p != NULL;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    bool again = true;
    (void)port;
    for (unsigned got = 0; mine(e)->active && got < max && again;) {
        struct fs_packet *p = next(mine(e), &again);
        if (p != NULL) {
            fs_batch_add(batch, p);
            got++;
        }
    }
    if (!again) {
        fs_signal_sleep(&mine(e)->nonempty);
    }
}

static void go_on(struct fs_element *e)
{
    if (e->outputs[0].push) {
        fs_task_schedule(&mine(e)->task);
    } else {
        fs_signal_wake(&mine(e)->nonempty);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct from_dump *d = mine(e);
    (void)error;
    d->reader.element = e;
    d->timed = fs_args_boolean(e->args, TIMING, false);
    d->stop = fs_args_boolean(e->args, STOP, false);
    d->active = fs_args_boolean(e->args, ACTIVE, true);
    d->force_ip = fs_args_boolean(e->args, FORCE_IP, false);
    fs_signal_offer(e, &d->nonempty, FS_SIGNAL_NONEMPTY, d->active);
    return 0;
}

static int open_dump(struct from_dump *d, struct fs_text *error)
{
    uint8_t head[FS_PCAP_HEAD];
    const char *name = fs_args_text(d->base.args, FILENAME, "-");
    if (fs_reader_open(&d->reader, &d->base, name, error) != 0) {
        return -1;
    }
    bool whole = fs_reader_get(&d->reader, head, sizeof head);
    uint32_t magic = whole ? number(d, head) : 0;
    d->swapped = magic == __builtin_bswap32(FS_PCAP_MICRO) || magic == __builtin_bswap32(FS_PCAP_NANO);
    magic = d->swapped ? __builtin_bswap32(magic) : magic;
    d->nano = magic == FS_PCAP_NANO;
    if (magic != FS_PCAP_MICRO && magic != FS_PCAP_NANO) {
        fs_text_format(error, "%s: not a tcpdump file (bad magic number)", name);
        return -1;
    }
    d->link = number(d, head + 20);
    d->link = d->link == FS_PCAP_RAW_BSD ? (uint32_t)FS_PCAP_RAW : d->link;
    if (d->link != FS_PCAP_ETHER && d->link != FS_PCAP_RAW && d->link != FS_PCAP_NULL) {
        fs_text_format(error, "%s: unknown linktype %u", name, d->link);
        return -1;
    }
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct from_dump *d = mine(e);
    fs_task_init(e, &d->task, run);
    fs_timing_init(&d->timing, e, go_on);
    if (open_dump(d, error) != 0) {
        return -1;
    }
    if (d->active && e->outputs[0].push) {
        fs_task_schedule(&d->task);
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    fs_reader_close(&mine(e)->reader);
    if (mine(e)->held != NULL) {
        fs_drop(e, mine(e)->held, FS_DROP_SHUTDOWN);
        mine(e)->held = NULL;
    }
}

static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, mine(e)->active);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (fs_write_boolean("active", value, length, &mine(e)->active, error) != 0) {
        return -1;
    }
    if (mine(e)->active) {
        go_on(e);
    }
    return 0;
}
static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->count);
}
static void read_encap(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_string(value, mine(e)->link == FS_PCAP_ETHER ? "ETHER" : mine(e)->link == FS_PCAP_RAW ? "IP" : "NULL");
}

static const struct fs_arg args[] = {
    [FILENAME] = {"FILENAME", "string", FS_POSITIONAL, 0, 0, NULL, "The file; `-` is standard input."},
    [TIMING] = {"TIMING", "boolean", FS_OPTIONAL, 0, 0, "false", "Whether packets keep the distances of their timestamps."},
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to ask the driver to stop behind the last packet."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether it begins at once."},
    [FORCE_IP] = {"FORCE_IP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether IPv4 packets alone come out, their header marked."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets so far."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "Whether it reads packets."},
    {"encap", read_encap, NULL, FS_HANDLER_CALM, NULL, "What packets begin with: ETHER, IP or NULL."},
};

FS_ELEMENT(FromDump) = {
    .name = "FromDump",
    .ports = "0/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "originates",
    .summary = "reads packets from a pcap file",
    .doc = "Both orders of bytes, micro- and nanoseconds; Ethernet, IP and BSD loopback. Process build only.\n\n"
           "    FromDump(in.pcap, STOP true) -> ...\n",
    .size = sizeof(struct from_dump),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .pull = pull,
};
