/* AggregateFilter: chooses an output by aggregate annotation. */
#include <flowstream/element.h>

#include "net/config_text.h"
#include "net/nat_pattern.h"
#include "net/values.h"

enum { DROP = 0xffffffff, NONE = 0xfffffffe /* no filter has said anything yet */ };

/* Aggregates from `first` on, up to the next range's. */
struct range {
    uint32_t first, output;
};

/* A run of aggregates as a filter lists it. */
struct listed {
    uint32_t first, last, output;
};

struct filter {
    struct fs_element base;
    struct range *ranges; /* ascending; the first begins at 0 */
    uint32_t range_count, listed_count;
    struct listed *listed;
};

static struct filter *mine(struct fs_element *e) { return (struct filter *)e; }

/* The last range that does not begin above the aggregate, by halving without a branch to guess. */
static const struct range *find(const struct filter *f, uint32_t aggregate)
{
    const struct range *at = f->ranges;
    for (uint32_t n = f->range_count; n > 1;) {
        uint32_t half = n / 2;
        at += at[half].first <= aggregate ? half : 0;
        n -= half;
    }
    return at;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t outputs[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        outputs[i] = find(mine(e), fs_anno_u32(batch->packets[i], FS_ANNO_AGGREGATE))->output;
    }
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_DENIED);
}

/* ---- from filters to ranges ---- */

FS_ONCE static bool parse_number(struct fs_span word, uint32_t *value)
{
    int64_t v;
    bool good = word.length > 0 && word.at[0] != '-' && fs_parse_integer(word.at, word.length, 0, UINT32_MAX, &v);
    *value = good ? (uint32_t)v : 0;
    return good;
}

FS_ONCE static bool parse_run(struct fs_span word, struct listed *l)
{
    size_t dash = 0;
    while (dash < word.length && word.at[dash] != '-') {
        dash++;
    }
    if (dash == word.length) {
        bool good = parse_number(word, &l->first);
        l->last = l->first;
        return good;
    }
    return parse_number((struct fs_span){word.at, dash}, &l->first)
        && parse_number((struct fs_span){word.at + dash + 1, word.length - dash - 1}, &l->last);
}

FS_ONCE static bool parse_action(const struct filter *f, struct fs_span word, uint32_t *output)
{
    if (fs_span_is(word, "drop") || fs_span_is(word, "deny")) {
        *output = DROP;
        return true;
    }
    *output = 0;
    return fs_span_is(word, "allow") || (parse_number(word, output) && *output < f->base.output_count);
}

/* Adds what one filter lists. Answers whether it lists all aggregates; complains, and so says what is wrong, in `error`. */
FS_ONCE static bool parse_filter(struct filter *f, uint32_t number, struct fs_span text, struct fs_text *error)
{
    uint32_t output, before = f->listed_count;
    if (!parse_action(f, fs_span_word(&text), &output)) {
        fs_text_format(error, "%spattern %u: expected a port number", error->length > 0 ? "; " : "", number);
        return false;
    }
    for (;;) {
        struct fs_span word = fs_span_word(&text);
        if (word.length == 0) {
            break;
        }
        struct listed *l = &f->listed[f->listed_count];
        bool all = fs_span_is(word, "all") || fs_span_is(word, "-");
        *l = (struct listed){.last = UINT32_MAX, .output = output};
        if (!all && !parse_run(word, l)) {
            fs_text_format(error, "%spattern %u: bad aggregate number", error->length > 0 ? "; " : "", number);
            return false;
        }
        f->listed_count++;
        if (all) {
            return true;
        }
    }
    if (f->listed_count == before) {
        fs_text_format(error, "%spattern %u has no aggregates", error->length > 0 ? "; " : "", number);
    }
    return false;
}

/* Where ranges may begin: at each run's first aggregate, and behind its last one. Shell sort. */
FS_ONCE static void sort(struct range *r, uint32_t count)
{
    uint32_t gap = 1;
    while (gap < count / 3) {
        gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
        for (uint32_t i = gap; i < count; i++) {
            struct range moved = r[i];
            uint32_t at = i;
            for (; at >= gap && r[at - gap].first > moved.first; at -= gap) {
                r[at] = r[at - gap];
            }
            r[at] = moved;
        }
    }
}

