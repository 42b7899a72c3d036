/* elements_fuzz.c: any class that is linked in, made from its descriptor: arguments within the declared types and
 * ranges, all ports joined, frames of any content with any marks. Whatever it does, no packet is lost without being
 * counted, and all its handlers can be read and written. A new element is fuzzed without a line here. */
#include "engine/testing.h"
#include "engine/testing_router.h"
#include "fuzz/classes.h"
#include "fuzz/harness.h"
#include "fuzz/input.h"
#include "fuzz/tables.h"
#include "tests/hostile.h"

enum { PORTS_MAX = 5, PORTS_NEEDED_MAX = 16, FRAMES_MAX = 24, TEXT_MAX = 64 };

/* ---- arguments ---- */

static const char *const words[] = {"",          "0",       "1",         "14",          "true",        "10.0.0.1",
                                    "10.0.0.0/8", "::1",    "2001:db8::7", "HEX",       "ASCII",       "3 x.count_call",
                                    "e.reset",   "2 e.reset", "stop",    "10.0.0.255 0.0.0.0"};

/* A table: match programs and texts that are mostly sound; of any other type format 1, a count, and as many records of
 * 16 bytes as it says. */
static void give_table(struct fs_test *t, const struct fs_arg *arg, struct input *in)
{
    struct table table = {.size = 0};
    size_t got;
    uint32_t items = 1;
    bool patterns = strstr(arg->type, "patterns") != NULL || strstr(arg->type, "filter-rules") != NULL;
    if (patterns) {
        uint32_t choice = (uint32_t)input_number(in, 1);
        items = 1 + choice % PORTS_MAX;
        (choice & 0x80 ? put_index : put_graph)(&table, in, items);
    } else if (strcmp(arg->type, "texts") == 0 || strcmp(arg->type, "strings") == 0) {
        put_texts(&table, in);
    } else if (strncmp(arg->type, "rewriter-", 9) == 0 || strncmp(arg->type, "mapper-", 7) == 0) {
        items = 1 + (uint32_t)input_number(in, 1) % PORTS_MAX;
        put_specifications(&table, in, arg->type, items);
    } else {
        uint32_t count = (uint32_t)input_number(in, 1) % 8;
        const uint8_t *bytes = input_bytes(in, 16 * count, &got);
        number(&table, 4, 1);
        number(&table, 4, (uint32_t)(got / 16));
        append(&table, bytes, got / 16 * 16);
    }
    if (input_number(in, 1) == 0x55) { /* and now and then something wrong */
        table.at[input_number(in, 2) % table.size] ^= (uint8_t)input_number(in, 1);
        table.size -= input_number(in, 1) % 8;
    }
    fs_test_table(t, arg->name, table.at, table.size, items);
}

static int64_t in_range(const struct fs_arg *arg, struct input *in)
{
    int64_t v = (int64_t)input_number(in, 4);
    if (arg->minimum == 0 && arg->maximum == 0) {
        return strcmp(arg->type, "annotation") == 0 ? v & 0xffff : v;
    }
    uint64_t span = (uint64_t)arg->maximum - (uint64_t)arg->minimum;
    if (v % 4 == 0) { /* small numbers matter most; large ones cost memory */
        v = v / 4 % 70;
    }
    return span >= 100000 ? (v % 5000 >= arg->minimum ? v % 5000 : arg->minimum)
                          : arg->minimum + (int64_t)((uint64_t)v % (span + 1));
}

static void give(struct fs_test *t, const struct fs_arg *arg, struct input *in)
{
    size_t size, got;
    char text[TEXT_MAX + 1] = "";
    uint8_t bytes[TEXT_MAX] = {0};
    unsigned encoding = fs_type_encoding(arg->type, &size);
    if (encoding == FS_ENCODING_INTEGER) {
        fs_test_integer(t, arg->name, in_range(arg, in));
    } else if (encoding == FS_ENCODING_BOOLEAN) {
        fs_test_boolean(t, arg->name, input_number(in, 1) & 1);
    } else if (strcmp(arg->type, "device") == 0) {
        fs_test_text(t, arg->name, "0");
    } else if (encoding == FS_ENCODING_TEXT) {
        unsigned choice = (unsigned)input_number(in, 1) % 24;
        if (choice < sizeof words / sizeof words[0]) {
            strcpy(text, words[choice]);
        } else {
            const uint8_t *at = input_bytes(in, choice, &got);
            memcpy(text, at, got);
        }
        fs_test_text(t, arg->name, text);
    } else if (encoding == FS_ENCODING_BYTES) {
        const uint8_t *at = input_bytes(in, size != 0 ? size : input_number(in, 1) % TEXT_MAX, &got);
        memcpy(bytes, at, got);
        fs_test_bytes(t, arg->name, bytes, size != 0 ? size : got);
    } else {
        give_table(t, arg, in);
    }
}

