/* IPRateMonitor: measures rates by IP address, of networks first and of their parts where much goes on. */
#include "net/config_text.h"
#include "net/handlers.h"
#include "net/marked.h"

enum {
    LEVELS = 4,
    EPOCH_NS = 80000000, /* an average is moved on each 80 ms, as Click has it */
    EPOCHS_A_SECOND_TWICE = 25,
    WEIGHT = 5, /* a new value counts for 1/32 */
    BITS = 10,  /* of fraction in an average */
    FORGOTTEN = 512, /* epochs of silence after which nothing is left of an average */
    MEMORY_LEAST = 100, MEMORY_USUAL = 1024, /* kilobytes */
    FORWARD_RATE = FS_ANNO_AGGREGATE, REVERSE_RATE = FS_ANNO_EXTRA_PACKETS, /* Click's places */
};

/* One value of one byte of an address: what goes from there (0) and to there (1). */
struct counter {
    uint32_t average[2], current[2]; /* of an epoch, BITS of fraction; of this epoch */
    uint32_t epoch, kept_until;      /* kept_until: epoch up to which it is not parted */
    uint16_t next;                   /* the level below; 0: not parted */
    bool used;
};
struct level {
    struct counter counters[256];
    uint16_t parent; /* level; of a free one, the next that is free */
    uint8_t byte;    /* of the parent's counter */
    bool used;
};

struct monitor {
    struct fs_element base;
    struct level *levels; /* the first is the whole */
    uint16_t level_count, spare; /* spare: one that is free; 0: none */
    uint64_t probability; /* that a packet counts; 32 bits of fraction */
    uint32_t threshold;   /* times the probability */
    uint32_t folded;      /* epoch in which levels were last closed */
    uint64_t reset;       /* steady time of the last reset */
    bool bytes, annotate;
};

enum { TYPE, RATIO, THRESH, MEMORY, ANNO };

static struct monitor *mine(struct fs_element *e) { return (struct monitor *)e; }
static uint32_t epoch_now(struct monitor *m) { return (uint32_t)((fs_steady(&m->base) - m->reset) / EPOCH_NS) + 1; }

/* ---- averages ---- */

static void fold_in(uint32_t *average, uint32_t events)
{
    int64_t step = ((int64_t)events << BITS) - *average;
    *average = (uint32_t)(*average + (step >> WEIGHT));
}
static void pass(struct counter *c, uint32_t now)
{
    int32_t epochs = (int32_t)(now - c->epoch);
    if (epochs <= 0) {
        return;
    }
    c->epoch = now;
    for (unsigned way = 0; way < 2; way++) {
        fold_in(&c->average[way], c->current[way]);
        c->current[way] = 0;
        if (epochs > FORGOTTEN) {
            c->average[way] = 0;
        }
        for (int32_t i = 1; i < epochs && c->average[way] != 0; i++) {
            c->average[way] -= (c->average[way] + (1u << WEIGHT) - 1) >> WEIGHT;
        }
    }
}
/* A second, with BITS of fraction. */
static uint64_t rate(const struct counter *c, unsigned way) { return (uint64_t)c->average[way] * EPOCHS_A_SECOND_TWICE / 2; }
static bool busy(const struct monitor *m, const struct counter *c)
{
    uint64_t least = (uint64_t)m->threshold << BITS;
    return rate(c, 0) >= least || rate(c, 1) >= least;
}

/* ---- levels ---- */

static void open(struct monitor *m, uint16_t at, uint8_t byte)
{
    uint16_t i = m->spare;
    struct level *l = &m->levels[i];
    if (i == 0) {
        return;
    }
    m->spare = l->parent;
    __builtin_memset(l, 0, sizeof *l);
    *l = (struct level){.parent = at, .byte = byte, .used = true};
    m->levels[at].counters[byte].next = i;
}

/* Closes what is below: LEVELS deep at most. */
static void close(struct monitor *m, struct counter *c)
{
    uint16_t i = c->next;
    if (i == 0) {
        return;
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        close(m, &m->levels[i].counters[byte]);
    }
    c->next = 0;
    m->levels[i].used = false;
    m->levels[i].parent = m->spare;
    m->spare = i;
}

/* Levels of networks that have become quiet are closed, once a second. */
static void fold(struct monitor *m, uint32_t now)
{
    m->folded = now;
    for (uint16_t i = 1; i < m->level_count; i++) {
        const struct level *l = &m->levels[i];
        if (l->used) {
            struct counter *c = &m->levels[l->parent].counters[l->byte];
            pass(c, now);
            if (!busy(m, c)) {
                close(m, c);
            }
        }
    }
}

/* ---- packets ---- */

