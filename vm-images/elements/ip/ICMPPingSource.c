/* ICMPPingSource: sends echo requests, and tells what came of them as ping does. */
#include "net/marked.h"
#include "net/values.h"

enum { DATA_MAX = FS_FRAME_MAX - FS_IP_SIZE - FS_ICMP_SIZE, RECENT = 8192 /* requests that can be answered */ };

struct replies { /* with an input alone */
    uint64_t received, duplicates;
    uint64_t least, most, sum, square_sum; /* microseconds */
    uint64_t sent[RECENT];                 /* when, in ns; the lowest bit: it was answered */
    uint16_t which[RECENT];                /* its sequence number */
};

struct ping {
    struct fs_element base;
    struct fs_timer timer;
    struct fs_signal nonempty; /* at a pull output */
    uint8_t source[4], destination[4];
    struct fs_bytes data;
    uint64_t count, interval;
    int64_t limit;
    uint16_t identifier;
    bool active, verbose, stop;
    struct replies *replies; /* NULL: no input */
};

enum { SRC, DST, INTERVAL, IDENTIFIER, LIMIT, DATA, ACTIVE, VERBOSE, STOP };

static bool all_sent(const struct ping *s) { return s->limit >= 0 && s->count >= (uint64_t)s->limit; }
static bool may_send(const struct ping *s) { return s->active && !all_sent(s); }

static struct fs_packet *make(struct ping *s)
{
    size_t length = FS_IP_SIZE + FS_ICMP_SIZE + s->data.length;
    struct fs_packet *p = fs_packet_new(fs_pool(&s->base), FS_HEADROOM, length);
    if (p == NULL) {
        return NULL;
    }
    uint16_t sequence = (uint16_t)(s->count % 0xffff + 1); /* not 0 */
    struct fs_ip *h = (struct fs_ip *)p->data;
    struct fs_icmp *icmp = (struct fs_icmp *)(h + 1);
    *h = (struct fs_ip){.version_length = 0x45, .ttl = 200, .protocol = FS_PROTOCOL_ICMP};
    fs_put16(h->length, (uint16_t)length);
    fs_put16(h->id, sequence);
    __builtin_memcpy(h->source, s->source, 4);
    __builtin_memcpy(h->destination, s->destination, 4);
    fs_ip_set_checksum(h);
    *icmp = (struct fs_icmp){.type = FS_ICMP_ECHO};
    fs_put16(icmp->rest, s->identifier);
    fs_put16(icmp->rest + 2, sequence);
    if (s->data.length != 0) {
        __builtin_memcpy(icmp + 1, s->data.at, s->data.length);
    }
    fs_put16(icmp->checksum, fs_checksum(icmp, FS_ICMP_SIZE + s->data.length));
    fs_set_network_header(p, p->data, FS_IP_SIZE);
    fs_set_anno_address(p, FS_ANNO_DST_IP, h->destination);
    p->timestamp = fs_now(&s->base);
    if (s->replies != NULL) {
        s->replies->sent[sequence % RECENT] = p->timestamp & ~(uint64_t)1;
        s->replies->which[sequence % RECENT] = sequence;
    }
    s->count++;
    return p;
}

static void fire(struct fs_element *e, struct fs_timer *t)
{
    struct ping *s = (struct ping *)e;
    struct fs_packet *p = may_send(s) ? make(s) : NULL;
    if (p != NULL) {
        fs_output_push_one(e, 0, p);
    }
    if (may_send(s)) {
        fs_timer_after(t, s->interval);
    } else if (s->stop && all_sent(s)) {
        fs_stop(e);
    }
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct ping *s = (struct ping *)e;
    (void)port;
    while (max-- > 0 && may_send(s)) {
        struct fs_packet *p = make(s);
        if (p == NULL) {
            break;
        }
        fs_batch_add(batch, p);
    }
    if (!may_send(s)) {
        fs_signal_sleep(&s->nonempty); /* so nobody may ask again: it stops at once */
        if (s->stop && all_sent(s)) {
            s->stop = false;
            fs_stop(e);
        }
    }
}

static void restart(struct ping *s, uint64_t after)
{
    if (!s->base.outputs[0].push) {
        if (may_send(s)) {
            fs_signal_wake(&s->nonempty);
        } else {
            fs_signal_sleep(&s->nonempty);
        }
    } else if (may_send(s) && !fs_timer_set(&s->timer)) {
        fs_timer_after(&s->timer, after);
    } else if (!s->active) {
        fs_timer_clear(&s->timer);
    }
}

/* ---- replies ---- */

static void report(struct ping *s, const struct fs_ip *h, size_t data, uint16_t sequence, uint64_t us)
{
    char line[160];
    struct fs_text t = {.at = line, .capacity = sizeof line};
    fs_text_format(&t, "%s: %u bytes from ", s->base.name, (unsigned)data);
    fs_text_ip(&t, h->source);
    fs_text_format(&t, ": icmp_seq=%u ttl=%u time=%llu.%03llu ms", (unsigned)sequence, (unsigned)h->ttl,
                   (unsigned long long)(us / 1000), (unsigned long long)(us % 1000));
    fs_log(&s->base, line, t.length);
}

