/* What a handler that can be both read and written reads, another element of its class takes, and reads the same then:
 * so does a trace put the state of a running machine into the process build. Every class is made from its descriptor, by
 * samples of the arguments that it cannot be without, and of each of the others in turn. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/testing.h"
#include "fuzz/samples.h"

enum { HANDLERS_MAX = 64, VALUE_MAX = 4096, NONE = UINT32_MAX, PORTS = 3 };

struct value {
    const struct fs_handler *handler;
    char text[VALUE_MAX];
};

/* Words of arguments whose type does not say what they may be. */
static const struct {
    const char *class, *argument, *text;
} words[] = {
    {"AdaptiveRED", "QUEUES", "q"},
    {"Counter", "COUNT_CALL", "3 e.reset"},
    {"FromIPSummaryDump", "FILENAME", "summary"},
    {"ICMPIPEncap", "TYPE", "echo"},
    {"IP6Encap", "DST", "2001:db8::7"},
    {"IP6Encap", "PROTO", "udp"},
    {"IPEncap", "PROTO", "udp"},
    {"PI", "QUEUES", "q"},
    {"RED", "QUEUES", "q"},
    {"SetIPECN", "ECN", "ect1"},
    {"StoreEtherAddress", "OFFSET", "src"},
};

/* As the orchestrator's LiveState decides. */
static bool carried(const struct fs_handler *h)
{
    return h->read != NULL && h->write != NULL
        && !(h->flags & (FS_HANDLER_PARAMETER | FS_HANDLER_BUTTON | FS_HANDLER_PRIVATE | FS_HANDLER_DIFFERS));
}

static void give(struct fs_test *t, const struct fs_class *class, const struct fs_arg *arg)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].class, class->name) == 0 && strcmp(words[i].argument, arg->name) == 0) {
            fs_test_text(t, arg->name, words[i].text);
            return;
        }
    }
    struct fs_sample s = fs_sample_of(arg);
    if (s.encoding != 0) {
        fs_test_value(t, arg->name, s.bytes, s.size, 1);
    }
}

/* As many ports as the class takes, at most so many, and at least what it needs. */
static uint32_t ports(const struct fs_class *class, bool outputs, uint32_t most_wanted)
{
    uint32_t least, most;
    FS_CHECK(fs_ports_parse(class->ports, outputs, 1, &least, &most));
    most = most < most_wanted ? most : most_wanted;
    return most < least ? least : most;
}

static struct fs_test *try_with(const struct fs_class *class, uint32_t optional, uint32_t inputs, uint32_t outputs)
{
    static const char pcap[24] = {(char)0xd4, (char)0xc3, (char)0xb2, (char)0xa1, 2, 0, 4, 0, [17] = 4, [20] = 1};
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 2);
    fs_test_file(t, "x", pcap, sizeof pcap);
    fs_test_file(t, "summary", "!data ip_src\n", 13);
    fs_test_add(t, "q", "Queue");
    fs_test_add(t, "e", class->name);
    for (uint32_t i = 0; i < class->arg_count; i++) {
        if (i == optional || fs_sample_needed(class, i)) {
            give(t, class, &class->args[i]);
        }
    }
    fs_test_ports(t, ports(class, false, inputs), ports(class, true, outputs));
    if (strcmp(class->name, "CoDel") == 0) { /* it looks for its queue upstream */
        fs_test_connect(t, "q", 0, "e", 0);
    }
    if (*fs_test_refused(t) == '\0') {
        return t;
    }
    fs_test_end(t);
    return NULL;
}

/* With one optional argument, or NONE. NULL when no numbers of ports make it content. */
static struct fs_test *with(const struct fs_class *class, uint32_t optional)
{
    for (uint32_t inputs = PORTS; inputs > 0; inputs--) {
        for (uint32_t outputs = PORTS; outputs > 0; outputs--) {
            struct fs_test *t = try_with(class, optional, inputs, outputs);
            if (t != NULL) {
                return t;
            }
        }
    }
    return NULL;
}

static const char *name_of(const struct fs_handler *h)
{
    static char name[80];
    snprintf(name, sizeof name, "e.%s", h->name);
    return name;
}

/* By name, as they are written; the order in which they are declared is another one. */
static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct value *)a)->handler->name, ((const struct value *)b)->handler->name);
}

