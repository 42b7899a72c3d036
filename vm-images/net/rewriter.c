#include "net/rewriter.h"

#include "net/nat_shift.h"
#include "net/values.h"

enum { CAPACITY = 16384, SWEEP = 4096, REAP = 900, NANOSECONDS = 1000000, REAP_LEAST = 100000000 };

/* ---- arguments ---- */

uint32_t fs_rewriter_time(struct fs_element *e, unsigned arg, uint32_t fallback)
{
    uint64_t ms = (uint64_t)fs_args_integer(e->args, arg, (int64_t)fallback * NANOSECONDS) / NANOSECONDS;
    return ms < INT32_MAX ? (uint32_t)ms : INT32_MAX; /* 24 days: the clock of mappings goes around after twice that */
}

void fs_rewriter_same_times(struct fs_nat_times *t, uint32_t timeout, uint32_t guarantee)
{
    for (unsigned i = 0; i < FS_NAT_STATES; i++) {
        t->timeout[i] = timeout;
    }
    t->guarantee = guarantee;
}
void fs_rewriter_udp_times(struct fs_nat_times *t, uint32_t timeout, uint32_t streaming, uint32_t guarantee)
{
    fs_rewriter_same_times(t, timeout, guarantee);
    t->timeout[FS_NAT_STREAMING] = streaming;
}
void fs_rewriter_tcp_times(struct fs_nat_times *t, uint32_t no_data, uint32_t data, uint32_t done, uint32_t guarantee)
{
    enum { DONE = FS_NAT_DONE | FS_NAT_DONE << 1, DATA = FS_NAT_DATA | FS_NAT_DATA << 1 };
    for (unsigned i = 0; i < FS_NAT_STATES; i++) {
        t->timeout[i] = (i & DONE) == DONE ? done : (i & DATA) == DATA ? data : no_data;
    }
    t->guarantee = guarantee;
}

static int configure_table(struct fs_rewriter *r, struct fs_text *error)
{
    struct fs_element *e = &r->base;
    const char *word = fs_args_text(e->args, FS_RW_MAPPING_CAPACITY, fs_args_text(e->args, FS_RW_CAPACITY, ""));
    int64_t capacity = CAPACITY;
    if (*word != '\0' && !fs_parse_integer(word, __builtin_strlen(word), 1, FS_NAT_CAPACITY_MAX, &capacity)) {
        if (*word >= '0' && *word <= '9') {
            fs_text_string(error, "bad MAPPING_CAPACITY");
            return -1;
        }
        r->share = word;
        return 0;
    }
    r->table = &r->own;
    if (fs_nat_table_init(r->table, e, (uint32_t)capacity) != 0) {
        fs_text_format(error, "no memory for %lld mappings", (long long)capacity);
        return -1;
    }
    return 0;
}

static int configure_fragments(struct fs_rewriter *r, struct fs_text *error)
{
    int64_t datagrams = r->kind->fragments != 0 ? fs_args_integer(r->base.args, r->kind->fragments, 0) : 0;
    if (datagrams == 0) {
        return 0;
    }
    r->fragments = fs_alloc(&r->base, sizeof *r->fragments);
    if (r->fragments == NULL || fs_nat_fragments_init(r->fragments, &r->base, (uint32_t)datagrams) != 0) {
        fs_text_format(error, "no memory for fragments of %lld datagrams", (long long)datagrams);
        return -1;
    }
    return 0;
}

static void sweep(struct fs_element *e, struct fs_timer *timer)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    if (fs_nat_sweep(r->table, &r->swept, SWEEP, fs_rewriter_now(e))) {
        r->swept = 0;
        fs_timer_after(timer, r->reap);
    } else { /* a large table in small steps, that packets do not wait */
        fs_timer_after(timer, NANOSECONDS);
    }
}

