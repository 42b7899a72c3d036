#include "net/address_map.h"

static uint32_t *head_of(const struct fs_address_map *m, unsigned side, struct fs_address6 a, uint16_t port)
{
    uint64_t h = (a.high ^ port) * 0xbf58476d1ce4e5b9u + a.low;
    h = (h ^ h >> 29) * m->multiplier;
    return &m->heads[side][h >> (64 - m->bits)];
}
static void link(struct fs_address_map *m, unsigned side, uint32_t place)
{
    struct fs_pair *p = &m->pairs[place];
    uint32_t *head = head_of(m, side, p->address[side], p->port[side]);
    p->next[side] = *head;
    *head = place;
}
static void unlink_from(struct fs_address_map *m, unsigned side, uint32_t place)
{
    const struct fs_pair *p = &m->pairs[place];
    uint32_t *at = head_of(m, side, p->address[side], p->port[side]);
    while (*at != place) {
        at = &m->pairs[*at].next[side];
    }
    *at = p->next[side];
}
static void unlink_age(struct fs_address_map *m, uint32_t place)
{
    struct fs_pair *p = &m->pairs[place];
    *(p->older == FS_PAIR_NONE ? &m->oldest : &m->pairs[p->older].newer) = p->newer;
    *(p->newer == FS_PAIR_NONE ? &m->newest : &m->pairs[p->newer].older) = p->older;
}
static void link_newest(struct fs_address_map *m, uint32_t place)
{
    struct fs_pair *p = &m->pairs[place];
    p->older = m->newest;
    p->newer = FS_PAIR_NONE;
    *(p->older == FS_PAIR_NONE ? &m->oldest : &m->pairs[p->older].newer) = place;
    m->newest = place;
}

FS_ONCE int fs_address_map_init(struct fs_address_map *m, struct fs_element *e, uint32_t capacity)
{
    m->capacity = capacity;
    for (m->bits = 4; (1u << m->bits) < capacity; m->bits++) {
    }
    m->multiplier = fs_random(e) | 1; /* who chooses addresses cannot choose chains */
    m->pairs = fs_alloc(e, (capacity + 1) * sizeof *m->pairs);
    m->heads[0] = fs_alloc(e, sizeof(uint32_t) << m->bits);
    m->heads[1] = fs_alloc(e, sizeof(uint32_t) << m->bits);
    return m->pairs == NULL || m->heads[0] == NULL || m->heads[1] == NULL ? -1 : 0;
}

FS_ONCE void fs_address_map_pair(struct fs_address_map *m, const struct fs_address6 address[FS_SIDES],
                         const uint16_t port[FS_SIDES])
{
    struct fs_pair *p = &m->pairs[++m->count];
    p->fixed = p->bound = true;
    for (unsigned side = 0; side < FS_SIDES; side++) {
        p->address[side] = address[side];
        p->port[side] = port[side];
        m->ports |= port[side] != 0;
        link(m, side, m->count);
    }
}

FS_ONCE void fs_address_map_pool(struct fs_address_map *m, struct fs_address6 given)
{
    m->unused = m->unused == FS_PAIR_NONE ? m->count + 1 : m->unused;
    m->pairs[++m->count].address[m->given] = given;
    link(m, m->given, m->count);
}

static struct fs_pair *find(struct fs_address_map *m, unsigned side, struct fs_address6 a, uint16_t port)
{
    uint32_t i = *head_of(m, side, a, port);
    while (i != FS_PAIR_NONE && (!fs_address6_equal(m->pairs[i].address[side], a) || m->pairs[i].port[side] != port)) {
        i = m->pairs[i].next[side];
    }
    return i == FS_PAIR_NONE ? NULL : &m->pairs[i];
}

struct fs_pair *fs_address_map_find(struct fs_address_map *m, unsigned side, struct fs_address6 a, uint16_t port,
                                    uint64_t now)
{
    struct fs_pair *p = m->ports && port != 0 ? find(m, side, a, port) : NULL;
    p = p != NULL ? p : find(m, side, a, 0);
    if (p == NULL || !p->bound) {
        return NULL;
    }
    uint32_t place = (uint32_t)(p - m->pairs);
    if (!p->fixed) {
        p->used = now;
        if (place != m->newest) {
            unlink_age(m, place);
            link_newest(m, place);
        }
    }
    return p;
}

static struct fs_pair *bind(struct fs_address_map *m, uint32_t place, struct fs_address6 a, uint64_t now)
{
    struct fs_pair *p = &m->pairs[place];
    p->address[!m->given] = a;
    p->bound = true;
    p->used = now;
    link(m, !m->given, place);
    link_newest(m, place);
    return p;
}

struct fs_pair *fs_address_map_bind(struct fs_address_map *m, struct fs_address6 a, uint64_t now)
{
    for (; m->unused != FS_PAIR_NONE && m->unused <= m->count; m->unused++) {
        if (!m->pairs[m->unused].bound) {
            return bind(m, m->unused++, a, now);
        }
    }
    uint32_t place = m->oldest;
    if (place == FS_PAIR_NONE || now - m->pairs[place].used < m->timeout) {
        return NULL;
    }
    unlink_age(m, place);
    unlink_from(m, !m->given, place);
    return bind(m, place, a, now);
}

FS_ONCE void fs_address_map_adopt(struct fs_address_map *m, const struct fs_address_map *old)
{
    if (m->given != old->given) {
        return;
    }
    for (uint32_t i = old->oldest; i != FS_PAIR_NONE; i = old->pairs[i].newer) {
        const struct fs_pair *o = &old->pairs[i];
        struct fs_pair *p = find(m, m->given, o->address[m->given], 0);
        if (p != NULL && !p->bound && find(m, !m->given, o->address[!m->given], 0) == NULL) {
            bind(m, (uint32_t)(p - m->pairs), o->address[!m->given], o->used);
        }
    }
}
