/* groups.h: which ports have members of which IPv4 groups, and until when.
 *
 * All memory is taken when the table is made. Times are ticks.
 */
#ifndef NET_GROUPS_H
#define NET_GROUPS_H

#include <flowstream/element.h>

#include "net/tick.h"

enum {
    FS_GROUPS_PORTS = 62,       /* at most; a set of them is a word */
    FS_GROUPS_LIMIT = 1 << 16, /* groups */
};

struct fs_group {
    uint32_t address; /* host order */
    uint32_t next;    /* in its chain, or of the free ones */
    uint64_t members; /* ports; none: the place is free */
    uint64_t asked;   /* of them, those where the last member may have gone */
    uint32_t ask_at;  /* when to ask them again, `asks` times */
    uint32_t asks;
    uint32_t due;     /* nothing is to be done before */
};

struct fs_groups {
    struct fs_group *groups; /* from 1 on, so that fresh memory is a table of nothing */
    uint32_t *until;         /* for each group, by port */
    uint32_t *heads;
    uint64_t multiplier;
    uint32_t shift, ports, capacity, used, free, count;
    uint32_t *joined, limit; /* how many groups each port has, and may have */
};

/* Answers like configure(). */
int fs_groups_configure(struct fs_groups *g, struct fs_element *e, uint32_t ports, uint32_t capacity, uint32_t limit,
                        struct fs_text *error);
struct fs_group *fs_groups_find(const struct fs_groups *g, uint32_t address);
/* Notes a member, or that it is one for longer; false when there is no room for it. */
bool fs_groups_join(struct fs_groups *g, uint32_t address, uint32_t port, uint32_t until);
/* The port is no member any more; a group without members is forgotten. */
void fs_groups_leave(struct fs_groups *g, struct fs_group *group, uint32_t port);
static inline uint32_t *fs_groups_until(const struct fs_groups *g, const struct fs_group *group)
{
    return g->until + (size_t)(group - g->groups) * g->ports;
}

#endif