int fs_rewriter_configure(struct fs_element *e, const struct fs_rewriter_kind *kind, struct fs_text *error)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    int64_t annotation = fs_args_integer(e->args, FS_RW_REPLY_ANNO, 0);
    r->kind = kind;
    r->reap = (uint64_t)fs_args_integer(
        e->args, FS_RW_REAP_INTERVAL,
        fs_args_integer(e->args, FS_RW_REAP_TIME, (int64_t)REAP * 1000 * NANOSECONDS));
    r->reap = r->reap != 0 && r->reap < REAP_LEAST ? REAP_LEAST : r->reap;
    r->set_destination = kind->style == FS_REWRITE_ADDRESS || kind->style == FS_REWRITE_PAIR
                      || fs_args_boolean(e->args, FS_RW_DST_ANNO, true);
    if (annotation != 0 && fs_annotation_size((uint16_t)annotation) != 1) {
        fs_text_string(error, "REPLY_ANNO: expected an annotation of one byte");
        return -1;
    }
    r->reply_annotation = (uint16_t)annotation;
    r->inputs = fs_alloc(e, e->input_count * sizeof *r->inputs);
    if (r->inputs == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    fs_timer_init(e, &r->timer, sweep);
    return configure_fragments(r, error) != 0 ? -1 : configure_table(r, error);
}

/* ---- input specifications ---- */

static bool is(const char *word, size_t length, const char *text)
{
    return __builtin_strlen(text) == length && __builtin_memcmp(word, text, length) == 0;
}

static size_t without_space(const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t' || text[length - 1] == '\n')) {
        length--;
    }
    return length;
}

static bool last_number(const char *text, size_t *length, uint16_t *number)
{
    size_t end = without_space(text, *length), start = end;
    int64_t v;
    while (start > 0 && text[start - 1] != ' ' && text[start - 1] != '\t') {
        start--;
    }
    if (!fs_parse_integer(text + start, end - start, 0, UINT16_MAX, &v)) {
        return false;
    }
    *number = (uint16_t)v;
    *length = without_space(text, start);
    return true;
}

const char *fs_rewriter_outputs(const char *text, size_t *length, uint16_t output[2])
{
    return !last_number(text, length, &output[1])   ? "bad reply port"
           : !last_number(text, length, &output[0]) ? "bad forward port"
                                                    : NULL;
}

void fs_rewriter_pattern(struct fs_element *e, const char *text, size_t length, struct fs_nat_pattern *own,
                         struct fs_nat_pattern **pattern, struct fs_text *wrong)
{
    const char *rest = text, *word, *what = NULL;
    size_t left = length, n;
    *pattern = NULL;
    if (!fs_parse_word(&rest, &left, &word, &n)) {
        fs_text_string(wrong, "syntax error");
        return;
    }
    if (without_space(rest, left) == 0) {
        *pattern = fs_nat_pattern_named(e, word, n);
        if (*pattern == NULL) {
            fs_text_string(wrong, "no such pattern '");
            fs_text_bytes(wrong, word, n);
            fs_text_char(wrong, '\'');
        }
        return;
    }
    if (fs_nat_pattern_parse(own, text, length, &what)) {
        *pattern = own;
    } else {
        fs_text_string(wrong, what);
    }
}

static struct fs_mapper *mapper_named(struct fs_element *e, const char *word, size_t length, struct fs_text *wrong)
{
    char name[256];
    struct fs_text text = {.at = name, .capacity = sizeof name - 1};
    fs_text_bytes(&text, word, length);
    name[text.length] = '\0';
    struct fs_element *found = fs_find(e, name);
    struct fs_mapper *m = fs_mapper_of(found);
    if (m == NULL) {
        fs_text_string(wrong, found != NULL ? "element is not an IPMapper" : "unknown specification");
    } else if (!m->ready) {
        return m->base.class->initialize(found, wrong) == 0 ? m : NULL;
    }
    return m;
}

static bool outputs_fit(const struct fs_rewriter *r, const struct fs_mapper *m, struct fs_text *wrong)
{
    for (uint32_t c = 0; c < m->count; c++) {
        if (m->choices[c].output[0] >= r->base.output_count || m->choices[c].output[1] >= r->base.output_count) {
            fs_text_format(wrong, "output port out of range in %s pattern %u", m->base.name, c);
            return false;
        }
    }
    return true;
}

