/* pppoe.h: sessions of PPP over Ethernet (RFC 2516), from the access concentrator's side.
 *
 * The parts of the class PPPoEServer: discovery and the table of sessions (pppoe.c), LCP and IPCP (ppp.c; RFC 1661 and
 * 1332), PAP and CHAP (ppp_auth.c; RFC 1334 and 1994). A session's place in the table is its number and its address:
 * session N has the Nth address of the pool. So both are looked up without a search, and memory is bounded.
 */
#ifndef NET_PPPOE_H
#define NET_PPPOE_H

#include <flowstream/element.h>

#include "net/ether.h"
#include "net/tick.h"

enum {
    FS_PPPOE_DISCOVERY = 0x8863, /* EtherTypes */
    FS_PPPOE_SESSION = 0x8864,
    FS_PPPOE_SIZE = 6,
    FS_PPP_FRONT = FS_ETHER_SIZE + FS_PPPOE_SIZE + 2, /* all that stands in front of a session's packet */
    FS_PPPOE_MRU = 1492, /* "MUST NOT be negotiated larger" (RFC 2516 section 7) */
    FS_PPP_BODY = 1500,  /* longest control packet, discovery packet */

    FS_PPP_IP = 0x0021, /* protocols */
    FS_PPP_IPCP = 0x8021,
    FS_PPP_LCP = 0xc021,
    FS_PPP_PAP = 0xc023,
    FS_PPP_CHAP = 0xc223,
};

/* RFC 1661 section 3.2; FREE: no session has this place. */
enum fs_ppp_phase { FS_PPP_FREE, FS_PPP_ESTABLISH, FS_PPP_AUTHENTICATE, FS_PPP_NETWORK, FS_PPP_OPEN };

/* One side's view of a protocol that is negotiated: RFC 1661's states from Req-Sent on, as two answers. */
struct fs_ppp_layer {
    uint8_t id;    /* of our latest request */
    uint8_t tries; /* requests without an answer that helps */
    bool ours;     /* our request is acknowledged */
    bool theirs;   /* theirs is */
};

struct fs_ppp_session {
    _Alignas(64) uint8_t mac[6]; /* what a packet needs is in the first cache line, of two */
    uint8_t phase;
    uint8_t echoes; /* requests since the peer was heard */
    uint16_t mru;   /* what the peer takes */
    bool heard;     /* since the session is there */
    uint8_t refused; /* options that the peer does not want from us, a bit for each */
    uint32_t heard_at;
    uint32_t next; /* among those of the same hash, or the free ones */
    uint64_t in_packets, in_bytes, out_packets, out_bytes;
    uint32_t magic; /* ours; 0: none */
    uint32_t user;  /* in the table of users; FS_PPP_NOBODY */
    uint32_t since, give_up; /* when it began, or opened; when it must have opened */
    struct fs_ppp_layer lcp, ipcp;
    uint16_t auth; /* protocol that the peer has to prove itself with; 0: none */
    uint8_t auth_id;
    uint8_t id; /* of other packets that we send */
    uint8_t challenge[16];
};
#define FS_PPP_NOBODY 0xffffffffu

struct fs_ppp_user {
    const char *name, *password; /* not ended by NUL; without a name it was removed */
    uint32_t name_length, password_length;
};

struct fs_pppoe {
    struct fs_element base;
    struct fs_ppp_session *sessions; /* place i is session i + 1 */
    uint32_t *due;                   /* for each: when its timer is, in ticks */
    uint32_t *heads;
    uint64_t multiplier;
    uint32_t shift, capacity, limit;
    uint32_t fresh;                 /* the first place from 1 on that was never used: these are taken first */
    uint32_t free_first, free_last; /* then the one that is free longest */
    uint32_t used, count;           /* sessions, and those that are open */
    uint8_t mac[6];
    uint32_t network, gateway, dns[2]; /* host order */
    const char *name, *service;
    uint16_t auth, mru;
    bool any_auth;
    uint64_t echo, setup;
    struct fs_ppp_user *users;
    uint32_t user_count, user_capacity;
    uint8_t secret[16];
    uint64_t noises;
    struct fs_timer timer;
    uint64_t opened, ended, denied, full;
};

