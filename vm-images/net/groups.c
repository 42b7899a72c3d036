#include "net/groups.h"

static uint32_t *head_of(const struct fs_groups *g, uint32_t address)
{
    return &g->heads[(address * g->multiplier) >> g->shift];
}

struct fs_group *fs_groups_find(const struct fs_groups *g, uint32_t address)
{
    for (uint32_t i = *head_of(g, address); i != 0; i = g->groups[i].next) {
        if (g->groups[i].address == address) {
            return &g->groups[i];
        }
    }
    return NULL;
}

static struct fs_group *add(struct fs_groups *g, uint32_t address, uint32_t due)
{
    uint32_t *head = head_of(g, address), at = g->free;
    if (at != 0) {
        g->free = g->groups[at].next;
    } else if (g->used < g->capacity) {
        at = ++g->used;
    } else {
        return NULL;
    }
    g->groups[at] = (struct fs_group){.address = address, .next = *head, .due = due};
    *head = at;
    g->count++;
    return &g->groups[at];
}

bool fs_groups_join(struct fs_groups *g, uint32_t address, uint32_t port, uint32_t until)
{
    struct fs_group *group = fs_groups_find(g, address);
    uint64_t bit = (uint64_t)1 << port;
    if (group == NULL || (group->members & bit) == 0) {
        if (g->joined[port] == g->limit || (group == NULL && (group = add(g, address, until)) == NULL)) {
            return false;
        }
        g->joined[port]++;
        group->members |= bit;
    }
    group->asked &= ~bit;
    group->due = fs_tick_first(group->due, until);
    fs_groups_until(g, group)[port] = until;
    return true;
}

void fs_groups_leave(struct fs_groups *g, struct fs_group *group, uint32_t port)
{
    uint64_t bit = (uint64_t)1 << port;
    g->joined[port]--;
    group->members &= ~bit;
    group->asked &= ~bit;
    if (group->members == 0) {
        uint32_t at = (uint32_t)(group - g->groups), *link = head_of(g, group->address);
        while (*link != at) {
            link = &g->groups[*link].next;
        }
        *link = group->next;
        group->next = g->free;
        g->free = at;
        g->count--;
    }
}

FS_ONCE int fs_groups_configure(struct fs_groups *g, struct fs_element *e, uint32_t ports, uint32_t capacity, uint32_t limit,
                        struct fs_text *error)
{
    uint32_t bits = 1;
    while ((1u << bits) < capacity) {
        bits++;
    }
    g->ports = ports;
    g->capacity = capacity;
    g->limit = limit;
    g->shift = 64 - bits;
    g->multiplier = fs_random(e) | 1;
    g->groups = fs_alloc(e, (capacity + 1) * sizeof *g->groups);
    g->until = fs_alloc(e, (capacity + (size_t)1) * ports * sizeof *g->until);
    g->heads = fs_alloc(e, sizeof *g->heads << bits);
    g->joined = fs_alloc(e, ports * sizeof *g->joined);
    if (g->groups == NULL || g->until == NULL || g->heads == NULL || g->joined == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}