/* The specification without its ways. False, and what is wrong. */
static bool parse_input(struct fs_rewriter *r, struct fs_rewriter_input *input, const char *text, size_t length,
                        struct fs_text *wrong)
{
    struct fs_element *e = &r->base;
    const char *word, *what = NULL;
    size_t n;
    *input = (struct fs_rewriter_input){.kind = FS_INPUT_DROP};
    if (!fs_parse_word(&text, &length, &word, &n)) {
        fs_text_string(wrong, "empty argument");
        return false;
    }
    bool rest = without_space(text, length) != 0;
    if (is(word, n, "pass") || is(word, n, "passthrough") || is(word, n, "nochange")) {
        int64_t output = 0;
        input->kind = FS_INPUT_PASS;
        what = rest && !fs_parse_integer(text, length, 0, UINT16_MAX, &output)
                 ? "syntax error, expected 'nochange [OUTPUT]'"
                 : NULL;
        input->output[0] = (uint16_t)output;
    } else if (is(word, n, "keep")) {
        input->kind = FS_INPUT_KEEP;
        what = fs_rewriter_outputs(text, &length, input->output);
        what = what == NULL && length != 0 ? "bad forward port" : what;
    } else if (is(word, n, "drop") || is(word, n, "discard")) {
        if (rest) {
            fs_text_string(wrong, "syntax error, expected '");
            fs_text_bytes(wrong, word, n);
            fs_text_char(wrong, '\'');
        }
        return !rest;
    } else if (is(word, n, "pattern") || is(word, n, "xpattern")) {
        input->kind = FS_INPUT_PATTERN;
        what = fs_rewriter_outputs(text, &length, input->output);
        if (what == NULL) {
            size_t before = wrong->length;
            fs_rewriter_pattern(e, text, length, &input->own, &input->pattern, wrong);
            if (wrong->length != before || input->pattern == NULL) {
                return false;
            }
        }
    } else {
        input->kind = FS_INPUT_MAPPER;
        input->mapper = rest ? NULL : mapper_named(e, word, n, wrong);
        if (rest) {
            fs_text_string(wrong, "syntax error, expected element name");
        }
        return input->mapper != NULL && outputs_fit(r, input->mapper, wrong);
    }
    if (what == NULL && (input->output[0] >= e->output_count || input->output[1] >= e->output_count)) {
        what = "output port out of range";
    }
    if (what != NULL) {
        fs_text_string(wrong, what);
    }
    return what == NULL;
}

/* How many ways there are to make an input's mappings: for each protocol and choice of a mapper one. */
static uint32_t ways_of(const struct fs_rewriter *r, const struct fs_rewriter_input *input)
{
    uint32_t choices = input->kind == FS_INPUT_MAPPER ? input->mapper->count : 1;
    return input->kind == FS_INPUT_DROP || input->kind == FS_INPUT_PASS ? 0 : choices * r->kind->protocol_count;
}

/* Fills them in; `input->way` is not 0 where there are some already that nobody uses. */
static bool add_ways(struct fs_rewriter *r, struct fs_rewriter_input *input, unsigned number, struct fs_text *wrong)
{
    const struct fs_rewriter_kind *kind = r->kind;
    const struct fs_mapper *m = input->mapper;
    uint32_t count = ways_of(r, input), choices = count / kind->protocol_count;
    if (count == 0) {
        return true;
    }
    if (input->way == 0) {
        input->way = fs_nat_add_ways(r->table, &r->base, count);
        input->way_room = count;
    }
    if (input->way == 0) {
        fs_text_string(wrong, "too many input specifications");
        return false;
    }
    for (uint32_t c = 0; c < choices; c++) {
        const uint16_t *output = m != NULL ? m->choices[c].output : input->output;
        for (unsigned p = 0; p < kind->protocol_count; p++) {
            r->table->ways[input->way + c * kind->protocol_count + p] = (struct fs_nat_way){
                .owner = &r->base,
                .times = &r->times[kind->protocols[p].map],
                .count = &r->inputs[number].count,
                .gone = m != NULL ? m->gone : NULL,
                .context = input->mapper,
                .input = (uint16_t)number,
                .output = {output[0], output[1]},
                .map = (uint16_t)(r->map + kind->protocols[p].map),
                .protocol = kind->protocols[p].protocol,
            };
        }
    }
    return true;
}

/* Reads an input's specification; the mappings that the one before it made go. */
static bool set_input(struct fs_rewriter *r, unsigned number, const char *text, size_t length, struct fs_text *error)
{
    char line[200];
    struct fs_text wrong = {.at = line, .capacity = sizeof line};
    struct fs_rewriter_input *old = &r->inputs[number], input;
    if (parse_input(r, &input, text, length, &wrong)) {
        fs_nat_remove_of(r->table, &r->base, (int)number);
        input.way_room = old->way_room;
        input.way = ways_of(r, &input) <= old->way_room ? old->way : 0;
        input.failures = old->failures;
        *old = input;
        old->pattern = input.pattern == &input.own ? &old->own : input.pattern;
        if (add_ways(r, old, number, &wrong)) {
            return true;
        }
        old->kind = FS_INPUT_DROP;
    }
    fs_text_format(error, "input spec %u: ", number);
    fs_text_bytes(error, line, wrong.length);
    return false;
}

