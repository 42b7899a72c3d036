/* arptable.h: which Ethernet address an IP address has, and the packets that wait until it is known (Click's ARPTable).
 * A table is for IPv4 or for IPv6.
 *
 * All memory is taken when the table is made: entries and places for waiting packets are bounded, and when they run out
 * the oldest give way. Times are nanoseconds of the steady clock.
 */
#ifndef NET_ARPTABLE_H
#define NET_ARPTABLE_H

#include <flowstream/element.h>

#include "net/address6.h"

enum {
    FS_ARP_CAPACITY = 2048,       /* packets that wait, when nothing else is said */
    FS_ARP_ENTRIES_DEFAULT = 4096, /* what Click's "unlimited" means here */
    FS_ARP_LIMIT = 1 << 16,
};

struct fs_arp_entry {
    struct fs_address6 address;
    uint32_t hash_next, older, newer;
    uint32_t first, last; /* waiting packets */
    uint32_t waiting;
    uint8_t mac[6];
    bool known;
    uint8_t polls; /* queries since the last answer */
    uint64_t live_at, polled_at;
};
struct fs_arp_waiting {
    struct fs_packet *packet;
    uint32_t next;
};

struct fs_arp_limits {
    uint32_t packets, entries, entry_packets, slim;
    uint64_t timeout; /* 0: entries never expire */
};

struct fs_arp_table {
    struct fs_element *owner; /* drops are counted there */
    bool ip6;                 /* set before fs_arp_configure() */
    struct fs_arp_limits limits;
    struct fs_arp_entry *entries;
    struct fs_arp_waiting *waiting;
    uint32_t *heads;
    uint64_t multiplier;
    uint32_t shift;
    uint32_t free_entry, used_entries, free_waiting, used_waiting;
    uint32_t oldest, newest;
    uint32_t count, length;
    uint64_t drops;
    struct fs_timer timer;
};

/* An element that is a table and nothing else; ARPQuerier finds it by its class. */
struct fs_arp_element {
    struct fs_element base;
    struct fs_arp_table table;
};

/* Reads the five arguments CAPACITY, ENTRY_CAPACITY, ENTRY_PACKET_CAPACITY, CAPACITY_SLIM_FACTOR, TIMEOUT, which stand in
 * this order from `first` on, and makes the table; answers like configure(). */
int fs_arp_configure(struct fs_arp_table *t, struct fs_element *owner, unsigned first, struct fs_text *error);
/* From initialize(). */
void fs_arp_start(struct fs_arp_table *t);
#define FS_ARP_ARGS \
    {"CAPACITY", "integer", FS_KEYWORD, 0, FS_ARP_LIMIT, "2048", \
     "Packets that may wait at a time; 0: 65536. Never more than a quarter of the machine's packets."}, \
        {"ENTRY_CAPACITY", "integer", FS_KEYWORD, 0, FS_ARP_LIMIT, "0", "Entries it may hold; 0: 4096."}, \
        {"ENTRY_PACKET_CAPACITY", "integer", FS_KEYWORD, 0, FS_ARP_LIMIT, "0", \
         "Packets that may wait for one entry; 0: as many as CAPACITY."}, \
        {"CAPACITY_SLIM_FACTOR", "integer", FS_KEYWORD, 1, INT32_MAX, "2", \
         "When CAPACITY is exceeded, one packet in so many of it is dropped, the oldest entries' first."}, \
        {"TIMEOUT", "duration", FS_KEYWORD, 0, 0, "5m", "How long an entry holds; 0: for ever."}

enum fs_arp_answer { FS_ARP_UNKNOWN, FS_ARP_KNOWN, FS_ARP_POLL /* known, and it is time to ask again */ };
/* An IPv4 address (a host number) as tables have it. */
static inline struct fs_address6 fs_arp_ip(uint32_t address) { return (struct fs_address6){0, address}; }

enum fs_arp_answer fs_arp_lookup(struct fs_arp_table *t, struct fs_address6 address, uint8_t mac[6], uint64_t now,
                                 uint64_t poll_after);

/* Lets the packet wait for the address. Consumes it; true when a query should be sent. */
bool fs_arp_wait(struct fs_arp_table *t, struct fs_address6 address, struct fs_packet *p, uint64_t now);

/* Notes an address (a broadcast MAC: that it is not known). The packets that wait for it are then to be taken with
 * fs_arp_take_waiting(), in the order they came; where `waiting` is NULL they go on waiting. */
void fs_arp_insert(struct fs_arp_table *t, struct fs_address6 address, const uint8_t mac[6], uint64_t now,
                   uint32_t *waiting);
/* The entry of the address, known or waited for; NULL when there is none. */
const struct fs_arp_entry *fs_arp_find(const struct fs_arp_table *t, struct fs_address6 address);
void fs_arp_take_waiting(struct fs_arp_table *t, uint32_t *waiting, struct fs_batch *batch);

/* Forgets everything; what waited is dropped. */
void fs_arp_clear(struct fs_arp_table *t, enum fs_drop_reason reason);
/* Takes over what another table knows, and what waits in it. */
void fs_arp_adopt(struct fs_arp_table *t, struct fs_arp_table *old);

/* The handlers. */
void fs_arp_text(const struct fs_arp_table *t, struct fs_text *value);
int fs_arp_write_insert(struct fs_arp_table *t, const char *value, size_t length, uint32_t *waiting,
                        struct fs_text *error);
/* Inserts the next entry that holds among lines as fs_arp_text() writes them, and takes them off the text: 1; 0 at its end;
 * -1 and a line at what is none. */
int fs_arp_write_entry(struct fs_arp_table *t, const char **lines, size_t *length, uint32_t *waiting, struct fs_text *error);
int fs_arp_write_delete(struct fs_arp_table *t, const char *value, size_t length, struct fs_text *error);

#endif
