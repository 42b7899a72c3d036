/* port_map.h: one IPv6 address for many: flows that have a port of its own each, out of a range.
 *
 * A flow is found by its mapped port, which is its place, or by a hash of its other ends.
 */
#ifndef NET_PORT_MAP_H
#define NET_PORT_MAP_H

#include <flowstream/element.h>

#include "net/address6.h"

struct fs_flow6 {
    struct fs_address6 inner, remote;
    uint16_t inner_port, remote_port;
    uint8_t protocol;
    bool bound;
    uint32_t next; /* place + 1 */
    uint64_t used; /* steady ns */
};

struct fs_port_map {
    struct fs_address6 address;
    uint16_t first;
    uint32_t count, rover, bits;
    struct fs_flow6 *flows; /* NULL: there is none of this map */
    uint32_t *heads;
    uint64_t multiplier, timeout;
};

int fs_port_map_init(struct fs_port_map *m, struct fs_element *e);
/* The flow with these ends (`wanted`), NULL when there is none; its mapped port is fs_port_map_port(). */
struct fs_flow6 *fs_port_map_find(struct fs_port_map *m, const struct fs_flow6 *wanted);
/* The flow that has this port and these remote ends and protocol. */
struct fs_flow6 *fs_port_map_at(struct fs_port_map *m, uint16_t port, const struct fs_flow6 *wanted);
/* A new flow; NULL when all ports are in use and none that was looked at has been idle for the timeout. */
struct fs_flow6 *fs_port_map_bind(struct fs_port_map *m, const struct fs_flow6 *wanted, uint64_t now);
static inline uint16_t fs_port_map_port(const struct fs_port_map *m, const struct fs_flow6 *f)
{
    return (uint16_t)(m->first + (f - m->flows));
}

#endif
