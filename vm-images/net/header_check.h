/* header_check.h: what CheckTCPHeader, CheckUDPHeader and CheckICMPHeader have in common: arguments, counts, handlers,
 * and the way of bad packets. */
#ifndef NET_HEADER_CHECK_H
#define NET_HEADER_CHECK_H

#include "net/marked.h"

enum fs_header_fault { FS_FAULT_PROTOCOL, FS_FAULT_LENGTH, FS_FAULT_CHECKSUM, FS_FAULTS, FS_FAULT_NONE = FS_FAULTS };

struct fs_header_check {
    struct fs_element base;
    const char *protocol; /* TCP, UDP, ICMP */
    bool verbose, details;
    uint64_t drops, by_fault[FS_FAULTS];
};

enum { FS_HEADER_CHECK_ARGS = 2, FS_HEADER_CHECK_HANDLERS = 2 };
extern const struct fs_arg fs_header_check_args[FS_HEADER_CHECK_ARGS];
extern const struct fs_handler fs_header_check_handlers[FS_HEADER_CHECK_HANDLERS];

int fs_header_check_configure(struct fs_element *e, const char *protocol);
void fs_header_check_take_state(struct fs_element *e, struct fs_element *old);
void fs_header_check_reject(struct fs_element *e, struct fs_packet *p, enum fs_header_fault fault);

static inline __attribute__((always_inline)) void fs_header_check_batch(
    struct fs_element *e, struct fs_batch *batch,
    enum fs_header_fault (*check)(const struct fs_packet *p, struct fs_ip *h))
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct fs_ip *h = fs_marked_ip(p);
        enum fs_header_fault fault = h == NULL ? FS_FAULT_PROTOCOL : check(p, h);
        if (fault == FS_FAULT_NONE) {
            batch->packets[kept++] = p;
        } else {
            fs_header_check_reject(e, p, fault);
        }
    }
    batch->count = kept;
}

#endif