static void measure(struct monitor *m, struct fs_packet *p, unsigned way, uint32_t now)
{
    const struct fs_ip *h = fs_marked_ip(p);
    if (h == NULL) {
        return;
    }
    const uint8_t *address = way == 0 ? h->source : h->destination;
    uint32_t events = m->bytes ? fs_get16(h->length) : 1;
    bool counts = m->probability >> 32 != 0 || (fs_random(&m->base) & UINT32_MAX) < m->probability;
    uint16_t at = 0;
    unsigned depth = 0;
    struct counter *c = &m->levels[0].counters[address[0]];
    for (;; depth++) {
        c->used = true;
        pass(c, now);
        c->current[way] += counts ? events : 0;
        if (c->next == 0) {
            break;
        }
        at = c->next;
        c = &m->levels[at].counters[address[depth + 1]];
    }
    if (m->annotate) {
        fs_set_anno_u32(p, FORWARD_RATE, (uint32_t)(rate(c, 0) >> BITS));
        fs_set_anno_u32(p, REVERSE_RATE, (uint32_t)(rate(c, 1) >> BITS));
    }
    if (depth + 1 < LEVELS && c->kept_until < now && busy(m, c)) {
        open(m, at, address[depth]);
        if (c->next != 0) { /* what its parent had is the part's to begin with */
            struct counter *part = &m->levels[c->next].counters[address[depth + 1]];
            *part = *c;
            part->next = 0;
        }
    }
}

static void measure_all(struct monitor *m, struct fs_packet *const *packets, uint32_t count, unsigned way)
{
    uint32_t now = epoch_now(m);
    for (uint32_t i = 0; i < count; i++) {
        measure(m, packets[i], way, now);
    }
    if (now - m->folded > EPOCHS_A_SECOND_TWICE / 2) {
        fold(m, now);
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    measure_all(mine(e), batch->packets, batch->count, port);
    fs_output_push(e, port, batch);
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    uint32_t before = batch->count;
    fs_input_pull(e, port, batch, max);
    measure_all(mine(e), batch->packets + before, batch->count - before, port);
}

static void reset(struct monitor *m)
{
    __builtin_memset(m->levels, 0, m->level_count * sizeof *m->levels);
    for (uint16_t i = 1; i < m->level_count; i++) {
        m->levels[i].parent = i + 1 < m->level_count ? i + 1 : 0;
    }
    m->spare = m->level_count > 1;
    m->folded = 0;
    m->reset = fs_steady(&m->base);
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct monitor *m = mine(e);
    struct fs_span type = fs_span(fs_args_text(e->args, TYPE, ""));
    int64_t memory = fs_args_integer(e->args, MEMORY, 0);
    m->bytes = fs_span_is(type, "BYTES") || fs_span_is(type, "bytes");
    if (!m->bytes && !fs_span_is(type, "PACKETS") && !fs_span_is(type, "packets")) {
        fs_text_string(error, "monitor type should be \"PACKETS\" or \"BYTES\"");
        return -1;
    }
    if (e->input_count != e->output_count) {
        fs_text_format(error, "expected as many inputs as outputs, found %u and %u", e->input_count, e->output_count);
        return -1;
    }
    m->probability = (uint64_t)fs_args_integer(e->args, RATIO, 0);
    uint64_t threshold = (uint64_t)fs_args_integer(e->args, THRESH, 0);
    m->threshold = (uint32_t)(((threshold >> 16) * m->probability >> 16) + ((threshold & 0xffff) * m->probability >> 32));
    m->annotate = fs_args_boolean(e->args, ANNO, true);
    memory = memory == 0 ? MEMORY_USUAL : memory < MEMORY_LEAST ? MEMORY_LEAST : memory;
    m->level_count = (uint16_t)((uint64_t)memory * 1024 / sizeof *m->levels);
    m->levels = fs_alloc(e, m->level_count * sizeof *m->levels);
    if (m->levels == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    reset(m);
    return 0;
}

FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct monitor *m = mine(e);
    const struct monitor *o = mine(old);
    if (m->level_count == o->level_count && m->bytes == o->bytes && m->probability == o->probability) {
        __builtin_memcpy(m->levels, o->levels, m->level_count * sizeof *m->levels);
        m->spare = o->spare;
        m->folded = o->folded;
        m->reset = o->reset;
    }
}

/* ---- handlers ---- */

FS_ONCE static void show(struct monitor *m, struct fs_text *t, uint16_t at, uint32_t address, unsigned depth, uint32_t now)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        struct counter *c = &m->levels[at].counters[byte];
        if (!c->used) {
            continue;
        }
        pass(c, now);
        if (c->average[0] == 0 && c->average[1] == 0) {
            continue;
        }
        uint32_t here = address << 8 | byte;
        for (unsigned i = 0; i < depth; i++) {
            fs_text_char(t, '\t');
        }
        for (unsigned i = depth + 1; i-- > 0;) {
            fs_text_u64(t, here >> 8 * i & 0xff);
            fs_text_char(t, i > 0 ? '.' : '\t');
        }
        fs_text_fixed(t, rate(c, 0), BITS);
        fs_text_char(t, '\t');
        fs_text_fixed(t, rate(c, 1), BITS);
        fs_text_char(t, '\n');
        if (c->next != 0) {
            show(m, t, c->next, here, depth + 1, now);
        }
    }
}
static void read_look(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, (fs_steady(e) - mine(e)->reset) / 10000000);
    fs_text_char(value, '\n');
    show(mine(e), value, 0, 0, 0, epoch_now(mine(e)));
}
FS_READ_NUMBER(read_thresh, struct monitor, threshold)
FS_BUTTON(write_reset, struct monitor, reset(self))

