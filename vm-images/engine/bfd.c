/* bfd.c: see bfd.h. Section numbers are RFC 5880's. */
#include "bfd.h"

#include "internal.h"

enum {
    VERSION = 1,
    MULTIPLIER = 2, /* a tap loses nothing; what must fit is one delay */
    REST = 2000000,        /* at this pace and slower ones a packet does for two: what must fit is the same delay */
    SLOW = 1000000,        /* 6.8.3: not Up, a system sends no more than once a second */
    DESIRED_TX = 50000,    /* the most often that we send; the switch asks for less */
    RETRY = 10000,         /* no packet, or no room in the ring */
    BEAT = 250000,         /* at rest the switch is answered at the next quarter of a second */

    IP = 14,
    UDP = IP + 20,
    CONTROL = UDP + 8,
    CONTROL_LENGTH = 24,
    FRAME = CONTROL + CONTROL_LENGTH,
    PORT = 3784,
    TTL = 255, /* RFC 5881, 5: nobody further away can have sent it */

    AUTHENTICATION = 1 << 2,
    DEMAND = 1 << 1,
    MULTIPOINT = 1 << 0,
    FINAL = 1 << 4,
    POLL = 1 << 5,

    DIAGNOSTIC_EXPIRED = 1,
    DIAGNOSTIC_NEIGHBOR = 3,
    DIAGNOSTIC_RESET = 4, /* "forwarding plane reset" */
};

/* Who speaks for the switch. Frames from this address get in by its BFD alone: its rules drop all others. */
static const uint8_t switch_mac[6] = {FS_BFD_MAC >> 8, FS_BFD_MAC & 0xff, 'F', 'S', 'B', 'D'};

/* From the Ethernet type on, as the switch expects it: addresses that Open vSwitch has without being told, IPv4 with its
 * checksum, no checksum of UDP. */
static const uint8_t headers[CONTROL - 12] = {
    0x08, 0x00,                                                          /* IPv4 */
    0x45, 0xc0, 0, FRAME - IP, 0, 0, 0x40, 0, TTL, 17, 0x24, 0xfb,       /* precedence 6, do not fragment */
    169,  254,  1, 0, 169, 254, 1, 1,                                    /* from us to the switch */
    0xc0, 0x01, PORT >> 8, PORT & 0xff, 0, 8 + CONTROL_LENGTH, 0, 0,     /* RFC 5881, 4: a port above 49151 */
};