/* ---- ports ---- */

/* How many ports to join: as many as the class takes, at most PORTS_MAX, at least what it needs. */
static unsigned ports(const struct fs_class *class, bool outputs, uint32_t items, uint64_t choice)
{
    uint32_t least, most;
    FS_CHECK(fs_ports_parse(class->ports, outputs, items, &least, &most));
    fs_fuzz_require(least <= PORTS_NEEDED_MAX, "no class needs more ports than there is room for");
    most = most > PORTS_MAX ? PORTS_MAX : most;
    return most <= least ? least : least + (uint32_t)(choice % (most - least + 1));
}

struct bench {
    struct fs_test *t;
    const struct fs_class *class;
    unsigned inputs, outputs;
    bool pushed[PORTS_NEEDED_MAX], pushes[PORTS_NEEDED_MAX]; /* by input, by output */
    uint64_t sent;
};

static const char *name_of(char kind, unsigned i)
{
    static char names[8][3];
    static unsigned next;
    char *name = names[next++ % 8];
    name[0] = kind;
    name[1] = (char)('a' + i);
    return name;
}

/* Agnostic ports go one way together; the input says which. */
static void join(struct bench *b, bool push)
{
    for (unsigned i = 0; i < b->inputs; i++) {
        char code = fs_processing_of(b->class->processing, false, i);
        b->pushed[i] = code == 'h' || (code == 'a' && push);
        fs_test_add(b->t, name_of('i', i), b->pushed[i] ? "TestSource" : "TestStore");
        fs_test_connect(b->t, name_of('i', i), 0, "e", i);
    }
    for (unsigned i = 0; i < b->outputs; i++) {
        char code = fs_processing_of(b->class->processing, true, i);
        b->pushes[i] = code == 'h' || (code == 'a' && push);
        fs_test_add(b->t, name_of('o', i), b->pushes[i] ? "TestSink" : "TestPuller");
        fs_test_connect(b->t, "e", i, name_of('o', i), 0);
    }
}

/* ---- running ---- */

/* The bytes of a frame: the input's, or a sound frame with a few of them changed. */
static struct bytes frame_bytes(struct input *in, bool sound)
{
    struct bytes b = {0};
    if (!sound) {
        const uint8_t *bytes = input_bytes(in, input_number(in, 1), &b.size);
        memcpy(b.at, bytes, b.size);
        return b;
    }
    uint64_t choice = input_number(in, 1);
    b = good_frame((uint32_t)choice);
    for (unsigned i = 0; i < choice >> 5; i++) {
        b.at[input_number(in, 1) % b.size] = (uint8_t)input_number(in, 1);
    }
    if (choice & 8) { /* from the network header on */
        b.size -= network_of((uint32_t)choice);
        memmove(b.at, b.at + network_of((uint32_t)choice), b.size);
    }
    return b;
}

/* A frame with marks that need not fit, though they lie within the packet's room, as those of an element do. */
static struct fs_packet *frame(struct fs_test *t, struct input *in)
{
    unsigned marks = (unsigned)input_number(in, 1);
    struct bytes b = frame_bytes(in, marks & 4);
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    if (p == NULL) {
        return NULL;
    }
    fs_set_mac_header(p, p->data);
    if (marks & 1) {
        fs_set_network_header(p, p->data + input_number(in, 1) % 64, (unsigned)input_number(in, 1) % 80);
    } else if (marks & 8) {
        fs_set_network_header(p, p->data, 20);
    }
    fs_set_anno_u8(p, FS_ANNO_PAINT, (uint8_t)(marks >> 4));
    p->device = (uint8_t)(marks >> 6);
    p->timestamp = marks & 2 ? fs_test_now(t) : 0;
    return p;
}

static void pull(struct bench *b, unsigned max)
{
    for (unsigned i = 0; i < b->outputs; i++) {
        if (!b->pushes[i]) {
            fs_test_pull(b->t, name_of('o', i), max);
        }
    }
}

static uint64_t received(struct bench *b)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < b->outputs; i++) {
        n += fs_test_count(b->t, name_of('o', i));
    }
    return n;
}

static void forget(struct bench *b)
{
    for (unsigned i = 0; i < b->outputs; i++) {
        fs_test_forget(b->t, name_of('o', i));
    }
}