static struct fs_span next_part(struct fs_span *rest)
{
    struct fs_span word = fs_span_word(rest);
    while (word.length > 0 && word.at[word.length - 1] == ',') {
        word.length--;
    }
    return word;
}
FS_ONCE static int write_anno_level(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct monitor *m = mine(e);
    struct fs_span rest = {value, length}, words[3];
    uint8_t address[4];
    int64_t level, seconds;
    for (unsigned i = 0; i < 3; i++) {
        words[i] = next_part(&rest);
    }
    if (!fs_parse_ip(words[0].at, words[0].length, address) || !fs_parse_integer(words[1].at, words[1].length, 0, LEVELS - 1, &level)
        || !fs_parse_integer(words[2].at, words[2].length, 1, INT32_MAX, &seconds) || next_part(&rest).length > 0) {
        fs_text_string(error, "anno_level: expected IPADDRESS, LEVEL from 0 to 3, SECONDS");
        return -1;
    }
    uint16_t at = 0;
    for (int64_t depth = 0; depth < level; depth++) {
        at = m->levels[at].counters[address[depth]].next;
        if (at == 0) {
            return 0; /* it was not parted so far, and has no counter of that level */
        }
    }
    struct counter *c = &m->levels[at].counters[address[level]];
    c->used = true;
    c->kept_until = epoch_now(m) + (uint32_t)(seconds * EPOCHS_A_SECOND_TWICE / 2);
    close(m, c);
    return 0;
}

static const struct fs_arg args[] = {
    [TYPE] = {"TYPE", "word", FS_POSITIONAL, 0, 0, NULL, "PACKETS or BYTES: what is measured."},
    [RATIO] = {"RATIO", "fraction", FS_POSITIONAL, 0, 1, NULL, "How likely a packet is counted."},
    [THRESH] = {"THRESH", "integer", FS_POSITIONAL, 0, INT32_MAX, NULL,
                "A network is parted when its rate a second is so high; as if RATIO were 1."},
    [MEMORY] = {"MEMORY", "integer", FS_OPTIONAL, 0, 262144, "0",
                "Kilobytes to use, at least 100; 8 for each network that is parted. 0: 1024 (Click's: without limit)."},
    [ANNO] = {"ANNO", "boolean", FS_OPTIONAL, 0, 0, "true", "Whether packets are annotated with their rates."},
};
static const struct fs_handler handlers[] = {
    {"look", read_look, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "Hundredths of a second since the reset; then a line for each address or network: its bytes, and the rates from and to it."},
    {"thresh", read_thresh, NULL, 0, NULL, "THRESH times RATIO."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Forgets all rates."},
    {"anno_level", NULL, write_anno_level, 0, NULL,
     "`IPADDRESS LEVEL SECONDS`: for so long the network of LEVEL + 1 bytes that the address is in is not parted."},
};

FS_ELEMENT(IPRateMonitor) = {
    .name = "IPRateMonitor",
    .ports = "1-2/1-2",
    .processing = "a/a",
    .flow = "#/#",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip.src ip.dst length; writes annotation.AGGREGATE annotation.EXTRA_PACKETS; keeps-state",
    .summary = "measures rates by IP address",
    .doc = "Packets of input 0 count by their source, those of input 1 by their destination, by the marked IP header; others\n"
           "pass uncounted. Rates are kept for the first byte of addresses; where one reaches THRESH, for the two first bytes,\n"
           "and so on, as memory allows. Networks that have become quiet are put together again. The annotations are Click's:\n"
           "the rate from the address at 20/4, that to it at 24/4.\n\n"
           "    m :: IPRateMonitor(PACKETS, 0.5, 256, 600);\n"
           "    from_inside -> [0] m [0] -> to_outside;  from_outside -> [1] m [1] -> to_inside;\n",
    .size = sizeof(struct monitor),
    .configure = configure,
    .take_state = take_state,
    .push = push,
    .pull = pull,
};