/* Those of ports that the element has not cannot be read. */
static unsigned read_all(struct fs_test *t, const struct fs_class *class, struct value *values)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < class->handler_count; i++) {
        struct fs_text text = {.at = values[count].text, .capacity = VALUE_MAX - 1};
        if (!carried(&class->handlers[i])
            || fs_router_read(fs_test_router(t), name_of(&class->handlers[i]), "", &text) != FS_HANDLER_OK) {
            continue;
        }
        text.at[text.length] = '\0';
        values[count++].handler = &class->handlers[i];
    }
    qsort(values, count, sizeof values[0], by_name);
    return count;
}

/* The text, and what it is compiled to (docs/contracts.md 5): the sample of the same type. */
static size_t compiled(const struct fs_class *class, const struct value *v, uint8_t *bytes)
{
    uint32_t length = (uint32_t)strlen(v->text);
    size_t at = (8 + length + 7) & ~(size_t)7;
    memset(bytes, 0, at);
    memcpy(bytes, "FSCV", 4);
    memcpy(bytes + 4, &length, 4);
    memcpy(bytes + 8, v->text, length);
    for (uint32_t i = 0; i < class->arg_count; i++) {
        if (strcmp(class->args[i].type, v->handler->type) == 0) {
            struct fs_sample s = fs_sample_of(&class->args[i]);
            memcpy(bytes + at, s.bytes, s.size);
            return at + s.size;
        }
    }
    return at;
}

static void write_value(struct fs_test *t, const struct fs_class *class, const struct value *v)
{
    static uint8_t bytes[VALUE_MAX + 512];
    size_t length = strlen(v->text);
    memcpy(bytes, v->text, length);
    if (v->handler->flags & FS_HANDLER_COMPILED) {
        length = compiled(class, v, bytes);
    }
    if (!fs_test_write_bytes(t, name_of(v->handler), bytes, length)) {
        printf("%s.%s does not take '%s': %s\n", class->name, v->handler->name, v->text, fs_test_said(t));
        FS_CHECK(false);
    }
}

static void move(const struct fs_class *class, struct fs_test *from, struct fs_test *to)
{
    static struct value before[HANDLERS_MAX], after[HANDLERS_MAX];
    unsigned count = read_all(from, class, before);
    for (unsigned i = 0; i < count; i++) {
        write_value(to, class, &before[i]);
    }
    FS_EQUAL(read_all(to, class, after), count);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(after[i].text, before[i].text) != 0) {
            printf("%s.%s was given '%s' and reads '%s'\n", class->name, after[i].handler->name, before[i].text,
                   after[i].text);
            FS_CHECK(false);
        }
    }
}

/* From the element with one optional argument to the one with another. False when one of them cannot be made. */
static bool moves(const struct fs_class *class, uint32_t optional, uint32_t other)
{
    struct fs_test *from = with(class, optional), *to = with(class, other);
    bool made = from != NULL && to != NULL;
    if (made) {
        move(class, from, to);
    }
    if (from != NULL) {
        fs_test_end(from);
    }
    if (to != NULL) {
        fs_test_end(to);
    }
    return made;
}

FS_TEST(what_is_read_can_be_written)
{
    unsigned tried = 0;
    for (unsigned i = 0; i < fs_class_count(); i++) {
        const struct fs_class *class = fs_class_at(i);
        unsigned handlers = 0, made = 0;
        for (uint32_t k = 0; k < class->handler_count; k++) {
            handlers += carried(&class->handlers[k]);
        }
        if (handlers == 0 || strncmp(class->name, "Test", 4) == 0) {
            continue;
        }
        made += moves(class, NONE, NONE);
        bool least = made > 0; /* else there are alternatives, whose values are not each other's */
        for (uint32_t k = 0; k < class->arg_count; k++) {
            if (!fs_sample_needed(class, k)) {
                made += moves(class, k, k);
                made += least && moves(class, k, NONE);
                made += least && moves(class, NONE, k);
            }
        }
        if (made == 0) {
            printf("no sample makes %s\n", class->name);
            FS_CHECK(false);
        }
        tried++;
    }
    FS_CHECK(tried > 70); /* of some 200 classes those that have such handlers */
}