static void received(struct ping *s, struct fs_packet *p)
{
    struct replies *r = s->replies;
    struct fs_ip *h = fs_marked_ip(p);
    struct fs_carried c = h != NULL ? fs_ip_carried(p, h) : (struct fs_carried){0};
    const struct fs_icmp *icmp = (const struct fs_icmp *)c.at;
    if (h == NULL || h->protocol != FS_PROTOCOL_ICMP || fs_ip_later_fragment(h) || c.length < FS_ICMP_SIZE
        || icmp->type != FS_ICMP_ECHO_REPLY || fs_get16(icmp->rest) != s->identifier) {
        return;
    }
    uint16_t sequence = fs_get16(icmp->rest + 2);
    uint64_t *sent = &r->sent[sequence % RECENT], us = 0;
    if (*sent == 0 || r->which[sequence % RECENT] != sequence) {
        return;
    }
    r->duplicates += *sent & 1;
    uint64_t came = p->timestamp != 0 ? p->timestamp : fs_now(&s->base);
    us = came > *sent ? (came - (*sent & ~(uint64_t)1)) / 1000 : 0;
    r->least = r->received == 0 || us < r->least ? us : r->least;
    r->most = us > r->most ? us : r->most;
    r->sum += us;
    r->square_sum += us * us;
    r->received++;
    *sent |= 1;
    if (s->verbose) {
        report(s, h, c.length - FS_ICMP_SIZE, sequence, us);
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        received((struct ping *)e, batch->packets[i]);
    }
    fs_drop_batch(e, batch, FS_DROP_DISCARDED);
}

/* ---- life ---- */

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct ping *s = (struct ping *)e;
    __builtin_memcpy(s->source, fs_args_bytes(e->args, SRC).at, 4);
    __builtin_memcpy(s->destination, fs_args_bytes(e->args, DST).at, 4);
    int64_t interval = fs_args_integer(e->args, INTERVAL, 1000000000);
    s->interval = interval > 1000000 ? (uint64_t)interval : 1000000;
    s->identifier = (uint16_t)fs_args_integer(e->args, IDENTIFIER, 0);
    s->limit = fs_args_integer(e->args, LIMIT, -1);
    s->data = fs_args_bytes(e->args, DATA);
    s->active = fs_args_boolean(e->args, ACTIVE, true);
    s->verbose = fs_args_boolean(e->args, VERBOSE, true);
    s->stop = fs_args_boolean(e->args, STOP, false);
    if (s->data.length > DATA_MAX) {
        fs_text_format(error, "DATA: expected at most %d bytes", (int)DATA_MAX);
        return -1;
    }
    if (e->input_count != 0) {
        s->replies = fs_alloc(e, sizeof *s->replies);
        if (s->replies == NULL) {
            fs_text_string(error, "out of memory");
            return -1;
        }
    }
    if (!e->outputs[0].push) {
        fs_signal_offer(e, &s->nonempty, FS_SIGNAL_NONEMPTY, may_send(s));
    }
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct ping *s = (struct ping *)e;
    (void)error;
    fs_timer_init(e, &s->timer, fire);
    if (e->outputs[0].push) {
        restart(s, s->interval);
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct ping *s = (struct ping *)e, *o = (struct ping *)old;
    s->count = o->count;
    if (s->replies != NULL && o->replies != NULL) {
        __builtin_memcpy(s->replies, o->replies, sizeof *s->replies);
    }
    restart(s, s->interval);
}

/* ---- handlers ---- */

static uint64_t square_root(uint64_t v)
{
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1) {
        if ((root | bit) * (root | bit) <= v) {
            root |= bit;
        }
    }
    return root;
}

static void milliseconds(struct fs_text *t, uint64_t us, char end)
{
    fs_text_format(t, "%llu.%03llu%c", (unsigned long long)(us / 1000), (unsigned long long)(us % 1000), end);
}