static inline uint32_t fs_pppoe_number(const struct fs_pppoe *s, const struct fs_ppp_session *x)
{
    return (uint32_t)(x - s->sessions) + 1;
}
static inline uint32_t fs_pppoe_address(const struct fs_pppoe *s, const struct fs_ppp_session *x)
{
    return s->network + fs_pppoe_number(s, x);
}

/* Writes all that stands in front of `length` bytes of that protocol. */
static inline void fs_pppoe_front(const struct fs_pppoe *s, const struct fs_ppp_session *x, uint8_t *at,
                                  uint16_t protocol, size_t length)
{
    __builtin_memcpy(at, x->mac, 6);
    __builtin_memcpy(at + 6, s->mac, 6);
    fs_put16(at + 12, FS_PPPOE_SESSION);
    fs_put16(at + 14, 0x1100); /* version 1, type 1, code 0 */
    fs_put16(at + 16, (uint16_t)fs_pppoe_number(s, x));
    fs_put16(at + 18, (uint16_t)(length + 2));
    fs_put16(at + 20, protocol);
}

/* ---- sessions (pppoe.c) ---- */
/* Takes memory for the table; answers like configure(). */
int fs_pppoe_configure(struct fs_pppoe *s, struct fs_text *error);
void fs_pppoe_start(struct fs_pppoe *s);
void fs_pppoe_adopt(struct fs_pppoe *s, const struct fs_pppoe *old);
/* A discovery packet, whose Ethernet header is at its start: it is answered. Says why the packet ends here. */
enum fs_drop_reason fs_pppoe_discover(struct fs_pppoe *s, const struct fs_packet *p);
/* Ends the session; with `tell` the peer is told. */
void fs_pppoe_finish(struct fs_pppoe *s, struct fs_ppp_session *x, bool tell);
/* Tells a peer that its session is not there. */
void fs_pppoe_deny(struct fs_pppoe *s, const uint8_t mac[6], uint32_t number);
/* The session's timer is in so long. */
void fs_pppoe_wake(struct fs_pppoe *s, const struct fs_ppp_session *x, uint64_t ns);
/* 16 bytes that nobody else knows, other ones each time. */
void fs_pppoe_noise(struct fs_pppoe *s, uint8_t noise[16]);

/* ---- control protocols (ppp.c) ---- */
void fs_ppp_begin(struct fs_pppoe *s, struct fs_ppp_session *x);
/* A packet of a control protocol, from its code on. Says why it ends here. The session may have ended with it. */
enum fs_drop_reason fs_ppp_control(struct fs_pppoe *s, struct fs_ppp_session *x, uint16_t protocol, const uint8_t *at,
                                   size_t n);
void fs_ppp_timeout(struct fs_pppoe *s, struct fs_ppp_session *x);
void fs_ppp_send(struct fs_pppoe *s, const struct fs_ppp_session *x, uint16_t protocol, uint8_t code, uint8_t id,
                 const void *bytes, size_t n);
/* The peer has proved who it is, or need not. */
void fs_ppp_authenticated(struct fs_pppoe *s, struct fs_ppp_session *x);

/* ---- users (ppp_auth.c) ---- */
/* `NAME PASSWORD`, without quotes; the password is all behind the first space. 0, or -1 and a line. */
int fs_ppp_user_add(struct fs_pppoe *s, const char *text, size_t length, struct fs_text *error);
uint32_t fs_ppp_user_find(const struct fs_pppoe *s, const void *name, size_t length);
/* Asks for the proof, at first and again. */
void fs_ppp_auth_ask(struct fs_pppoe *s, struct fs_ppp_session *x, bool again);
enum fs_drop_reason fs_ppp_auth_take(struct fs_pppoe *s, struct fs_ppp_session *x, uint8_t code, uint8_t id,
                                     const uint8_t *at, size_t n);

#endif
