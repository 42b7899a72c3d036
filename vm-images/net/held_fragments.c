#include "net/held_fragments.h"

enum { PLACES = 256, PAIRS = 32, SETS = 256, WAYS = 4, NONE = 0xffff };
#define SECOND_NS 1000000000u

/* A packet that waits. */
struct fs_held_place {
    struct fs_fragment fragment;
    struct fs_packet *packet;
    uint32_t since;
    uint16_t next;
};

/* Hosts between which packets wait, the first one for want of its ports. */
struct fs_held_pair {
    uint64_t hosts;
    uint64_t steady; /* when the first one came */
    uint16_t head, tail;
};

/* What the first fragment of a datagram said. */
struct fs_held_known {
    uint64_t hosts;
    uint32_t aggregate, time;
    uint16_t id;
    uint8_t tcp, direction, paint;
    bool used;
};

/* ---- datagrams whose first fragment was seen ---- */

static struct fs_held_known *set_of(const struct fs_held *h, const struct fs_fragment *g)
{
    uint64_t key = (g->hosts ^ h->seed) * 0x9e3779b97f4a7c15u ^ ((uint64_t)g->id << 2 | g->tcp << 1 | g->direction);
    return &h->known[(key * 0xbf58476d1ce4e5b9u >> 32) % SETS * WAYS];
}
static bool is_of(const struct fs_held_known *k, const struct fs_fragment *g)
{
    return k->used && k->hosts == g->hosts && k->id == g->id && k->tcp == g->tcp && k->direction == g->direction;
}

static void know(struct fs_held *h, const struct fs_fragment *g, struct fs_packet *p, uint32_t now)
{
    struct fs_held_known *set = set_of(h, g), *k = set;
    for (unsigned i = 0; i < WAYS; i++) {
        if (is_of(&set[i], g)) {
            k = &set[i];
            break;
        }
        k = !set[i].used || (k->used && (int32_t)(set[i].time - k->time) < 0) ? &set[i] : k;
    }
    *k = (struct fs_held_known){g->hosts, fs_anno_u32(p, FS_ANNO_AGGREGATE), now, g->id, g->tcp, g->direction,
                                fs_anno_u8(p, FS_ANNO_PAINT), true};
}

/* Gives a later fragment what its first one said; false when that is not known. What is too old is of another datagram. */
static bool resolve(const struct fs_held *h, const struct fs_fragment *g, struct fs_packet *p, uint32_t now)
{
    const struct fs_held_known *k = set_of(h, g);
    for (unsigned i = 0; g->later && i < WAYS; i++, k++) {
        if (is_of(k, g) && (int32_t)(now - k->time) <= (int32_t)h->timeout) {
            fs_set_anno_u32(p, FS_ANNO_AGGREGATE, k->aggregate);
            fs_set_anno_u8(p, FS_ANNO_PAINT, k->paint);
            return true;
        }
    }
    return !g->later;
}

/* ---- packets that wait ---- */

static void emit(struct fs_element *e, struct fs_batch *out, struct fs_packet *p)
{
    if (fs_batch_full(out)) {
        fs_output_push(e, 0, out);
    }
    fs_batch_add(out, p);
}

/* Lets go of those in front that are known or have waited too long, or of all. */
static void drain(struct fs_held *h, struct fs_element *e, struct fs_held_pair *pair, uint32_t now, bool all,
                  struct fs_batch *out)
{
    while (pair->head != NONE) {
        struct fs_held_place *place = &h->places[pair->head];
        bool known = resolve(h, &place->fragment, place->packet, now);
        if (!known && !all && (int32_t)(now - place->since) <= (int32_t)h->timeout) {
            return;
        }
        uint16_t gone = pair->head;
        pair->head = place->next;
        place->next = h->spare;
        h->spare = gone;
        h->count--;
        if (known) {
            emit(e, out, place->packet);
        } else {
            fs_reject(e, 1, place->packet, FS_DROP_STATE);
        }
    }
    *pair = h->pairs[--h->pair_count];
}

