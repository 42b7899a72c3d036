/* tables.h: tables of the argument types that have a structure, mostly sound, as the input says. */
#ifndef FUZZ_TABLES_H
#define FUZZ_TABLES_H

#include <stdio.h>
#include <string.h>

#include "fuzz/input.h"

enum { OUTPUTS_MAX = 4 }; /* that verdicts name */

struct table {
    uint8_t at[4096];
    size_t size;
};

static inline void append(struct table *t, const void *bytes, size_t size)
{
    memcpy(t->at + t->size, bytes, size);
    t->size += size;
}
static inline void number(struct table *t, unsigned bytes, uint32_t v)
{
    for (; bytes-- > 0; v >>= 8) {
        t->at[t->size++] = (uint8_t)v;
    }
}

/* To a later test, or to a rule, so that most are sound. */
static inline uint32_t target_of(struct input *in, uint32_t first, uint32_t tests, uint32_t rules)
{
    uint32_t to = (uint32_t)input_number(in, 1);
    return to < 0x80 && first < tests ? first + to % (tests - first)
         : to == 0xff                 ? 0xffffffff
                                      : 0x80000000 | to % rules;
}

static inline void put_verdicts(struct table *t, struct input *in, uint32_t rules)
{
    for (uint32_t i = 0; i < rules; i++) {
        number(t, 4, input_number(in, 1) % 4 == 0 ? 0xffffffff : i % OUTPUTS_MAX);
    }
}

static inline void put_field(struct table *t, struct input *in, bool times4)
{
    uint32_t source = (uint32_t)input_number(in, 1) & 3, offset = (uint32_t)input_number(in, 1);
    number(t, 2, source < 3 ? offset : (1 + offset % 7) * (times4 ? 4 : 1));
    number(t, 1, source);
}

static inline void put_graph(struct table *t, struct input *in, uint32_t rules)
{
    uint32_t nodes = (uint32_t)input_number(in, 1) % 32;
    uint32_t head[4] = {1, rules, nodes, nodes == 0 ? 0x80000000 : (uint32_t)input_number(in, 1)};
    append(t, head, sizeof head);
    put_verdicts(t, in, rules);
    for (uint32_t i = 0; i < nodes; i++) {
        put_field(t, in, false);
        number(t, 1, (uint32_t)input_number(in, 1) % 3);
        number(t, 4, (uint32_t)input_number(in, 4));
        number(t, 4, (uint32_t)input_number(in, 4));
        number(t, 4, target_of(in, i + 1, nodes, rules));
        number(t, 4, target_of(in, i + 1, nodes, rules));
    }
}

static inline void put_index(struct table *t, struct input *in, uint32_t rules)
{
    uint32_t tests = (uint32_t)input_number(in, 1) % 24, keys = (uint32_t)input_number(in, 1) % 4;
    uint32_t each = 1 + (uint32_t)input_number(in, 1) % 8, intervals = each * keys;
    uint32_t lists = 1 + (uint32_t)input_number(in, 1) % 8, entries = (uint32_t)input_number(in, 1) % 16;
    uint32_t head[10] = {2, rules, tests, keys, intervals, lists, entries, target_of(in, 0, tests, rules), 0, 0};
    append(t, head, sizeof head);
    put_verdicts(t, in, rules);
    for (uint32_t i = 0; i < tests; i++) {
        for (unsigned k = 0; k < 3; k++) {
            number(t, 4, (uint32_t)input_number(in, 4));
        }
        number(t, 4, target_of(in, i + 1, tests, rules));
        number(t, 4, target_of(in, i + 1, tests, rules));
        put_field(t, in, true);
        number(t, 1, 0);
    }
    for (uint32_t i = 0; i < keys; i++) {
        put_field(t, in, true);
        number(t, 1, 0);
        number(t, 4, (uint32_t)input_number(in, 4));
        number(t, 4, i * each);
        number(t, 4, each);
    }
    for (uint32_t i = 0, start = 0; i < intervals; i++) {
        start = i % each == 0 ? 0 : start + (uint32_t)input_number(in, 3);
        number(t, 4, start);
    }
    for (uint32_t i = 0; i < lists; i++) {
        uint32_t first = entries == 0 ? 0 : (uint32_t)input_number(in, 1) % entries;
        number(t, 4, first);
        number(t, 2, (entries - first) / 2);
        number(t, 2, i == 0 ? 0 : (uint32_t)input_number(in, 1) % i);
    }
    for (uint32_t i = 0; i < entries; i++) {
        number(t, 4, (uint32_t)input_number(in, 1) % rules);
        number(t, 4, target_of(in, 0, tests, rules));
    }
    for (uint32_t i = 0; i < intervals + intervals % 2; i++) {
        number(t, 2, (uint32_t)input_number(in, 1) % lists);
    }
}

static inline void put_texts(struct table *t, struct input *in)
{
    uint32_t count = (uint32_t)input_number(in, 1) % 6;
    number(t, 4, 1);
    number(t, 4, count);
    for (; count > 0; count--) {
        size_t got;
        const uint8_t *bytes = input_bytes(in, (size_t)input_number(in, 1) % 64, &got);
        number(t, 4, (uint32_t)got);
        append(t, bytes, got);
        number(t, 1, 0);
    }
}

/* What rewriters and mappers are told, of the type's form. */
static inline void put_specifications(struct table *t, struct input *in, const char *type, uint32_t count)
{
    static const char *const inputs[] = {"drop",
                                         "pass 0",
                                         "keep 0 0",
                                         "pattern 10.0.0.9 1024-65535 - - 0 0",
                                         "pattern 10.0.0.9 1-3# 10.0.0.1 53 0 0",
                                         "pattern 10.0.0.9-10.0.0.12# - 0 0",
                                         "pattern - 10.0.0.1 0 0",
                                         "pattern 10.0.0.0/30 - 0 1"};
    static const char *const patterns[] = {"- - - -", "10.0.0.9 1-3 - -", "10.0.0.9 - - 53", "10.0.0.8/31? -", "1 2 3"};
    number(t, 4, 1);
    number(t, 4, count);
    for (uint32_t i = 0; i < count; i++) {
        char text[80];
        unsigned choice = (unsigned)input_number(in, 1);
        const char *pattern = patterns[choice % 5];
        if (strcmp(type, "rewriter-input") == 0) {
            strcpy(text, inputs[choice % 8]);
        } else if (strcmp(type, "rewriter-pattern") == 0) {
            snprintf(text, sizeof text, "n%u %s", i, pattern);
        } else {
            snprintf(text, sizeof text, "%s 0 0%s", pattern, strcmp(type, "mapper-server") == 0 ? " 7" : "");
        }
        if (choice >= 0xf0) { /* now and then something wrong */
            text[choice % strlen(text)] ^= 1 + (char)(choice & 7);
        }
        number(t, 4, (uint32_t)strlen(text));
        append(t, text, strlen(text) + 1);
    }
}

#endif