static void use_handler(struct bench *b, struct input *in)
{
    char name[80];
    struct fs_text error = {.at = (char[256]){0}, .capacity = 256};
    if (b->class->handler_count == 0) {
        return;
    }
    const struct fs_handler *h = &b->class->handlers[input_number(in, 1) % b->class->handler_count];
    snprintf(name, sizeof name, "e.%s", h->name);
    if (h->write != NULL && input_number(in, 1) & 1) {
        size_t got;
        unsigned choice = (unsigned)input_number(in, 1) % 32;
        char text[TEXT_MAX + 1] = "";
        const uint8_t *at = input_bytes(in, choice, &got);
        memcpy(text, choice < 16 ? (const uint8_t *)words[choice] : at, choice < 16 ? strlen(words[choice]) : got);
        fs_router_write(fs_test_router(b->t), name, text, strlen(text), &error);
    } else if (h->read != NULL) {
        static char buffer[4096];
        struct fs_text value = {.at = buffer, .capacity = input_number(in, 1) & 1 ? sizeof buffer : 7};
        fs_router_read(fs_test_router(b->t), name, "10.0.0.1", &value);
        FS_CHECK(value.length <= value.capacity);
    }
}

/* What is dropped, passed on or held is what was sent, unless the class says that it makes or copies packets. */
static void balance(struct bench *b, uint64_t passed)
{
    const char *effects = b->class->effects;
    if (effects == NULL || strstr(effects, "originates") || strstr(effects, "copies") || strstr(effects, "splits")
        || strstr(effects, "merges") || b->inputs == 0 || strcmp(b->class->name, "ToDevice") == 0) {
        return;
    }
    uint64_t dropped = fs_drops_total(fs_test_element(b->t, "e"));
    FS_CHECK(passed + dropped <= b->sent);
    bool keeps = strstr(effects, "delays") != NULL;
    for (unsigned i = 0; i < b->inputs; i++) {
        keeps = keeps || !b->pushed[i];
    }
    FS_CHECK(keeps || passed + dropped == b->sent);
}

/* Moves the clock on, but not by more than some timers: an interval may be a nanosecond. */
static void pass_time(struct fs_test *t, uint64_t ns)
{
    for (unsigned timers = 0; timers < 256 && ns > 0; timers++) {
        uint64_t now = t->platform.steady, next = fs_router_next_timer(t->router);
        uint64_t step = next > now && next - now < ns ? next - now : ns;
        step = next != 0 && next <= now ? 1 : step;
        fs_test_advance(t, step);
        ns -= step;
    }
}

static void run(struct bench *b, struct input *in)
{
    uint64_t passed = 0;
    for (unsigned frames = 0; frames < FRAMES_MAX && in->at < in->end; frames++) {
        unsigned what = (unsigned)input_number(in, 1);
        if (what % 8 == 7) {
            use_handler(b, in);
        } else if (what % 8 == 6) {
            pass_time(b->t, input_number(in, 2) * 1000000);
        } else if (b->inputs > 0) {
            struct fs_packet *p = frame(b->t, in);
            if (p != NULL) {
                b->sent++;
                fs_test_send_packet(b->t, name_of('i', what / 8 % b->inputs), p);
            }
        } else {
            struct bytes bytes = frame_bytes(in, what & 8);
            fs_test_arrive(b->t, 0, bytes.at, bytes.size);
        }
        for (unsigned rounds = 0; rounds < 3 && fs_test_round(b->t); rounds++) {
        }
        pull(b, what / 8);
        passed += received(b);
        forget(b);
    }
    balance(b, passed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    struct bench b = {.class = class_near((uint16_t)input_number(&in, 2))};
    b.t = fs_test_new();
    fs_test_pool(b.t, 40);
    fs_test_devices(b.t, 1);
    fs_test_add(b.t, "e", b.class->name);
    uint32_t items = 0;
    uint64_t given = input_number(&in, 2);
    for (uint32_t i = 0; i < b.class->arg_count; i++) {
        const struct fs_arg *arg = &b.class->args[i];
        if (arg->kind == FS_POSITIONAL || arg->kind == FS_REST || given >> i % 16 & 1) {
            uint32_t before = in.at < in.end ? *in.at : 0u;
            give(b.t, arg, &in);
            items = arg->kind == FS_REST ? 1 + before % PORTS_MAX : items;
        }
    }
    uint64_t choice = input_number(&in, 1);
    b.inputs = ports(b.class, false, items, choice);
    b.outputs = ports(b.class, true, items, choice >> 2);
    join(&b, choice >> 4 & 1);
    if (*fs_test_refused(b.t) == '\0') {
        run(&b, &in);
    }
    fs_test_end(b.t); /* checks that every packet is back */
    fs_fuzz_require(fs_test_failures() == 0, "all checks hold");
    return 0;
}