/* The first range at `at` or behind it that is not taken; `next` leads there, and is made shorter on the way. */
static uint32_t free_from(uint32_t *next, uint32_t at)
{
    while (next[at] != at) {
        next[at] = next[next[at]];
        at = next[at];
    }
    return at;
}

/* The first filter that lists an aggregate takes it. Remarks of filters that come too late are in `remark`. */
FS_ONCE static void build(struct filter *f, uint32_t *next, struct fs_text *remark)
{
    uint32_t count = 0, kept = 0;
    f->ranges[count++] = (struct range){0, NONE};
    for (uint32_t i = 0; i < f->listed_count; i++) {
        f->ranges[count++] = (struct range){f->listed[i].first, NONE};
        if (f->listed[i].last != UINT32_MAX) {
            f->ranges[count++] = (struct range){f->listed[i].last + 1, NONE};
        }
    }
    sort(f->ranges, count);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || f->ranges[i].first != f->ranges[kept - 1].first) {
            f->ranges[kept++] = f->ranges[i];
        }
    }
    f->range_count = kept;
    for (uint32_t i = 0; i <= kept; i++) {
        next[i] = i;
    }
    for (uint32_t i = 0; i < f->listed_count; i++) {
        const struct listed *l = &f->listed[i];
        uint32_t at = (uint32_t)(find(f, l->first) - f->ranges);
        bool taken = at < kept && next[at] != at && f->ranges[at].output != l->output;
        for (at = free_from(next, at); at < kept && f->ranges[at].first <= l->last; at = free_from(next, at)) {
            f->ranges[at].output = l->output;
            next[at] = at + 1;
        }
        if (taken && l->last != UINT32_MAX && remark->length == 0) {
            fs_text_format(remark, "aggregate %u already filtered", l->first);
        }
    }
    for (uint32_t i = 0; i < kept; i++) {
        f->ranges[i].output = f->ranges[i].output == NONE ? DROP : f->ranges[i].output;
    }
}

/* How many words there are at most. */
FS_ONCE static uint32_t count_words(struct fs_nat_items items)
{
    uint32_t words = 0;
    const char *text;
    size_t length;
    while (items.count-- > 0 && fs_nat_next_item(&items, &text, &length)) {
        words += (uint32_t)length / 2 + 1;
    }
    return words;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct filter *f = mine(e);
    struct fs_nat_items items;
    char line[100];
    struct fs_text remark = {.at = line, .capacity = sizeof line};
    if (!fs_nat_items(&items, fs_args_bytes(e->args, 0), error)) {
        return -1;
    }
    uint32_t words = count_words(items), *next = fs_alloc(e, (2 * (size_t)words + 2) * sizeof *next);
    f->listed = fs_alloc(e, (words + 1) * sizeof *f->listed);
    f->ranges = fs_alloc(e, (2 * (size_t)words + 1) * sizeof *f->ranges);
    if (f->listed == NULL || f->ranges == NULL || next == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    bool all = false;
    for (uint32_t i = 0; i < items.count; i++) {
        struct fs_span text;
        fs_nat_next_item(&items, &text.at, &text.length);
        if (all) {
            fs_text_format(&remark, "%spattern %u matches no packets", remark.length > 0 ? "; " : "", i);
        } else {
            all = parse_filter(f, i, text, error);
        }
    }
    if (error->length > 0) {
        return -1;
    }
    build(f, next, &remark);
    fs_text_bytes(error, remark.at, remark.length);
    return 0;
}

static const struct fs_arg args[] = {
    {"FILTER", "texts", FS_REST, 0, 0, NULL,
     "`ACTION AGGREGATES` each. ACTION: an output, `allow` (output 0), `drop` or `deny`. AGGREGATES: numbers and ranges\n"
     "such as 0-98, parted by spaces; `all` or `-` are all."},
};

FS_ELEMENT(AggregateFilter) = {
    .name = "AggregateFilter",
    .ports = "1/1-254",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads annotation.AGGREGATE; drops",
    .summary = "chooses an output by aggregate annotation",
    .doc = "The first filter that lists a packet's aggregate says where it goes; a packet that none lists is dropped as\n"
           "`denied`. The filters are made one table, in which an aggregate is found by halving. Process build only.\n\n"
           "    ... -> AggregateIPFlows -> AggregateFilter(allow 1093 3500 972 865-870) -> ...\n",
    .size = sizeof(struct filter),
    .configure = configure,
    .push = push,
};
