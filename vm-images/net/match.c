#include "net/match.h"

#include "net/ip.h"
#include "net/ip6.h"
#include "net/match_index.h"

/* ---- loading ---- */

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* No branch here and in read_test(): a machine's start pays for each (docs/decisions.md, "What starting costs"). */
static bool target_valid(uint32_t target, uint32_t node_count, uint32_t rule_count)
{
    uint32_t rule = target & ~FS_MATCH_LEAF;
    bool leaf = (target & FS_MATCH_LEAF) != 0;
    return (target == FS_MATCH_NONE) | (rule < (leaf ? rule_count : node_count));
}

/* A test as the table has it, with both ways on. */
struct test {
    struct fs_match_node node; /* without `yes` */
    uint32_t next[2];          /* when it does not hold, and when it does */
    uint32_t place;            /* of its node; NOT_PLACED before */
};
enum { NOT_PLACED = 0xffffffff };

/* Takes a test from its record; false when its source or operation is not one. */
static bool read_test(struct test *t, const uint8_t *at)
{
    uint32_t value = get_le32(at + 8), offset = at[0] | (uint32_t)at[1] << 8;
    unsigned op = at[3];
    bool field = at[2] == FS_MATCH_FIELD;
    struct fs_match_node *n = &t->node;
    n->offset = (uint16_t)(field ? 4 * offset : offset); /* fields lie one after the other, as a frame's words do */
    n->source = at[2];
    n->mask = get_le32(at + 4);
    n->low = op == 1 ? 0 : value;
    n->span = op == 0 ? 0 : op == 1 ? value : 0xffffffffu - value;
    t->next[1] = get_le32(at + 12);
    t->next[0] = get_le32(at + 16);
    return (at[2] < FS_MATCH_SOURCES) & (op <= 2) & (!field | (offset - 1 < FS_MATCH_FIELDS - 1));
}

static int refuse_test(const uint8_t *at, uint32_t index, bool read, struct fs_text *error)
{
    const char *wrong = read ? "target out of range"
        : at[2] >= FS_MATCH_SOURCES ? "unknown source"
        : at[3] <= 2 ? "unknown field"
                     : "unknown operation";
    fs_text_format(error, "match program: node %u: %s", index, wrong);
    return -1;
}

/* Whether there is no cycle: as many tests as there are can be put into an order in which each comes before those that
 * it leads to (Kahn, CACM 5(11), 1962). `order` and `degree` have room for a number a test, `degree` is zero. */