int fs_rewriter_attach(struct fs_rewriter *r, struct fs_text *error)
{
    struct fs_rewriter *other = r;
    for (unsigned hops = 0; other != NULL && other->share != NULL && hops < 16; hops++) {
        other = fs_rewriter_of(fs_find(&other->base, other->share));
    }
    if (other == NULL || other->share != NULL) {
        fs_text_string(error, "bad MAPPING_CAPACITY");
        return -1;
    }
    r->table = &other->own;
    return 0;
}

int fs_rewriter_initialize(struct fs_element *e, struct fs_text *error)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    struct fs_nat_items items;
    if (fs_rewriter_attach(r, error) != 0 || !fs_nat_items(&items, fs_args_bytes(e->args, FS_RW_INPUTSPEC), error)) {
        return -1;
    }
    if (items.count != e->input_count) {
        fs_text_format(error, "need %u arguments, one per input port", e->input_count);
        return -1;
    }
    r->map = r->table->map_count;
    r->table->map_count = (uint16_t)(r->table->map_count + 2);
    bool good = true;
    for (unsigned i = 0; i < e->input_count; i++) {
        const char *text;
        size_t length, before = error->length;
        if (!fs_nat_next_item(&items, &text, &length)) {
            return -1;
        }
        if (before != 0) {
            fs_text_char(error, '\n');
        }
        if (set_input(r, i, text, length, error)) {
            error->length = before;
        } else {
            good = false;
        }
    }
    if (good && r->reap != 0) {
        fs_timer_after(&r->timer, r->reap);
    }
    return good ? 0 : -1;
}

/* ---- state of a configuration that ended ---- */

void fs_rewriter_take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    const struct fs_rewriter *o = (const struct fs_rewriter *)old;
    uint32_t now = fs_rewriter_now(e);
    if (r->fragments != NULL && o->fragments != NULL) {
        fs_nat_fragments_take(r->fragments, o->fragments);
    }
    for (uint32_t i = 0; i < e->input_count && i < old->input_count; i++) {
        r->inputs[i].failures = o->inputs[i].failures;
    }
    for (uint32_t i = 0; o->table != NULL && i < o->table->fresh; i++) {
        const struct fs_nat_flow *f = &o->table->flows[i];
        const struct fs_nat_way *from = &o->table->ways[f->way];
        if (f->way == 0 || from->owner != old || from->input >= e->input_count) {
            continue;
        }
        struct fs_rewriter_input *input = &r->inputs[from->input];
        uint32_t ways = input->kind == FS_INPUT_MAPPER ? input->mapper->count : 1;
        for (uint32_t w = 0; input->way != 0 && w < ways * r->kind->protocol_count; w++) {
            const struct fs_nat_way *to = &r->table->ways[input->way + w];
            if (to->output[0] != from->output[0] || to->output[1] != from->output[1] || to->protocol != from->protocol) {
                continue;
            }
            uint32_t value = fs_nat_add(r->table, (uint16_t)(input->way + w), &f->key[0], &f->key[1], now);
            if (value != FS_FLOW_NONE) {
                struct fs_nat_flow *mine = &r->table->flows[value >> 1];
                mine->last = f->last;
                mine->state = f->state & FS_NAT_STATE;
                mine->annotation = f->annotation;
                if (input->mapper != NULL && input->mapper->adopt != NULL) {
                    input->mapper->adopt(input->mapper, mine, to->protocol);
                }
            }
            break;
        }
    }
}

void fs_rewriter_cleanup(struct fs_element *e)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    if (r->fragments != NULL) {
        fs_nat_fragments_drop(r->fragments, e);
    }
}

/* ---- handlers ---- */