struct control {
    uint8_t state, flags, diagnostic, multiplier;
    uint32_t mine, yours, min_tx, min_rx;
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint64_t ns(uint64_t us) { return us * 1000; }

/* ---- the frame ---- */

/* Whether it is a control packet for us, as far as its headers tell. */
static bool has_headers(const uint8_t *f, uint32_t length)
{
    const uint8_t *ip = f + IP, *udp = f + UDP;
    return length >= (uint32_t)FRAME && memcmp(f + 12, headers, 3) == 0 && ip[8] == TTL && ip[9] == 17
        && (ip[6] & 0x3f) == 0 && ip[7] == 0                 /* whole */
        && memcmp(ip + 12, &headers[UDP - 12 - 4], 4) == 0   /* from the switch */
        && memcmp(ip + 16, &headers[UDP - 12 - 8], 4) == 0   /* to us */
        && (udp[2] << 8 | udp[3]) == PORT;
}

/* 6.8.6, as far as it can be said without a session. */
static bool read_control(const uint8_t *f, uint32_t length, struct control *c)
{
    const uint8_t *p = f + CONTROL;
    if (!has_headers(f, length)) {
        return false;
    }
    *c = (struct control){.state = p[1] >> 6, .flags = p[1], .diagnostic = p[0] & 31, .multiplier = p[2],
                          .mine = get32(p + 4), .yours = get32(p + 8), .min_tx = get32(p + 12), .min_rx = get32(p + 16)};
    uint32_t udp_length = (uint32_t)(f[UDP + 4] << 8 | f[UDP + 5]);
    return p[0] >> 5 == VERSION && p[3] >= CONTROL_LENGTH && p[3] + 8u <= udp_length
        && p[3] <= length - (uint32_t)CONTROL && c->multiplier != 0 && (c->flags & (MULTIPOINT | AUTHENTICATION)) == 0
        && c->mine != 0 && (c->yours != 0 || c->state <= FS_BFD_DOWN);
}

/* What is agreed on, 6.8.7: the slower of what we want to send and what the switch wants to get. */
static uint32_t agreed_tx(const struct fs_bfd *s)
{
    return larger(s->state == FS_BFD_UP ? DESIRED_TX : SLOW, s->remote_min_rx);
}

static uint8_t multiplier(const struct fs_bfd *s) { return agreed_tx(s) >= REST ? 1 : MULTIPLIER; }

static void write_control(const struct fs_bfd *s, uint8_t flags, uint8_t *p)
{
    bool up = s->state == FS_BFD_UP;
    p[0] = (uint8_t)(VERSION << 5 | s->diagnostic);
    p[1] = (uint8_t)(s->state << 6 | flags);
    p[2] = multiplier(s);
    p[3] = CONTROL_LENGTH;
    put32(p + 4, s->discriminator);
    put32(p + 8, s->remote_discriminator);
    put32(p + 12, up ? DESIRED_TX : SLOW);
    put32(p + 16, s->required_rx);
    put32(p + 20, 0); /* no echo */
}

/* ---- sending ---- */

/* 6.8.7: up to a quarter less than the interval, so that machines do not fall into step. Of one that was sent because the
 * switch had just spoken the switch's own jitter is enough: its next one comes before the whole interval is over. Where one
 * packet is all that is waited for, it leaves after 7/8 to 9/10 of the interval: by then the switch has spoken (require). */
static uint64_t interval(struct fs_bfd *s, bool answering)
{
    uint64_t whole = ns(agreed_tx(s)), most = whole / 4;
    if (multiplier(s) == 1) {
        whole -= whole / 10;
        most = whole / 36;
    } else if (answering) {
        return whole;
    }
    s->jitter = s->jitter * 1664525u + 1013904223u;
    return whole - most * (s->jitter >> 24) / 256;
}

static void schedule(struct fs_bfd *s, uint64_t now, bool answering)
{
    bool silent = s->remote_min_rx == 0 || (s->demand && s->state == FS_BFD_UP); /* 6.8.7 */
    s->due = silent ? 0 : now + interval(s, answering);
}

static void send(struct fs_router *r, struct fs_device *d, uint8_t flags, bool answering)
{
    struct fs_bfd *s = &d->bfd;
    uint64_t now = fs_router_steady(r);
    struct fs_packet *p = fs_packet_new(r->platform->pool, FS_HEADROOM, FRAME);
    s->due = now + ns(RETRY);
    if (p == NULL) {
        return;
    }
    memcpy(p->data, switch_mac, 6);
    memcpy(p->data + 6, d->mac, 6);
    memcpy(p->data + 12, headers, sizeof(headers));
    write_control(s, flags, p->data + CONTROL);
    struct fs_batch one = {.count = 1, .packets = {p}};
    if (fs_device_transmit(d, &one) == 1) {
        s->sent = now;
        schedule(s, now, answering);
    }
    fs_packet_free_batch(&one);
}

/* What one machine answers wakes the switch, which then looks at each of its ports; what many answer at once does so too. So
 * machines that rest answer at the same moments, by the time of day. */
static uint64_t next_beat(struct fs_router *r)
{
    return fs_router_steady(r) + ns(BEAT) - fs_router_now(r) % ns(BEAT);
}

static uint8_t poll_flag(const struct fs_bfd *s) { return s->polling ? POLL : 0; }

/* ---- receiving ---- */

static void set_state(struct fs_bfd *s, uint8_t state, uint8_t diagnostic)
{
    s->state = state;
    s->diagnostic = diagnostic;
    s->polling = true; /* the intervals change with the state (6.8.3), and the answer comes at once */
}

/* The state machine (6.2 and 6.8.6). */
static void step(struct fs_bfd *s, uint8_t theirs)
{
    if (theirs == FS_BFD_ADMIN_DOWN) {
        if (s->state != FS_BFD_DOWN) {
            set_state(s, FS_BFD_DOWN, DIAGNOSTIC_NEIGHBOR);
        }
    } else if (s->state == FS_BFD_DOWN && theirs != FS_BFD_UP) {
        set_state(s, theirs == FS_BFD_DOWN ? FS_BFD_INIT : FS_BFD_UP, 0);
    } else if (s->state == FS_BFD_INIT && theirs != FS_BFD_DOWN) {
        set_state(s, FS_BFD_UP, 0);
    } else if (s->state == FS_BFD_UP && theirs == FS_BFD_DOWN) {
        set_state(s, FS_BFD_DOWN, DIAGNOSTIC_NEIGHBOR);
    }
}

/* The switch need not speak much more often than we do: each of its packets wakes the machine, which then sends its own as
 * well (see receive) and needs no timer for it. When it has given us up for a mistake, such a packet is what tells us, so this
 * is also the longest that the mistake lasts. A change is polled for (6.8.3), and what was asked before counts until the
 * answer. */
static void require(struct fs_bfd *s)
{
    uint32_t wanted = s->state == FS_BFD_UP ? larger(SLOW, s->remote_min_rx - s->remote_min_rx / 6) : SLOW;
    if (wanted != s->required_rx) {
        s->required_before = larger(s->required_rx, s->polling ? s->required_before : 0);
        s->required_rx = wanted;
        s->polling = true;
    }
}

static void begin(struct fs_element *e, struct fs_bfd *s)
{
    uint64_t random = fs_random(e);
    uint32_t discriminator = (uint32_t)random;
    *s = (struct fs_bfd){.state = FS_BFD_DOWN, .diagnostic = s->diagnostic, .jitter = (uint32_t)(random >> 32),
                         .discriminator = discriminator != 0 ? discriminator : 1, .polling = true, .required_rx = SLOW};
}

/* The switch has spoken, and what we have to say is due soon. */
static void answer(struct fs_router *r, struct fs_device *d)
{
    struct fs_bfd *s = &d->bfd;
    if (multiplier(s) == 1) {
        uint64_t beat = next_beat(r);
        s->due = beat < s->due ? beat : s->due;
    } else {
        send(r, d, poll_flag(s), true); /* we are awake: now, and it wakes us no other time */
    }
}

static void receive(struct fs_element *e, struct fs_device *d, const struct control *c)
{
    struct fs_router *r = e->router;
    struct fs_bfd *s = &d->bfd;
    bool known = s->expires != 0;
    if (c->yours != 0 && !(known && c->yours == s->discriminator)) {
        return; /* of a session that is not here: ours before a restart */
    }
    if (!known) {
        begin(e, s);
    }
    uint8_t before = s->state;
    uint32_t min_rx_before = s->remote_min_rx, discriminator_before = s->remote_discriminator;
    s->remote_discriminator = c->mine;
    s->remote_min_rx = c->min_rx;
    s->demand = (c->flags & DEMAND) != 0 && c->state == FS_BFD_UP;
    if (c->flags & FINAL) {
        s->polling = false;
        s->required_before = 0;
    }
    step(s, c->state);
    require(s);
    uint64_t detection = ns((uint64_t)c->multiplier * larger(larger(s->required_rx, s->required_before), c->min_tx));
    s->expires = fs_router_steady(r) + detection;
    if (c->flags & POLL) {
        send(r, d, FINAL, true);
    } else if (s->state != before || c->mine != discriminator_before) {
        send(r, d, poll_flag(s), true); /* 6.8.7: what differs from the last one goes out at once */
    } else if (s->remote_min_rx != min_rx_before || s->due == 0) {
        s->sent = fs_router_steady(r); /* at another pace from now on */
        schedule(s, s->sent, false);
    } else if (s->state == FS_BFD_UP && fs_router_steady(r) - s->sent >= ns(agreed_tx(s)) / 2) {
        answer(r, d);
    }
    r->bfd_due = fs_bfd_next(r->platform);
}

bool fs_bfd_take(struct fs_element *e, struct fs_device *d, struct fs_packet *p)
{
    if (p->length < (uint32_t)IP || memcmp(p->data, d->mac, 6) != 0 || memcmp(p->data + 6, switch_mac, 6) != 0) {
        return false;
    }
    struct control c;
    bool valid = read_control(p->data, p->length, &c);
    fs_packet_free(p); /* first: the answer may need its place in the pool */
    if (valid) {
        receive(e, d, &c);
    }
    return true;
}

/* ---- time ---- */

uint64_t fs_bfd_next(const struct fs_platform *platform)
{
    uint64_t next = 0;
    for (uint32_t i = 0; i < platform->device_count; i++) {
        const struct fs_bfd *s = &platform->devices[i]->bfd;
        uint64_t at = s->due != 0 && s->due < s->expires ? s->due : s->expires;
        next = at != 0 && (next == 0 || at < next) ? at : next;
    }
    return next;
}

uint32_t fs_router_bfd_device(const struct fs_router *r)
{
    uint32_t i = 0;
    while (i < r->platform->device_count && r->platform->devices[i]->listener == NULL) {
        i++;
    }
    return i;
}

void fs_bfd_run(struct fs_router *r)
{
    uint64_t now = fs_router_steady(r);
    for (uint32_t i = 0; i < r->platform->device_count; i++) {
        struct fs_device *d = r->platform->devices[i];
        if (d->bfd.expires != 0 && d->bfd.expires <= now) {
            /* 6.8.4, and 6.8.18 for the passive role: silent until the switch begins anew. */
            d->bfd = (struct fs_bfd){.diagnostic = DIAGNOSTIC_EXPIRED};
        } else if (d->bfd.due != 0 && d->bfd.due <= now) {
            if (d->bfd.state == FS_BFD_UP && now - d->bfd.sent >= multiplier(&d->bfd) * ns(agreed_tx(&d->bfd))) {
                /* The machine stood still, or could not send: the switch has given us up, and hears no Up (6.2). */
                set_state(&d->bfd, FS_BFD_DOWN, DIAGNOSTIC_RESET);
            }
            send(r, d, poll_flag(&d->bfd), false);
        }
    }
    r->bfd_due = fs_bfd_next(r->platform);
}
