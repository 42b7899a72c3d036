#include "net/port_map.h"

enum { LOOKED_AT = 64 };

static uint32_t *head_of(const struct fs_port_map *m, const struct fs_flow6 *f)
{
    uint64_t ports = (uint64_t)f->inner_port << 32 | (uint64_t)f->remote_port << 8 | f->protocol;
    uint64_t h = ((f->inner.high ^ f->remote.low ^ ports) * 0xbf58476d1ce4e5b9u) + (f->inner.low ^ f->remote.high);
    return &m->heads[((h ^ h >> 29) * m->multiplier) >> (64 - m->bits)];
}
static bool remote_equal(const struct fs_flow6 *a, const struct fs_flow6 *b)
{
    return a->protocol == b->protocol && a->remote_port == b->remote_port && fs_address6_equal(a->remote, b->remote);
}
static bool equal(const struct fs_flow6 *a, const struct fs_flow6 *b)
{
    return remote_equal(a, b) && a->inner_port == b->inner_port && fs_address6_equal(a->inner, b->inner);
}

FS_ONCE int fs_port_map_init(struct fs_port_map *m, struct fs_element *e)
{
    for (m->bits = 4; (1u << m->bits) < m->count; m->bits++) {
    }
    m->multiplier = fs_random(e) | 1; /* who chooses addresses cannot choose chains */
    m->flows = fs_alloc(e, m->count * sizeof *m->flows);
    m->heads = fs_alloc(e, sizeof(uint32_t) << m->bits);
    return m->flows == NULL || m->heads == NULL ? -1 : 0;
}

struct fs_flow6 *fs_port_map_find(struct fs_port_map *m, const struct fs_flow6 *wanted)
{
    uint32_t i = *head_of(m, wanted);
    while (i != 0 && !equal(&m->flows[i - 1], wanted)) {
        i = m->flows[i - 1].next;
    }
    return i == 0 ? NULL : &m->flows[i - 1];
}

struct fs_flow6 *fs_port_map_at(struct fs_port_map *m, uint16_t port, const struct fs_flow6 *wanted)
{
    uint32_t place = (uint32_t)port - m->first;
    struct fs_flow6 *f = place < m->count ? &m->flows[place] : NULL;
    return f != NULL && f->bound && remote_equal(f, wanted) ? f : NULL;
}

static void forget(struct fs_port_map *m, const struct fs_flow6 *f)
{
    uint32_t place = (uint32_t)(f - m->flows) + 1, *at = head_of(m, f);
    while (*at != place) {
        at = &m->flows[*at - 1].next;
    }
    *at = f->next;
}

struct fs_flow6 *fs_port_map_bind(struct fs_port_map *m, const struct fs_flow6 *wanted, uint64_t now)
{
    for (uint32_t i = 0; i < LOOKED_AT && i < m->count; i++) {
        struct fs_flow6 *f = &m->flows[m->rover];
        m->rover = m->rover + 1 == m->count ? 0 : m->rover + 1;
        if (f->bound && now - f->used < m->timeout) {
            continue;
        }
        if (f->bound) {
            forget(m, f);
        }
        uint32_t *head = head_of(m, wanted);
        *f = *wanted;
        f->bound = true;
        f->used = now;
        f->next = *head;
        *head = (uint32_t)(f - m->flows) + 1;
        return f;
    }
    return NULL;
}