FS_ONCE static bool acyclic(const struct test *tests, uint32_t count, uint32_t *order, uint32_t *degree)
{
    uint32_t sorted = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (unsigned k = 0; k < 2; k++) {
            if ((tests[i].next[k] & FS_MATCH_LEAF) == 0) {
                degree[tests[i].next[k]]++;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (degree[i] == 0) {
            order[sorted++] = i;
        }
    }
    for (uint32_t i = 0; i < sorted; i++) {
        for (unsigned k = 0; k < 2; k++) {
            uint32_t next = tests[order[i]].next[k];
            if ((next & FS_MATCH_LEAF) == 0 && --degree[next] == 0) {
                order[sorted++] = next;
            }
        }
    }
    return sorted == count;
}

void fs_match_note_use(struct fs_match *m, unsigned source, unsigned offset)
{
    m->sources |= 1u << source;
    if (source == FS_MATCH_FIELD) {
        m->fields |= 1u << offset / 4;
    }
    if (m->needed[source] < offset + 4u) {
        m->needed[source] = offset + 4u;
    }
}

static struct fs_match_node always(uint32_t yes)
{
    return (struct fs_match_node){.span = 0xffffffff, .yes = yes, .source = FS_MATCH_FIELD};
}

/* Lays out the tests that can be reached: each is followed by the one to go on with when it does not hold, or, where
 * that has its place already or is a rule, by a node that always holds and leads there. So there are at most two
 * nodes a test. `todo` has room for a number a test. Answers how many nodes there are; their `yes` still are numbers
 * of tests. */
FS_ONCE static uint32_t lay_out(struct fs_match *m, struct fs_match_node *nodes, struct test *tests, uint32_t count,
                        uint32_t *todo)
{
    uint32_t placed = 0, waiting = 0;
    for (uint32_t i = 0; i < count; i++) {
        tests[i].place = NOT_PLACED;
    }
    if ((m->root & FS_MATCH_LEAF) == 0) {
        todo[waiting++] = m->root;
    }
    while (waiting > 0) {
        uint32_t at = todo[--waiting];
        if (tests[at].place != NOT_PLACED) {
            continue;
        }
        while ((at & FS_MATCH_LEAF) == 0 && tests[at].place == NOT_PLACED) {
            struct test *t = &tests[at];
            t->place = placed;
            nodes[placed] = t->node;
            nodes[placed++].yes = t->next[1];
            fs_match_note_use(m, t->node.source, t->node.offset);
            if ((t->next[1] & FS_MATCH_LEAF) == 0 && tests[t->next[1]].place == NOT_PLACED) {
                todo[waiting++] = t->next[1];
            }
            at = t->next[0];
        }
        nodes[placed++] = always(at);
    }
    return placed;
}

FS_ONCE static int load_tests(struct fs_match *m, struct fs_element *e, const uint8_t *at, uint32_t count,
                      struct fs_text *error)
{
    struct test *tests = fs_alloc(e, count * sizeof *tests);
    struct fs_match_node *nodes = fs_alloc(e, 2 * (size_t)count * sizeof *nodes);
    uint32_t *scratch = fs_alloc(e, 2 * (size_t)count * sizeof *scratch);
    if (tests == NULL || nodes == NULL || scratch == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    /* Most programs are a chain: each test leads to later ones, so that there is no cycle, and where it does not hold to
     * the next one or to a rule, so that it lies as lay_out() would lay it. */
    bool forward = true, chain = true;
    uint32_t placed = 0;
    for (uint32_t i = 0; i < count; i++, at += FS_MATCH_NODE_SIZE) {
        struct test *t = &tests[i];
        bool read = read_test(t, at);
        if (!(read & target_valid(t->next[0], count, m->rule_count) & target_valid(t->next[1], count, m->rule_count))) {
            return refuse_test(at, i, read, error);
        }
        bool ends = (t->next[0] & FS_MATCH_LEAF) != 0;
        forward &= (t->next[0] > i) & (t->next[1] > i); /* a rule is, too */
        chain &= ends | (t->next[0] == i + 1);
        t->place = placed;
        nodes[placed] = t->node;
        nodes[placed++].yes = t->next[1];
        nodes[placed] = always(t->next[0]);
        placed += ends;
        fs_match_note_use(m, t->node.source, t->node.offset);
    }
    if (!(forward & chain)) {
        if (!forward && !acyclic(tests, count, scratch, scratch + count)) {
            fs_text_string(error, "match program: its nodes form a cycle");
            return -1;
        }
        placed = lay_out(m, nodes, tests, count, scratch);
    }
    for (uint32_t i = 0; i < placed; i++) {
        if ((nodes[i].yes & FS_MATCH_LEAF) == 0) {
            nodes[i].yes = tests[nodes[i].yes].place;
        }
    }
    if ((m->root & FS_MATCH_LEAF) == 0) {
        m->root = tests[m->root].place;
    }
    m->nodes = nodes;
    m->node_count = placed;
    return 0;
}

FS_ONCE static int load_verdicts(struct fs_match *m, struct fs_element *e, const uint8_t *at, struct fs_text *error)
{
    uint32_t *verdicts = fs_alloc(e, (m->rule_count + 1) * sizeof *verdicts);
    if (verdicts == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    for (uint32_t i = 0; i < m->rule_count; i++) {
        uint32_t verdict = verdicts[i] = get_le32(at + 4 * (size_t)i);
        if ((verdict >= e->output_count) & (verdict != FS_MATCH_NONE)) {
            fs_text_format(error, "rule %u: output %u does not exist, there are %u", i + 1, verdict, e->output_count);
            return -1;
        }
    }
    m->verdicts = verdicts;
    return 0;
}

FS_ONCE int fs_match_load(struct fs_match *m, struct fs_element *e, struct fs_bytes table, struct fs_text *error)
{
    *m = (struct fs_match){.root = FS_MATCH_NONE};
    if (table.length < FS_MATCH_HEADER_SIZE) {
        fs_text_string(error, "match program: cut off");
        return -1;
    }
    uint32_t format = get_le32(table.at), node_count = get_le32(table.at + 8);
    size_t head = format == FS_MATCH_INDEXED ? FS_MATCH_INDEX_HEADER : FS_MATCH_HEADER_SIZE;
    if (format != FS_MATCH_FORMAT && format != FS_MATCH_INDEXED) {
        fs_text_format(error, "match program: format %u is not known", format);
        return -1;
    }
    m->rule_count = get_le32(table.at + 4);
    if (table.length < head || m->rule_count > (table.length - head) / 4) {
        fs_text_string(error, "match program: its counts do not fit its length");
        return -1;
    }
    if (format == FS_MATCH_INDEXED) {
        return load_verdicts(m, e, table.at + head, error) == 0 ? fs_match_index_load(m, e, table, error) : -1;
    }
    m->root = get_le32(table.at + 12);
    size_t left = table.length - head;
    if (node_count != (left - 4 * (size_t)m->rule_count) / FS_MATCH_NODE_SIZE
        || (left - 4 * (size_t)m->rule_count) % FS_MATCH_NODE_SIZE != 0) {
        fs_text_string(error, "match program: its counts do not fit its length");
        return -1;
    }
    if (!target_valid(m->root, node_count, m->rule_count)) {
        fs_text_string(error, "match program: root out of range");
        return -1;
    }
    if (load_verdicts(m, e, table.at + FS_MATCH_HEADER_SIZE, error) != 0) {
        return -1;
    }
    const uint8_t *nodes = table.at + FS_MATCH_HEADER_SIZE + 4 * (size_t)m->rule_count;
    return node_count == 0 ? 0 : load_tests(m, e, nodes, node_count, error);
}

/* ---- looking ---- */

static void look_transport(struct fs_match_view *v, const uint8_t *at, const uint8_t *end)
{
    v->at[FS_MATCH_TRANSPORT] = at;
    v->size[FS_MATCH_TRANSPORT] = at != NULL && at < end ? (uint32_t)(end - at) : 0;
}

static void set_field(struct fs_match_view *v, enum fs_match_field field, uint32_t value)
{
    fs_put32(v->fields + 4 * field, value);
}

static void look_ip6(struct fs_match_view *v)
{
    struct fs_ip6_upper upper = {.protocol = FS_PROTOCOL_NONE};
    const uint8_t *ip6 = v->at[FS_MATCH_NETWORK];
    size_t size = v->size[FS_MATCH_NETWORK];
    if (size >= FS_IP6_SIZE && fs_ip_version(ip6) == 6) {
        fs_ip6_walk(ip6, ip6 + size, &upper);
        look_transport(v, upper.protocol == FS_PROTOCOL_NONE ? NULL : ip6 + upper.offset, ip6 + size);
    }
    set_field(v, FS_MATCH_IP6_PROTOCOL, upper.protocol);
    set_field(v, FS_MATCH_IP6_LATER_FRAGMENT, upper.later_fragment);
    set_field(v, FS_MATCH_IP6_FRAGMENT, upper.fragment);
}

void fs_match_look(const struct fs_match *m, struct fs_match_view *v, struct fs_packet *p)
{
    const uint8_t *end = fs_packet_end(p);
    v->at[FS_MATCH_FRAME] = p->data;
    v->size[FS_MATCH_FRAME] = p->length;
    v->at[FS_MATCH_FIELD] = v->fields;
    v->size[FS_MATCH_FIELD] = sizeof v->fields;
    fs_put32(v->fields, 0); /* what nodes look at that always hold */
    if ((m->sources & ~(1u << FS_MATCH_FRAME)) == 0) {
        v->size[FS_MATCH_NETWORK] = v->size[FS_MATCH_TRANSPORT] = 0;
        return;
    }
    const uint8_t *network = fs_network_header(p);
    size_t left = network != NULL && network < end ? (size_t)(end - network) : 0;
    bool later_fragment = false;
    if (left >= FS_IP_SIZE && fs_ip_version(network) == 4) {
        size_t length = fs_get16(((const struct fs_ip *)network)->length);
        left = length < left ? length : left;
        later_fragment = fs_ip_later_fragment((const struct fs_ip *)network);
    } else if (left >= FS_IP6_SIZE && fs_ip_version(network) == 6) {
        size_t length = FS_IP6_SIZE + fs_get16(((const struct fs_ip6 *)network)->payload_length);
        left = length < left ? length : left;
    }
    v->at[FS_MATCH_NETWORK] = network;
    v->size[FS_MATCH_NETWORK] = (uint32_t)left;
    look_transport(v, fs_transport_header(p), network != NULL && network < end ? network + left : end);
    if (m->fields == 0) {
        return;
    }
    if ((m->fields & (1u << FS_MATCH_IP6_PROTOCOL | 1u << FS_MATCH_IP6_LATER_FRAGMENT | 1u << FS_MATCH_IP6_FRAGMENT)) != 0) {
        look_ip6(v);
    }
    set_field(v, FS_MATCH_IP_LATER_FRAGMENT, later_fragment);
    set_field(v, FS_MATCH_TRANSPORT_BYTES, v->size[FS_MATCH_TRANSPORT]);
    set_field(v, FS_MATCH_LENGTH, p->length);
    set_field(v, FS_MATCH_PAINT, fs_anno_u8(p, FS_ANNO_PAINT));
}

/* ---- deciding ---- */

/* A word that crosses the end: bytes that are not there are 0, and if the mask wants one of them a test fails. */
bool fs_match_word_at_end(const uint8_t *at, uint32_t size, uint32_t offset, uint32_t mask, uint32_t *word)
{
    uint32_t present = size > offset ? size - offset : 0;
    *word = 0;
    for (uint32_t i = 0; i < present; i++) {
        *word |= (uint32_t)at[offset + i] << (24 - 8 * i);
    }
    uint32_t missing = present == 0 ? 0xffffffffu : 0xffffffffu >> 8 * present;
    return (mask & missing) == 0;
}

static bool test_at_end(const struct fs_match_node *n, const uint8_t *at, uint32_t size)
{
    uint32_t word;
    return fs_match_word_at_end(at, size, n->offset, n->mask, &word) && (word & n->mask) - n->low <= n->span;
}

/* Whether no test of the program can come to the end of what there is to look at. */
static bool long_enough(const struct fs_match *m, const struct fs_match_view *v)
{
    return v->size[FS_MATCH_FRAME] >= m->needed[FS_MATCH_FRAME]
        && v->size[FS_MATCH_NETWORK] >= m->needed[FS_MATCH_NETWORK]
        && v->size[FS_MATCH_TRANSPORT] >= m->needed[FS_MATCH_TRANSPORT];
}

/* Compiled twice, with `checked` a constant. */
__attribute__((always_inline)) static inline uint32_t decide(const struct fs_match *m, const struct fs_match_view *v,
                                                             bool checked)
{
    uint32_t yes = m->root;
    while ((yes & FS_MATCH_LEAF) == 0) {
        const struct fs_match_node *n = &m->nodes[yes];
        for (;; n++) {
            const uint8_t *bytes = v->at[n->source];
            bool holds;
            if (!checked || n->offset + 4u <= v->size[n->source]) {
                holds = (fs_get32(bytes + n->offset) & n->mask) - n->low <= n->span;
            } else {
                holds = test_at_end(n, bytes, v->size[n->source]);
            }
            if (holds) {
                break;
            }
        }
        yes = n->yes;
    }
    return yes == FS_MATCH_NONE ? FS_MATCH_NONE : yes & ~FS_MATCH_LEAF;
}

uint32_t fs_match_decide(const struct fs_match *m, const struct fs_match_view *v)
{
    bool whole = long_enough(m, v);
    if (m->index != NULL) {
        uint32_t rule;
        fs_match_index_decide(m, v, &whole, 1, &rule);
        return rule;
    }
    return whole ? decide(m, v, false) : decide(m, v, true);
}

/* Its views are too large for the frames of elements, which nest. */
__attribute__((noinline)) static void index_batch(const struct fs_match *m, const struct fs_batch *batch,
                                                  uint32_t rules[FS_BATCH_MAX])
{
    struct fs_match_view views[FS_BATCH_MAX];
    bool whole[FS_BATCH_MAX];
    for (uint32_t i = 0; i < batch->count; i++) {
        if (i + 4 < batch->count) {
            __builtin_prefetch(batch->packets[i + 4]->data);
        }
        fs_match_look(m, &views[i], batch->packets[i]);
        whole[i] = long_enough(m, &views[i]);
    }
    fs_match_index_decide(m, views, whole, batch->count, rules);
}

void fs_match_batch(const struct fs_match *m, const struct fs_batch *batch, uint32_t rules[FS_BATCH_MAX])
{
    struct fs_match_view view;
    if (m->index != NULL) {
        index_batch(m, batch, rules);
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        if (i + 2 < batch->count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        fs_match_look(m, &view, batch->packets[i]);
        rules[i] = fs_match_decide(m, &view);
    }
}

/* Decides a batch and drops what is to be dropped; the rest keeps its order. Answers whether it all leaves by one
 * output. Apart, since its frame is too large for those of elements, which nest. */
__attribute__((noinline)) static bool decide_and_drop(const struct fs_match *m, struct fs_element *e,
                                                      struct fs_batch *batch, uint32_t *rules, uint32_t *ports)
{
    struct fs_batch dropped;
    uint32_t dropped_by[FS_BATCH_MAX], kept = 0;
    bool same = true;
    dropped.count = 0;
    fs_match_batch(m, batch, rules);
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint32_t verdict = rules[i] == FS_MATCH_NONE ? FS_MATCH_NONE : m->verdicts[rules[i]];
        if (verdict == FS_MATCH_NONE) {
            dropped_by[dropped.count] = rules[i];
            dropped.packets[dropped.count++] = p;
            continue;
        }
        ports[kept] = verdict;
        rules[kept] = rules[i];
        batch->packets[kept] = p;
        same = same && verdict == ports[0];
        kept++;
    }
    batch->count = kept;
    fs_drop_by_rules(e, &dropped, dropped_by, FS_DROP_DENIED, FS_DROP_NO_MATCH);
    return same && kept != 0;
}

void fs_match_push(const struct fs_match *m, struct fs_element *e, struct fs_batch *batch)
{
    uint32_t rules[FS_BATCH_MAX], ports[FS_BATCH_MAX];
    if (decide_and_drop(m, e, batch, rules, ports)) {
        fs_output_push(e, ports[0], batch);
    } else {
        fs_output_scatter(e, batch, ports, rules, FS_DROP_UNCONNECTED);
    }
}