static void read_summary(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct ping *s = (struct ping *)e;
    const struct replies *r = s->replies;
    (void)parameters;
    if (r == NULL) {
        return;
    }
    uint64_t answered = r->received - r->duplicates;
    fs_text_format(value, "%llu packets transmitted, %llu received", (unsigned long long)s->count,
                   (unsigned long long)answered);
    if (r->duplicates != 0) {
        fs_text_format(value, ", +%llu duplicates", (unsigned long long)r->duplicates);
    }
    if (s->count != 0) {
        uint64_t lost = s->count > answered ? s->count - answered : 0;
        fs_text_format(value, ", %llu%% packet loss\n", (unsigned long long)(lost * 100 / s->count));
    }
    if (r->received != 0) {
        uint64_t average = r->sum / r->received, squares = r->square_sum / r->received;
        fs_text_string(value, "rtt min/avg/max/mdev = ");
        milliseconds(value, r->least, '/');
        milliseconds(value, average, '/');
        milliseconds(value, r->most, '/');
        milliseconds(value, square_root(squares > average * average ? squares - average * average : 0), '\n');
    }
}
/* Seconds, as Click writes them: no zeros at the end. */
static void seconds(struct fs_text *t, uint64_t us)
{
    unsigned digits = 6;
    uint64_t rest = us % 1000000;
    fs_text_u64(t, us / 1000000);
    for (; rest != 0 && rest % 10 == 0; digits--) {
        rest /= 10;
    }
    if (rest != 0) {
        uint64_t scale = 1;
        for (unsigned i = 1; i < digits; i++) {
            scale *= 10;
        }
        fs_text_char(t, '.');
        for (; scale != 0; scale /= 10) {
            fs_text_char(t, (char)('0' + rest / scale % 10));
        }
    }
}
static void read_least(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct replies *r = ((struct ping *)e)->replies;
    (void)parameters;
    seconds(value, r != NULL ? r->least : 0);
}
static void read_most(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct replies *r = ((struct ping *)e)->replies;
    (void)parameters;
    seconds(value, r != NULL ? r->most : 0);
}
static void read_average(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct replies *r = ((struct ping *)e)->replies;
    (void)parameters;
    seconds(value, r != NULL && r->received != 0 ? r->sum / r->received : 0);
}
static void read_active(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_boolean(value, ((struct ping *)e)->active);
}
static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct ping *)e)->count);
}
static void read_source(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct ping *)e)->source);
}
static void read_destination(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct ping *)e)->destination);
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct ping *s = (struct ping *)e;
    if (fs_write_boolean("active", value, length, &s->active, error) != 0) {
        return -1;
    }
    restart(s, 1);
    return 0;
}
static int write_limit(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct ping *s = (struct ping *)e;
    if (fs_write_integer("limit", value, length, INT32_MIN, INT32_MAX, &s->limit, error) != 0) {
        return -1;
    }
    restart(s, s->interval);
    return 0;
}
static int write_interval(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    uint64_t interval;
    if (!fs_parse_duration(value, length, &interval)) {
        fs_text_string(error, "interval: expected a time such as 1, 0.5s or 20ms");
        return -1;
    }
    ((struct ping *)e)->interval = interval > 1000000 ? interval : 1000000;
    return 0;
}
static int write_source(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("src", value, length, ((struct ping *)e)->source, error);
}
static int write_destination(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("dst", value, length, ((struct ping *)e)->destination, error);
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct ping *s = (struct ping *)e;
    (void)value, (void)length, (void)error;
    s->count = 0;
    if (s->replies != NULL) {
        __builtin_memset(s->replies, 0, sizeof *s->replies);
    }
    restart(s, s->interval);
    return 0;
}

static const struct fs_arg args[] = {
    [SRC] = {"SRC", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
    [DST] = {"DST", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The destination address."},
    [INTERVAL] = {"INTERVAL", "duration", FS_KEYWORD, 0, 0, "1s", "From one request to the next; at least 1 ms."},
    [IDENTIFIER] = {"IDENTIFIER", "integer", FS_KEYWORD, 0, 65535, "0", "The ICMP identifier."},
    [LIMIT] = {"LIMIT", "integer", FS_KEYWORD, INT32_MIN, INT32_MAX, "-1", "Requests in all; below 0: no limit."},
    [DATA] = {"DATA", "data", FS_KEYWORD, 0, 0, "", "What the requests carry."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether it sends."},
    [VERBOSE] = {"VERBOSE", "boolean", FS_KEYWORD, 0, 0, "true", "Whether each reply is logged."},
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to stop the driver after LIMIT requests."},
};
static const struct fs_handler handlers[] = {
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
    {"src", read_source, write_source, FS_HANDLER_CALM, NULL, "The SRC argument."},
    {"dst", read_destination, write_destination, FS_HANDLER_CALM, NULL, "The DST argument."},
    {"count", read_count, NULL, 0, NULL, "Requests sent."},
    {"limit", NULL, write_limit, FS_HANDLER_CALM, NULL, "Sets LIMIT."},
    {"interval", NULL, write_interval, FS_HANDLER_CALM, NULL, "Sets INTERVAL."},
    {"reset_counts", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets all counts to zero."},
    {"summary", read_summary, NULL, 0, NULL, "What became of the requests, as ping says it; with an input."},
    {"rtt_min", read_least, NULL, 0, NULL, "The shortest round trip, in seconds."},
    {"rtt_avg", read_average, NULL, 0, NULL, "The mean round trip, in seconds."},
    {"rtt_max", read_most, NULL, 0, NULL, "The longest round trip, in seconds."},
};

FS_ELEMENT(ICMPPingSource) = {
    .name = "ICMPPingSource",
    .ports = "0-1/1",
    .processing = "h/a",
    .flow = "x/y",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads icmp; originates drops",
    .summary = "sends ICMP echo requests",
    .doc = "The first leaves after INTERVAL; at a pull output each pull gives one. Identification and sequence numbers\n"
           "count up from 1. Replies, with a marked IP header, go to the input, where they are counted, reported, and\n"
           "dropped as `discarded`; the latest 8,192 requests can be answered.\n\n"
           "    ping :: ICMPPingSource(10.0.0.2, 10.0.0.1) -> ...;  ... -> CheckIPHeader -> ping;\n",
    .size = sizeof(struct ping),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .push = push,
    .pull = pull,
};