void fs_rewriter_read_mappings(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    uint32_t count = 0;
    (void)parameters;
    for (uint32_t i = 0; i < e->input_count; i++) {
        count += ((struct fs_rewriter *)e)->inputs[i].count;
    }
    fs_text_u64(value, count);
}
void fs_rewriter_read_failures(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    uint32_t count = 0;
    (void)parameters;
    for (uint32_t i = 0; i < e->input_count; i++) {
        count += ((struct fs_rewriter *)e)->inputs[i].failures;
    }
    fs_text_u64(value, count);
}
void fs_rewriter_read_size(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fs_rewriter *)e)->table->size);
}
void fs_rewriter_read_capacity(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fs_rewriter *)e)->table->capacity);
}
int fs_rewriter_write_capacity(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_nat_table *t = ((struct fs_rewriter *)e)->table;
    int64_t capacity;
    if (fs_write_integer("capacity", value, length, 0, t->room, &capacity, error) != 0) {
        return -1;
    }
    fs_nat_set_capacity(t, (uint32_t)capacity, fs_rewriter_now(e));
    return 0;
}
int fs_rewriter_write_clear(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    fs_nat_clear(((struct fs_rewriter *)e)->table);
    return 0;
}

FS_ONCE static void text_pattern(struct fs_text *t, const struct fs_rewriter_input *input)
{
    static const char *const words[] = {"<drop>", "<nochange>", "<keep>", NULL, "<mapper>"};
    if (input->kind == FS_INPUT_PATTERN) {
        fs_nat_pattern_text(t, input->pattern, false);
    } else {
        fs_text_string(t, words[input->kind]);
    }
    if (input->count != 0) {
        fs_text_format(t, " [%u]", input->count);
    }
    fs_text_char(t, '\n');
}
void fs_rewriter_read_patterns(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    for (uint32_t i = 0; i < e->input_count; i++) {
        text_pattern(value, &((struct fs_rewriter *)e)->inputs[i]);
    }
}

FS_ONCE static bool has_input(struct fs_element *e, unsigned number, struct fs_text *error)
{
    if (number >= e->input_count) {
        fs_text_fail(error, "there is no input %u", number);
    }
    return number < e->input_count;
}
/* The specification, so that what is read can be written. Click has the line of `patterns`, with its count, here. */
FS_ONCE static void read_pattern(struct fs_element *e, unsigned number, struct fs_text *value)
{
    static const char *const words[] = {"drop", "pass", "keep", "pattern "};
    static const uint8_t outputs[] = {0, 1, 2, 2, 0};
    if (!has_input(e, number, value)) {
        return;
    }
    const struct fs_rewriter_input *input = &((struct fs_rewriter *)e)->inputs[number];
    fs_text_string(value, input->kind == FS_INPUT_MAPPER ? input->mapper->base.name : words[input->kind]);
    if (input->kind == FS_INPUT_PATTERN && input->pattern != &input->own) {
        fs_text_string(value, fs_nat_pattern_name(input->pattern));
    } else if (input->kind == FS_INPUT_PATTERN) {
        fs_nat_pattern_text(value, input->pattern, true);
    }
    for (unsigned i = 0; i < outputs[input->kind]; i++) {
        fs_text_format(value, " %u", (unsigned)input->output[i]);
    }
}
FS_ONCE static int write_pattern(struct fs_element *e, unsigned number, const char *value, size_t length,
                                 struct fs_text *error)
{
    return has_input(e, number, error) && set_input((struct fs_rewriter *)e, number, value, length, error) ? 0 : -1;
}
#define PATTERN_HANDLERS(n) \
    void fs_rewriter_read_pattern##n(struct fs_element *e, const char *parameters, struct fs_text *value) \
    { \
        (void)parameters; \
        read_pattern(e, n, value); \
    } \
    int fs_rewriter_write_pattern##n(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        return write_pattern(e, n, value, length, error); \
    }
PATTERN_HANDLERS(0)
PATTERN_HANDLERS(1)
PATTERN_HANDLERS(2)
PATTERN_HANDLERS(3)
PATTERN_HANDLERS(4)
PATTERN_HANDLERS(5)
PATTERN_HANDLERS(6)
PATTERN_HANDLERS(7)

static void text_address(struct fs_text *t, uint32_t address)
{
    uint8_t bytes[4];
    __builtin_memcpy(bytes, &address, 4);
    fs_text_ip(t, bytes);
}
static unsigned port_of(uint32_t half) { return FS_SWAP16((uint16_t)half); }

