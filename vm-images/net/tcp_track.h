/* tcp_track.h: the state of a TCP connection as somebody between its ends sees it: RFC 9293 3.3.2, with the transitory
 * states of RFC 5382 section 5. A table says what a segment does to it. */
#ifndef NET_TCP_TRACK_H
#define NET_TCP_TRACK_H

#include "net/transport.h"

enum fs_tcp_state {
    FS_TRACK_NONE,
    FS_TRACK_SYN,         /* the originator has sent SYN */
    FS_TRACK_SYN_BOTH,    /* so has the other: simultaneous open */
    FS_TRACK_SYN_ACK,     /* answered, not acknowledged yet */
    FS_TRACK_ESTABLISHED,
    FS_TRACK_FIN,         /* the originator has sent FIN */
    FS_TRACK_FIN_ANSWER,  /* the other has */
    FS_TRACK_CLOSED,      /* both have */
    FS_TRACK_RESET,
    FS_TRACK_STATES,
    /* what a segment may do besides leading to a state */
    FS_TRACK_OPENS = 0xfe, /* it opens a connection anew: rules decide */
    FS_TRACK_DROP = 0xff,
};

/* What becomes of the connection; `answer`: the segment comes from the other end. */
uint8_t fs_tcp_track(uint8_t state, bool answer, uint8_t flags);
/* False for combinations of flags that no connection has: none at all, SYN with FIN or RST. */
bool fs_tcp_flags_valid(uint8_t flags);
const char *fs_tcp_state_word(uint8_t state);

#endif
