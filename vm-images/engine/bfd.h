/* bfd.h: liveness that the switch can see: BFD (RFC 5880, asynchronous mode; RFC 5881, IPv4), answered to the switch on
 * each device that somebody reads (docs/contracts.md 6, "BFD").
 *
 * The passive role: nothing is sent, and no time is kept, until the switch begins. Control packets leave from the rounds
 * of the router alone, so that they say that the rounds go on: a machine that is stopped, has panicked or never comes
 * back from an element falls silent.
 */
#ifndef FS_ENGINE_BFD_H
#define FS_ENGINE_BFD_H

#include <stdbool.h>
#include <stdint.h>

struct fs_router;
struct fs_platform;

enum fs_bfd_state { FS_BFD_ADMIN_DOWN, FS_BFD_DOWN, FS_BFD_INIT, FS_BFD_UP };

/* One session; all zero when there is none. Times of the protocol are microseconds, those of the clock steady ns. */
struct fs_bfd {
    uint64_t due;             /* when the next control packet is to be sent; 0: none */
    uint64_t expires;         /* when the switch counts as gone; 0: no session */
    uint64_t sent;            /* the latest control packet, or change of pace */
    uint32_t discriminator, remote_discriminator;
    uint32_t remote_min_rx, jitter;
    uint32_t required_rx, required_before; /* what we ask of the switch; and asked, until it answers a Poll */
    uint8_t state, diagnostic; /* enum fs_bfd_state; why it came to be Down */
    bool polling;              /* the switch has not answered a Poll yet */
    bool demand;               /* the switch asks for silence while both are Up */
};

/* Expires and sends what is due, and says anew in router->bfd_due when to come again. */
void fs_bfd_run(struct fs_router *r);
/* The earliest time at which a session has something to do; 0: never. */
uint64_t fs_bfd_next(const struct fs_platform *platform);

#endif