/* Click's forms of a flow. */
static void text_key(struct fs_text *t, enum fs_rewriter_style style, const struct fs_nat_key *k, bool forward)
{
    if (style == FS_REWRITE_ADDRESS) {
        text_address(t, forward ? k->source : k->destination);
        return;
    }
    fs_text_char(t, '(');
    text_address(t, k->source);
    if (style == FS_REWRITE_PORTS) {
        fs_text_format(t, ", %u", port_of(k->ports));
    }
    fs_text_string(t, ", ");
    text_address(t, k->destination);
    if (style == FS_REWRITE_PORTS) {
        fs_text_format(t, ", %u", port_of(k->ports >> 16));
    } else if (style == FS_REWRITE_PING) {
        fs_text_format(t, ", %u", port_of(forward ? k->ports : k->ports >> 16));
    }
    fs_text_char(t, ')');
}

static void text_flow(struct fs_text *t, const struct fs_rewriter *r, uint32_t record, unsigned direction, uint32_t now)
{
    const struct fs_nat_flow *f = &r->table->flows[record];
    const struct fs_nat_way *way = &r->table->ways[f->way];
    struct fs_nat_key to = fs_nat_reverse(f->key[!direction]);
    text_key(t, r->kind->style, &f->key[direction], direction == 0);
    fs_text_string(t, " => ");
    text_key(t, r->kind->style, &to, direction == 0);
    if (f->state & FS_NAT_SHIFTED) {
        int32_t by = fs_nat_shift_of(r->table, record << 1 | direction);
        if (by != 0) {
            fs_text_format(t, " seq %s%d", by > 0 ? "+" : "", by);
        }
    }
    fs_text_format(t, " [%s%u %s%u] i%u exp", direction == 0 ? "*" : "", (unsigned)way->output[0],
                   direction != 0 ? "*" : "", (unsigned)way->output[1], (unsigned)way->input);
    fs_text_i64(t, (fs_nat_remaining(r->table, f, now) + 500) / 1000);
    fs_text_char(t, '\n');
}

static void text_table(struct fs_element *e, unsigned map, struct fs_text *value)
{
    const struct fs_rewriter *r = (struct fs_rewriter *)e;
    uint32_t now = fs_rewriter_now(e);
    for (uint32_t i = 0; i < r->table->fresh; i++) {
        const struct fs_nat_flow *f = &r->table->flows[i];
        if (f->way != 0 && r->table->ways[f->way].map == r->map + map) {
            if (!fs_nat_same(&f->key[0], &f->key[1])) {
                text_flow(value, r, i, 0, now);
            }
            text_flow(value, r, i, 1, now);
        }
    }
}
void fs_rewriter_read_table(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    text_table(e, 0, value);
}
void fs_rewriter_read_udp_table(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    text_table(e, 1, value);
}

/* `SADDR SPORT DADDR DPORT` */
static bool parse_flow(const char *text, struct fs_nat_key *k)
{
    size_t left = __builtin_strlen(text), n;
    const char *word;
    uint8_t address[2][4];
    int64_t port[2];
    for (unsigned i = 0; i < 2; i++) {
        if (!fs_parse_word(&text, &left, &word, &n) || !fs_parse_ip(word, n, address[i])
            || !fs_parse_word(&text, &left, &word, &n) || !fs_parse_integer(word, n, 0, UINT16_MAX, &port[i])) {
            return false;
        }
    }
    __builtin_memcpy(&k->source, address[0], 4);
    __builtin_memcpy(&k->destination, address[1], 4);
    k->ports = fs_nat_ports(FS_SWAP16((uint16_t)port[0]), FS_SWAP16((uint16_t)port[1]));
    return !fs_parse_word(&text, &left, &word, &n);
}
static void text_lookup(struct fs_element *e, unsigned map, const char *parameters, struct fs_text *value)
{
    const struct fs_rewriter *r = (struct fs_rewriter *)e;
    struct fs_nat_key k;
    uint32_t found = parse_flow(parameters, &k) ? fs_nat_find(r->table, &k, (uint16_t)(r->map + map)) : FS_FLOW_NONE;
    if (found != FS_FLOW_NONE) {
        k = fs_rewriter_becomes(r, found);
        text_address(value, k.source);
        fs_text_format(value, " %u ", port_of(k.ports));
        text_address(value, k.destination);
        fs_text_format(value, " %u", port_of(k.ports >> 16));
    }
}
void fs_rewriter_read_lookup(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    text_lookup(e, 0, parameters, value);
}
void fs_rewriter_read_udp_lookup(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    text_lookup(e, 1, parameters, value);
}
