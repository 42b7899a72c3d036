#include "internal.h"

static const char *const words[] = {
#define WORD(symbol, word, sentence) word,
    FS_DROP_REASONS(WORD)
#undef WORD
};
static const char *const sentences[] = {
#define SENTENCE(symbol, word, sentence) sentence,
    FS_DROP_REASONS(SENTENCE)
#undef SENTENCE
};

const char *fs_drop_word(enum fs_drop_reason reason)
{
    return (unsigned)reason < (unsigned)FS_DROP_REASON_COUNT ? words[reason] : "?";
}

const char *fs_drop_sentence(enum fs_drop_reason reason)
{
    return (unsigned)reason < (unsigned)FS_DROP_REASON_COUNT ? sentences[reason] : "?";
}

/* The latest packet of an element and reason. Records are given out as reasons occur, since most never do; when none is
 * left (the router holds four for each element) drops are still counted, without their packet. */
static __attribute__((noinline)) struct fs_drop_record *give_record(struct fs_element *e, enum fs_drop_reason reason)
{
    struct fs_router *r = e->router;
    if (r->spare_record_count > 0) {
        e->drops->latest[reason] = &r->spare_records[--r->spare_record_count];
    }
    return e->drops->latest[reason];
}

static __attribute__((noinline)) void remember(struct fs_element *e, struct fs_drop_record *record,
                                               const struct fs_packet *p)
{
    uint32_t kept = p->length < (uint32_t)FS_DROP_SNAPSHOT ? p->length : (uint32_t)FS_DROP_SNAPSHOT;
    record->timestamp = p->timestamp != 0 ? p->timestamp : fs_router_recently(e->router);
    record->length = p->length;
    record->kept = kept;
    memcpy(record->bytes, p->data, kept);
}

/* Does what remember() does where nothing need be called for it: usually. */
static inline bool remembered(struct fs_element *e, struct fs_drop_record *record, const struct fs_packet *p)
{
    const uint64_t recent = e->router->recent, timestamp = p->timestamp != 0 ? p->timestamp : recent;
    if (FS_HARDLY(record == NULL || timestamp == 0 || p->length < (uint32_t)FS_DROP_SNAPSHOT)) {
        return false;
    }
    record->timestamp = timestamp;
    record->length = p->length;
    record->kept = FS_DROP_SNAPSHOT;
    memcpy(record->bytes, p->data, FS_DROP_SNAPSHOT);
    return true;
}

/* Counts packets, of which p is the latest; false: it is still to be remembered. */
static inline bool counted(struct fs_element *e, const struct fs_packet *p, enum fs_drop_reason reason, uint32_t packets)
{
    struct fs_drops *d = e->drops;
    d->total += packets;
    d->counts[reason] += packets;
    return remembered(e, d->latest[reason], p);
}

static __attribute__((noinline)) void remember_for(struct fs_element *e, enum fs_drop_reason reason,
                                                   const struct fs_packet *p)
{
    struct fs_drop_record *record = e->drops->latest[reason];
    if (record == NULL) {
        record = give_record(e, reason);
    }
    if (record != NULL) {
        remember(e, record, p);
    }
}

static void count(struct fs_element *e, const struct fs_packet *p, enum fs_drop_reason reason, uint32_t packets)
{
    if (!counted(e, p, reason, packets)) {
        remember_for(e, reason, p);
    }
}

void fs_drop(struct fs_element *e, struct fs_packet *p, enum fs_drop_reason reason)
{
    count(e, p, reason, 1);
    fs_packet_free(p);
}

/* `p` is the latest of so many packets. */
static void count_rule(struct fs_element *e, const struct fs_packet *p, enum fs_drop_reason reason, uint32_t rule,
                       uint32_t packets)
{
    struct fs_drops *d = e->drops;
    if (rule < d->rule_count) {
        struct fs_drop_record *record = &d->rules[rule];
        if (record->reason == 0) {
            record->reason = (uint8_t)(reason + 1);
        }
        if (record->reason == reason + 1) { /* else another reason of the same rule: counted without the rule */
            d->total += packets;
            record->count += packets;
            if (!remembered(e, record, p)) {
                remember(e, record, p);
            }
            return;
        }
    }
    count(e, p, reason, packets);
}

void fs_drop_rule(struct fs_element *e, struct fs_packet *p, enum fs_drop_reason reason, uint32_t rule)
{
    count_rule(e, p, reason, rule, 1);
    fs_packet_free(p);
}

void fs_drop_by_rules(struct fs_element *e, struct fs_batch *batch, const uint32_t *rules,
                      enum fs_drop_reason with_rule, enum fs_drop_reason without)
{
    for (uint32_t i = 0, first = 0; i < batch->count; i++) {
        if (i + 1 == batch->count || rules[i + 1] != rules[i]) {
            count_rule(e, batch->packets[i], rules[i] == FS_RULE_NONE ? without : with_rule, rules[i], i + 1 - first);
            first = i + 1;
        }
    }
    fs_packet_free_batch(batch);
}

static __attribute__((noinline)) void remember_last(struct fs_element *e, struct fs_batch *batch, enum fs_drop_reason reason)
{
    remember_for(e, reason, batch->packets[batch->count - 1]);
    fs_packet_free_batch(batch);
}

void fs_drop_batch(struct fs_element *e, struct fs_batch *batch, enum fs_drop_reason reason)
{
    if (FS_USUALLY(batch->count > 0)) {
        if (counted(e, batch->packets[batch->count - 1], reason, batch->count)) {
            fs_pool_give(e->router->platform->pool, batch); /* a last call, as below: nothing is saved around it */
        } else {
            remember_last(e, batch, reason);
        }
    }
}

static void keep_latest(struct fs_element *e, unsigned reason, const struct fs_drop_record *record)
{
    struct fs_drop_record *latest = e->drops->latest[reason] != NULL ? e->drops->latest[reason] : give_record(e, reason);
    if (latest != NULL && record->timestamp >= latest->timestamp) {
        *latest = *record;
    }
}

/* Rules that are no more: what they dropped stays counted by its reason. */
static void forget_rules(struct fs_element *e, const struct fs_drops *of)
{
    for (uint32_t i = 0; i < of->rule_count; i++) {
        const struct fs_drop_record *rule = &of->rules[i];
        if (rule->count != 0) {
            e->drops->counts[rule->reason - 1u] += rule->count;
            keep_latest(e, rule->reason - 1u, rule);
        }
    }
}

void fs_drops_rules(struct fs_element *e, uint32_t rule_count)
{
    struct fs_drops *d = e->drops;
    d->rewritten = d->rules != NULL;
    forget_rules(e, d);
    d->rules = fs_alloc(e, rule_count * sizeof(struct fs_drop_record));
    d->rule_count = d->rules != NULL ? rule_count : 0;
}

FS_ONCE void fs_drops_take(struct fs_element *e, const struct fs_element *old)
{
    struct fs_drops *d = e->drops;
    const struct fs_drops *o = old->drops;
    d->total += o->total;
    for (unsigned reason = 0; reason < (unsigned)FS_DROP_REASON_COUNT; reason++) {
        d->counts[reason] += o->counts[reason];
        if (o->latest[reason] != NULL) {
            keep_latest(e, reason, o->latest[reason]);
        }
    }
    if (o->rewritten || o->rule_count != d->rule_count || strcmp(e->args->config, old->args->config) != 0) {
        forget_rules(e, o);
    } else if (d->rule_count != 0) {
        memcpy(d->rules, o->rules, d->rule_count * sizeof *d->rules);
    }
}

uint64_t fs_drops_total(const struct fs_element *e) { return e->drops->total; }
