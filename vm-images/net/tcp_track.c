#include "net/tcp_track.h"

enum event { SYN, SYN_ACK, FIN, RST, OTHER, EVENTS };

/* Short names, so that a row fits into a line. */
enum {
    S1 = FS_TRACK_SYN,
    S2 = FS_TRACK_SYN_BOTH,
    SA = FS_TRACK_SYN_ACK,
    ES = FS_TRACK_ESTABLISHED,
    F1 = FS_TRACK_FIN,
    F2 = FS_TRACK_FIN_ANSWER,
    CL = FS_TRACK_CLOSED,
    RS = FS_TRACK_RESET,
    NEW = FS_TRACK_OPENS,
    NO = FS_TRACK_DROP,
};

static const uint8_t table[2][EVENTS][FS_TRACK_STATES] = {
    {
        /* from the originator, in state: NONE  S1  S2  SA  ES  F1  F2   CL   RS */
        [SYN] =                         {NEW, S1, S2, SA, ES, F1, F2, NEW, NEW}, /* sent again; or answered by a challenge */
        [SYN_ACK] =                     { NO, NO, SA, SA, ES, NO, NO,  NO,  NO},
        [FIN] =                         { NO, NO, NO, F1, F1, F1, CL,  CL,  RS},
        [RST] =                         { NO, RS, RS, RS, RS, RS, RS,  CL,  RS},
        [OTHER] =                       { NO, NO, NO, ES, ES, F1, F2,  CL,  RS},
    },
    {
        /* from the other end */
        [SYN] =                         {NEW, S2, S2, SA, ES, F1, F2, NEW, NEW},
        [SYN_ACK] =                     { NO, SA, SA, SA, ES, F1, F2,  NO,  NO},
        [FIN] =                         { NO, NO, NO, F2, F2, CL, F2,  CL,  RS},
        [RST] =                         { NO, RS, RS, RS, RS, RS, RS,  CL,  RS},
        [OTHER] =                       { NO, S1, S2, SA, ES, F1, F2,  CL,  RS}, /* in S1: 3.5.1, half-open discovery */
    },
};

static enum event event_of(uint8_t flags)
{
    return flags & FS_TCP_RST                         ? RST
           : (flags & FS_TCP_SYN) && flags & FS_TCP_ACK ? SYN_ACK
           : flags & FS_TCP_SYN                       ? SYN
           : flags & FS_TCP_FIN                       ? FIN
                                                      : OTHER;
}

uint8_t fs_tcp_track(uint8_t state, bool answer, uint8_t flags) { return table[answer][event_of(flags)][state]; }

bool fs_tcp_flags_valid(uint8_t flags)
{
    flags &= FS_TCP_FIN | FS_TCP_SYN | FS_TCP_RST | FS_TCP_ACK;
    return flags != 0 && (!(flags & FS_TCP_SYN) || !(flags & (FS_TCP_FIN | FS_TCP_RST)))
        && (flags & (FS_TCP_RST | FS_TCP_FIN)) != (FS_TCP_RST | FS_TCP_FIN);
}

const char *fs_tcp_state_word(uint8_t state)
{
    static const char *const words[FS_TRACK_STATES] = {
        [FS_TRACK_NONE] = "none",     [FS_TRACK_SYN] = "syn",         [FS_TRACK_SYN_BOTH] = "syn-both",
        [FS_TRACK_SYN_ACK] = "syn-ack", [FS_TRACK_ESTABLISHED] = "established", [FS_TRACK_FIN] = "fin",
        [FS_TRACK_FIN_ANSWER] = "fin-answer", [FS_TRACK_CLOSED] = "closed", [FS_TRACK_RESET] = "reset",
    };
    return state < FS_TRACK_STATES ? words[state] : "?";
}
