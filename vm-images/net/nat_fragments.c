#include "net/nat_fragments.h"

#include "net/rewriter.h"

/* Fragments of one datagram come within milliseconds of each other, or not at all. */
enum { WAYS = 4, WAITING = 64, PATIENCE = 5000 };
#define MILLISECOND_NS 1000000u

struct fs_nat_known {
    struct fs_nat_datagram datagram;
    struct fs_nat_turned turned;
    uint32_t since;
    bool used;
};
struct fs_nat_waiting {
    struct fs_nat_datagram datagram;
    struct fs_packet *packet;
    uint32_t since;
};

static bool same(const struct fs_nat_datagram *a, const struct fs_nat_datagram *b)
{
    return a->source == b->source && a->destination == b->destination && a->id == b->id && a->input == b->input
        && a->protocol == b->protocol;
}

static struct fs_nat_known *set_of(const struct fs_nat_fragments *f, const struct fs_nat_datagram *d)
{
    uint64_t key = ((uint64_t)d->source << 32 | d->destination) ^ f->seed;
    key = key * 0x9e3779b97f4a7c15u ^ ((uint64_t)d->id << 24 | (uint64_t)d->input << 8 | d->protocol);
    return &f->known[(key * 0xbf58476d1ce4e5b9u >> 32) % f->sets * WAYS];
}

void fs_nat_fragments_know(struct fs_nat_fragments *f, const struct fs_nat_datagram *d, const struct fs_nat_turned *t,
                           uint32_t now)
{
    struct fs_nat_known *set = set_of(f, d), *k = set;
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].used && same(&set[i].datagram, d)) {
            k = &set[i];
            break;
        }
        k = !set[i].used || (k->used && (int32_t)(set[i].since - k->since) < 0) ? &set[i] : k;
    }
    *k = (struct fs_nat_known){*d, *t, now, true};
    f->news = true;
}

const struct fs_nat_turned *fs_nat_fragments_find(const struct fs_nat_fragments *f, const struct fs_nat_datagram *d,
                                                  uint32_t now)
{
    const struct fs_nat_known *k = set_of(f, d);
    for (unsigned i = 0; i < WAYS; i++, k++) {
        if (k->used && same(&k->datagram, d) && now - k->since <= (uint32_t)PATIENCE) {
            return &k->turned;
        }
    }
    return NULL;
}

static struct fs_packet *take_out(struct fs_nat_fragments *f, uint32_t place)
{
    struct fs_packet *p = f->waiting[place].packet;
    f->count--;
    __builtin_memmove(&f->waiting[place], &f->waiting[place + 1], (f->count - place) * sizeof *f->waiting);
    return p;
}

void fs_nat_fragments_hold(struct fs_nat_fragments *f, struct fs_element *e, const struct fs_nat_datagram *d,
                           struct fs_packet *p, uint32_t now)
{
    if (f->count == f->room) {
        fs_drop(e, take_out(f, 0), FS_DROP_STATE);
    }
    f->waiting[f->count++] = (struct fs_nat_waiting){*d, p, now};
    if (!fs_timer_set(&f->timer)) {
        fs_timer_after(&f->timer, (uint64_t)PATIENCE * MILLISECOND_NS);
    }
}

struct fs_packet *fs_nat_fragments_next(struct fs_nat_fragments *f, uint32_t now, const struct fs_nat_turned **t)
{
    for (uint32_t i = 0; f->news && i < f->count; i++) {
        *t = fs_nat_fragments_find(f, &f->waiting[i].datagram, now);
        if (*t != NULL) {
            return take_out(f, i);
        }
    }
    f->news = false;
    return NULL;
}

FS_ONCE static void fire(struct fs_element *e, struct fs_timer *t)
{
    struct fs_nat_fragments *f = (struct fs_nat_fragments *)t;
    uint32_t now = fs_rewriter_now(e);
    while (f->count > 0 && now - f->waiting[0].since >= (uint32_t)PATIENCE) {
        fs_drop(e, take_out(f, 0), FS_DROP_STATE);
    }
    if (f->count > 0) {
        fs_timer_after(t, (uint64_t)(PATIENCE - (now - f->waiting[0].since)) * MILLISECOND_NS);
    }
}

FS_ONCE int fs_nat_fragments_init(struct fs_nat_fragments *f, struct fs_element *e, uint32_t datagrams)
{
    *f = (struct fs_nat_fragments){.sets = (datagrams + WAYS - 1) / WAYS, .seed = fs_random(e)};
    f->room = datagrams < (uint32_t)WAITING ? datagrams : (uint32_t)WAITING;
    f->known = fs_alloc(e, (size_t)f->sets * WAYS * sizeof *f->known);
    f->waiting = fs_alloc(e, f->room * sizeof *f->waiting);
    fs_timer_init(e, &f->timer, fire);
    return f->known != NULL && f->waiting != NULL ? 0 : -1;
}

FS_ONCE void fs_nat_fragments_take(struct fs_nat_fragments *f, const struct fs_nat_fragments *old)
{
    for (uint32_t i = 0; i < old->sets * WAYS; i++) {
        const struct fs_nat_known *k = &old->known[i];
        if (k->used) {
            fs_nat_fragments_know(f, &k->datagram, &k->turned, k->since);
        }
    }
}

FS_ONCE void fs_nat_fragments_drop(struct fs_nat_fragments *f, struct fs_element *e)
{
    while (f->count > 0) {
        fs_drop(e, take_out(f, 0), FS_DROP_SHUTDOWN);
    }
}