static struct fs_held_pair *find(struct fs_held *h, uint64_t hosts)
{
    for (uint32_t i = 0; i < h->pair_count; i++) {
        if (h->pairs[i].hosts == hosts) {
            return &h->pairs[i];
        }
    }
    return NULL;
}

static struct fs_held_pair *longest(struct fs_held *h)
{
    struct fs_held_pair *found = h->pairs;
    for (uint32_t i = 1; i < h->pair_count; i++) {
        found = h->pairs[i].steady < found->steady ? &h->pairs[i] : found;
    }
    return found;
}

void fs_held_take(struct fs_held *h, struct fs_element *e, const struct fs_fragment *g, struct fs_packet *p, uint32_t now,
                  struct fs_batch *out)
{
    if (g->fragment && !g->later) {
        know(h, g, p, now);
    }
    struct fs_held_pair *pair = h->count > 0 ? find(h, g->hosts) : NULL;
    if (pair == NULL && resolve(h, g, p, now)) {
        emit(e, out, p);
        return;
    }
    if (h->spare == NONE || (pair == NULL && h->pair_count == PAIRS)) {
        drain(h, e, longest(h), now, true, out);
        fs_held_take(h, e, g, p, now, out); /* there is room now */
        return;
    }
    if (h->count == 0) {
        fs_timer_after(&h->timer, (uint64_t)(h->timeout + 1) * SECOND_NS);
    }
    if (pair == NULL) {
        pair = &h->pairs[h->pair_count++];
        *pair = (struct fs_held_pair){g->hosts, fs_steady(e), NONE, NONE};
    }
    uint16_t i = h->spare;
    h->spare = h->places[i].next;
    h->places[i] = (struct fs_held_place){*g, p, now, NONE};
    *(pair->head == NONE ? &pair->head : &h->places[pair->tail].next) = i;
    pair->tail = i;
    h->count++;
    drain(h, e, pair, now, false, out);
}

void fs_held_flush(struct fs_held *h, struct fs_element *e, uint32_t now, bool all, struct fs_batch *out)
{
    for (uint32_t i = h->pair_count; i-- > 0;) {
        drain(h, e, &h->pairs[i], now, all, out);
    }
}

FS_ONCE static void fire(struct fs_element *e, struct fs_timer *t)
{
    struct fs_held *h = (struct fs_held *)t;
    struct fs_batch out = {.count = 0};
    uint64_t allowed = (uint64_t)h->timeout * SECOND_NS, now = fs_steady(e);
    for (uint32_t i = h->pair_count; i-- > 0;) {
        if (now - h->pairs[i].steady > allowed) {
            drain(h, e, &h->pairs[i], h->places[h->pairs[i].head].since, true, &out);
        }
    }
    fs_output_push(e, 0, &out);
    if (h->count > 0) {
        fs_timer_after(t, SECOND_NS);
    }
}

FS_ONCE int fs_held_init(struct fs_held *h, struct fs_element *e, uint32_t timeout)
{
    *h = (struct fs_held){.timeout = timeout, .seed = fs_random(e)};
    h->places = fs_alloc(e, PLACES * sizeof *h->places);
    h->pairs = fs_alloc(e, PAIRS * sizeof *h->pairs);
    h->known = fs_alloc(e, (size_t)SETS * WAYS * sizeof *h->known);
    if (h->places == NULL || h->pairs == NULL || h->known == NULL) {
        return -1;
    }
    for (uint16_t i = 0; i < PLACES; i++) {
        h->places[i].next = i + 1 < PLACES ? i + 1 : NONE;
    }
    fs_timer_init(e, &h->timer, fire);
    return 0;
}

FS_ONCE void fs_held_drop(struct fs_held *h, struct fs_element *e)
{
    for (uint32_t i = 0; i < h->pair_count; i++) {
        for (uint16_t at = h->pairs[i].head; at != NONE; at = h->places[at].next) {
            fs_drop(e, h->places[at].packet, FS_DROP_SHUTDOWN);
        }
    }
    h->count = h->pair_count = 0;
}
