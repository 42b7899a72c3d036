/* etherswitch.h: a learning Ethernet switch among the ports of an element (EtherSwitch, ListenEtherSwitch).
 *
 * Where an address was seen last is kept in buckets of four, one cache line each. A new address takes the place of the
 * one in its bucket that was silent longest: so the table is bounded, and a look-up takes one line.
 */
#ifndef NET_ETHERSWITCH_H
#define NET_ETHERSWITCH_H

#include <flowstream/element.h>

enum { FS_ETHERSWITCH_WAYS = 4, FS_ETHERSWITCH_ADDRESSES = 4096, FS_ETHERSWITCH_ADDRESSES_MAX = 1 << 20 };

struct fs_etherswitch_place {
    uint64_t address_port; /* address << 16 | port */
    uint64_t seen;         /* 0: no address here */
};
struct fs_etherswitch {
    struct fs_element base;
    struct fs_etherswitch_place *places;
    uint32_t bucket_bits;
    uint64_t multiplier;
    uint64_t timeout; /* nanoseconds; 0: a dumb hub */
    uint64_t lost;    /* copies that could not be made */
    uint32_t ports;   /* those that are switched among */
};

int fs_etherswitch_configure(struct fs_element *e, struct fs_text *error);
void fs_etherswitch_take_state(struct fs_element *e, struct fs_element *old);
void fs_etherswitch_push(struct fs_element *e, unsigned port, struct fs_batch *batch);

extern const struct fs_arg fs_etherswitch_args[2];
extern const struct fs_handler fs_etherswitch_handlers[3];

#endif
