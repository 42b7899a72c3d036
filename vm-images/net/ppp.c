#include "net/pppoe.h"

/* RFC 1661 section 5 */
enum {
    REQUEST = 1,
    ACK,
    NAK,
    REJECT,
    TERMINATE_REQUEST,
    TERMINATE_ACK,
    CODE_REJECT,
    PROTOCOL_REJECT,
    ECHO_REQUEST,
    ECHO_REPLY,
    DISCARD_REQUEST,
};
/* Options: RFC 1661 section 6, RFC 1332 section 3, RFC 1877 */
enum { MRU = 1, AUTH = 3, MAGIC = 5, ADDRESS = 3, DNS_FIRST = 129, DNS_SECOND = 131 };
enum { MRU_LEAST = 68, TRIES = 10, ECHOES = 3, HEAD = 4 };
static const uint64_t retry = 3000000000;

struct options {
    uint8_t at[FS_PPP_BODY];
    size_t n;
};
static void put_option(struct options *o, uint8_t type, unsigned size, uint32_t value)
{
    uint8_t *at = o->at + o->n;
    at[0] = type;
    at[1] = (uint8_t)(2 + size);
    if (size == 2) {
        fs_put16(at + 2, (uint16_t)value);
    } else {
        fs_put32(at + 2, value);
    }
    o->n += 2 + size;
}

void fs_ppp_send(struct fs_pppoe *s, const struct fs_ppp_session *x, uint16_t protocol, uint8_t code, uint8_t id,
                 const void *bytes, size_t n)
{
    struct fs_packet *p = fs_packet_new(fs_pool(&s->base), FS_HEADROOM, FS_PPP_FRONT + HEAD + n);
    if (p == NULL) {
        return; /* as if it were lost on its way: timers repeat what matters */
    }
    uint8_t *at = p->data + FS_PPP_FRONT;
    fs_pppoe_front(s, x, p->data, protocol, HEAD + n);
    at[0] = code;
    at[1] = id;
    fs_put16(at + 2, (uint16_t)(HEAD + n));
    if (n != 0) {
        __builtin_memcpy(at + HEAD, bytes, n);
    }
    fs_set_mac_header(p, p->data);
    p->timestamp = fs_now(&s->base);
    fs_output_push_one(&s->base, 0, p);
}

static struct fs_ppp_layer *layer_of(struct fs_ppp_session *x, uint16_t protocol)
{
    return protocol == FS_PPP_LCP ? &x->lcp : &x->ipcp;
}

/* Our request; a repetition of one that was not answered has the same number. */
static void ask(struct fs_pppoe *s, struct fs_ppp_session *x, uint16_t protocol, bool again)
{
    struct fs_ppp_layer *l = layer_of(x, protocol);
    struct options o;
    o.n = 0;
    if (protocol == FS_PPP_IPCP) {
        if ((x->refused & 1 << 7) == 0) {
            put_option(&o, ADDRESS, 4, s->gateway);
        }
    } else {
        if ((x->refused & 1 << MRU) == 0) {
            put_option(&o, MRU, 2, s->mru);
        }
        if (x->auth == FS_PPP_CHAP) {
            put_option(&o, AUTH, 2, FS_PPP_CHAP);
            o.at[o.n++] = 5; /* MD5 (RFC 1994 section 3) */
            o.at[o.n - 4]++;
        } else if (x->auth != 0) {
            put_option(&o, AUTH, 2, x->auth);
        }
        if (x->magic != 0) {
            put_option(&o, MAGIC, 4, x->magic);
        }
    }
    l->ours = false;
    l->id = (uint8_t)(l->id + !again);
    l->tries++;
    fs_ppp_send(s, x, protocol, REQUEST, l->id, o.at, o.n);
    fs_pppoe_wake(s, x, retry);
}

static void begin_layer(struct fs_pppoe *s, struct fs_ppp_session *x, uint16_t protocol)
{
    struct fs_ppp_layer *l = layer_of(x, protocol);
    l->tries = 0;
    l->ours = l->theirs = false;
    ask(s, x, protocol, false);
}

static void set_phase(struct fs_pppoe *s, struct fs_ppp_session *x, enum fs_ppp_phase phase)
{
    uint32_t now = fs_tick(fs_steady(&s->base));
    if ((x->phase == FS_PPP_OPEN) != (phase == FS_PPP_OPEN)) {
        s->count += phase == FS_PPP_OPEN ? 1 : -1u;
        x->since = now;
        x->give_up = now + fs_tick(s->setup);
    }
    x->phase = (uint8_t)phase;
}

static uint32_t new_magic(struct fs_pppoe *s)
{
    uint8_t noise[16];
    fs_pppoe_noise(s, noise);
    return fs_get32(noise) | 1; /* 0 is none */
}

void fs_ppp_begin(struct fs_pppoe *s, struct fs_ppp_session *x)
{
    set_phase(s, x, FS_PPP_ESTABLISH);
    x->user = FS_PPP_NOBODY;
    x->auth = s->auth;
    x->mru = FS_PPPOE_MRU;
    x->refused = 0;
    x->magic = new_magic(s);
    begin_layer(s, x, FS_PPP_LCP);
}

void fs_ppp_authenticated(struct fs_pppoe *s, struct fs_ppp_session *x)
{
    set_phase(s, x, FS_PPP_NETWORK);
    begin_layer(s, x, FS_PPP_IPCP);
}

static void up(struct fs_pppoe *s, struct fs_ppp_session *x, uint16_t protocol)
{
    if (protocol == FS_PPP_IPCP) {
        set_phase(s, x, FS_PPP_OPEN);
        s->opened++;
        x->echoes = 0;
        fs_pppoe_wake(s, x, s->echo);
    } else if (x->auth == 0) {
        fs_ppp_authenticated(s, x);
    } else {
        set_phase(s, x, FS_PPP_AUTHENTICATE);
        x->lcp.tries = 0; /* of the proof, from now on */
        fs_ppp_auth_ask(s, x, false);
    }
}

/* Whether what the peer asks for is to be had; else what to say instead, in `answer`. */
static unsigned judge(struct fs_pppoe *s, const struct fs_ppp_session *x, uint16_t protocol, const uint8_t *option,
                      struct options *answer)
{
    uint8_t type = option[0], size = (uint8_t)(option[1] - 2);
    uint32_t wanted = size == 2 ? fs_get16(option + 2) : size == 4 ? fs_get32(option + 2) : 0, better = 0;
    if (protocol == FS_PPP_LCP) {
        if (type == MRU && size == 2) {
            better = wanted < MRU_LEAST || wanted > FS_PPPOE_MRU ? FS_PPPOE_MRU : wanted;
        } else if (type == MAGIC && size == 4) { /* our own one: the line is a loop, or chance */
            better = wanted == x->magic ? new_magic(s) : wanted;
        } else {
            return REJECT;
        }
    } else if (type == ADDRESS && size == 4) {
        better = fs_pppoe_address(s, x);
    } else if ((type == DNS_FIRST || type == DNS_SECOND) && size == 4 && s->dns[type == DNS_SECOND] != 0) {
        better = s->dns[type == DNS_SECOND];
    } else {
        return REJECT;
    }
    if (wanted == better) {
        return ACK;
    }
    put_option(answer, type, size, better);
    return NAK;
}

/* RFC 1661 section 5.1 to 5.4: all that cannot be had is rejected at once, else all that could be otherwise is told. */
static enum fs_drop_reason take_request(struct fs_pppoe *s, struct fs_ppp_session *x, uint16_t protocol, uint8_t id,
                                        const uint8_t *at, size_t n)
{
    struct fs_ppp_layer *l = layer_of(x, protocol);
    struct fs_cursor c = {at, at + n};
    struct options answer;
    unsigned verdict = ACK;
    bool address = false;
    uint16_t mru = FS_PPPOE_MRU;
    answer.n = 0;
    while (fs_left(&c) != 0) {
        const uint8_t *option = c.at;
        if (fs_left(&c) < 2 || option[1] < 2 || fs_take(&c, option[1]) == NULL) {
            return FS_DROP_MALFORMED;
        }
        size_t before = answer.n;
        unsigned verdict_of_it = judge(s, x, protocol, option, &answer);
        if (verdict_of_it == REJECT) {
            answer.n = verdict == REJECT ? before : 0;
            __builtin_memcpy(answer.at + answer.n, option, option[1]);
            answer.n += option[1];
        } else if (verdict == REJECT) {
            answer.n = before;
        }
        verdict = verdict_of_it > verdict ? verdict_of_it : verdict;
        address |= option[0] == ADDRESS;
        mru = option[0] == MRU && option[1] == 4 ? fs_get16(option + 2) : mru;
    }
    if (protocol == FS_PPP_IPCP && !address && verdict != REJECT) { /* it needs one, whether it asks or not */
        put_option(&answer, ADDRESS, 4, fs_pppoe_address(s, x));
        verdict = NAK;
    }
    if (l->ours && l->theirs) { /* it was open: it is negotiated anew */
        set_phase(s, x, protocol == FS_PPP_LCP ? FS_PPP_ESTABLISH : FS_PPP_NETWORK);
        begin_layer(s, x, protocol);
    }
    fs_ppp_send(s, x, protocol, (uint8_t)verdict, id, verdict == ACK ? at : answer.at, verdict == ACK ? n : answer.n);
    l->theirs = verdict == ACK;
    if (l->theirs && protocol == FS_PPP_LCP) {
        x->mru = mru;
    }
    if (l->theirs && l->ours) {
        up(s, x, protocol);
    }
    return FS_DROP_DISCARDED;
}

/* The peer wants our options otherwise (NAK), or not at all. */
static enum fs_drop_reason take_refusal(struct fs_pppoe *s, struct fs_ppp_session *x, uint16_t protocol, uint8_t code,
                                        const uint8_t *at, size_t n)
{
    struct fs_cursor c = {at, at + n};
    while (fs_left(&c) != 0) {
        const uint8_t *option = c.at;
        if (fs_left(&c) < 2 || option[1] < 2 || fs_take(&c, option[1]) == NULL) {
            return FS_DROP_MALFORMED;
        }
        if (protocol == FS_PPP_IPCP) {
            x->refused |= code == REJECT && option[0] == ADDRESS ? 1 << 7 : 0;
        } else if (option[0] == MRU) {
            x->refused |= 1 << MRU;
        } else if (option[0] == MAGIC) {
            x->magic = code == REJECT ? 0 : new_magic(s);
        } else if (option[0] == AUTH && code == REJECT) { /* nobody comes in without a proof */
            s->denied++;
            fs_pppoe_finish(s, x, true);
            return FS_DROP_DISCARDED;
        } else if (option[0] == AUTH && s->any_auth && option[1] >= 4) {
            x->auth = fs_get16(option + 2) == FS_PPP_PAP ? FS_PPP_PAP : FS_PPP_CHAP;
        }
    }
    if (layer_of(x, protocol)->tries >= TRIES) {
        fs_pppoe_finish(s, x, true);
    } else {
        ask(s, x, protocol, false);
    }
    return FS_DROP_DISCARDED;
}

static enum fs_drop_reason take_echo(struct fs_pppoe *s, struct fs_ppp_session *x, uint8_t id, const uint8_t *at,
                                     size_t n)
{
    uint8_t body[FS_PPP_BODY];
    if (n < 4) {
        return FS_DROP_MALFORMED;
    }
    if (x->phase == FS_PPP_ESTABLISH) {
        return FS_DROP_STATE;
    }
    __builtin_memcpy(body, at, n);
    fs_put32(body, x->magic);
    fs_ppp_send(s, x, FS_PPP_LCP, ECHO_REPLY, id, body, n);
    return FS_DROP_DISCARDED;
}

/* What LCP has beyond the codes of all control protocols. */
static enum fs_drop_reason take_lcp(struct fs_pppoe *s, struct fs_ppp_session *x, uint8_t code, uint8_t id,
                                    const uint8_t *at, size_t n)
{
    switch (code) {
    case PROTOCOL_REJECT:
        if (n >= 2 && (fs_get16(at) == FS_PPP_IPCP || fs_get16(at) == FS_PPP_IP || fs_get16(at) == x->auth)) {
            fs_pppoe_finish(s, x, true); /* there is nothing else to do with it */
        }
        return FS_DROP_DISCARDED;
    case ECHO_REQUEST:
        return take_echo(s, x, id, at, n);
    default:
        return FS_DROP_DISCARDED; /* replies and discard requests: the peer was heard, which is all they are for */
    }
}

/* "Truncated to comply with the peer's MRU" (RFC 1661 sections 5.6 and 5.7). */
static size_t rejected(const struct fs_ppp_session *x, size_t n)
{
    size_t room = x->mru - HEAD - 2u;
    return n > room ? room : n;
}

enum fs_drop_reason fs_ppp_control(struct fs_pppoe *s, struct fs_ppp_session *x, uint16_t protocol, const uint8_t *at,
                                   size_t n)
{
    bool lcp = protocol == FS_PPP_LCP, ipcp = protocol == FS_PPP_IPCP;
    bool auth = protocol == FS_PPP_PAP || protocol == FS_PPP_CHAP;
    if (!lcp && (x->phase == FS_PPP_ESTABLISH || (ipcp && x->phase == FS_PPP_AUTHENTICATE))) {
        return FS_DROP_STATE; /* "MUST be silently discarded" (RFC 1661 sections 3.4 and 3.5) */
    }
    if (!lcp && !ipcp && !(auth && protocol == x->auth)) {
        uint8_t body[FS_PPP_BODY];
        size_t kept = rejected(x, n);
        fs_put16(body, protocol);
        __builtin_memcpy(body + 2, at, kept);
        fs_ppp_send(s, x, FS_PPP_LCP, PROTOCOL_REJECT, ++x->id, body, 2 + kept);
        return FS_DROP_BAD_PROTOCOL;
    }
    if (n < HEAD || fs_get16(at + 2) < HEAD || fs_get16(at + 2) > n || n > FS_PPP_BODY) {
        return FS_DROP_BAD_LENGTH;
    }
    uint8_t code = at[0], id = at[1];
    size_t length = fs_get16(at + 2);
    n = length - HEAD;
    if (auth) {
        return fs_ppp_auth_take(s, x, code, id, at + HEAD, n);
    }
    struct fs_ppp_layer *l = layer_of(x, protocol);
    switch (code) {
    case REQUEST:
        return take_request(s, x, protocol, id, at + HEAD, n);
    case ACK:
    case NAK:
    case REJECT:
        if (id != l->id || l->ours) {
            return FS_DROP_STATE;
        }
        if (code != ACK) {
            return take_refusal(s, x, protocol, code, at + HEAD, n);
        }
        l->ours = true;
        l->tries = 0;
        if (l->theirs) {
            up(s, x, protocol);
        }
        return FS_DROP_DISCARDED;
    case TERMINATE_REQUEST:
        fs_ppp_send(s, x, protocol, TERMINATE_ACK, id, NULL, 0);
        if (lcp) {
            fs_pppoe_finish(s, x, false);
        } else { /* the peer may open it again */
            set_phase(s, x, FS_PPP_NETWORK);
            l->ours = l->theirs = false;
            l->tries = 0;
        }
        return FS_DROP_DISCARDED;
    case TERMINATE_ACK:
        return FS_DROP_DISCARDED;
    case CODE_REJECT:
        if (n >= 1 && at[HEAD] <= CODE_REJECT) {
            fs_pppoe_finish(s, x, true);
        }
        return FS_DROP_DISCARDED;
    default:
        if (lcp && code <= DISCARD_REQUEST) {
            return take_lcp(s, x, code, id, at + HEAD, n);
        }
        fs_ppp_send(s, x, protocol, CODE_REJECT, ++x->id, at, rejected(x, length));
        return FS_DROP_BAD_PROTOCOL;
    }
}

static void time_open(struct fs_pppoe *s, struct fs_ppp_session *x)
{
    uint64_t silent = fs_tick_ns(fs_tick(fs_steady(&s->base)) - x->heard_at);
    if (s->echo == 0) {
        fs_pppoe_wake(s, x, INT32_MAX * (uint64_t)1000000); /* for ever: looked at now and then */
    } else if (silent + fs_tick_ns(2) < s->echo) { /* a tick more or less does not make a request */
        x->echoes = 0;
        fs_pppoe_wake(s, x, s->echo - silent);
    } else if (x->echoes >= ECHOES) {
        fs_pppoe_finish(s, x, true);
    } else {
        uint8_t magic[4];
        fs_put32(magic, x->magic);
        x->echoes++;
        fs_ppp_send(s, x, FS_PPP_LCP, ECHO_REQUEST, ++x->id, magic, 4);
        fs_pppoe_wake(s, x, s->echo);
    }
}

void fs_ppp_timeout(struct fs_pppoe *s, struct fs_ppp_session *x)
{
    if (x->phase == FS_PPP_OPEN) {
        time_open(s, x);
    } else if (fs_tick_due(x->give_up, fs_tick(fs_steady(&s->base)))) {
        fs_pppoe_finish(s, x, true);
    } else if (x->phase == FS_PPP_AUTHENTICATE) {
        if (++x->lcp.tries > TRIES) {
            fs_pppoe_finish(s, x, true);
        } else {
            fs_ppp_auth_ask(s, x, true);
        }
    } else {
        uint16_t protocol = x->phase == FS_PPP_ESTABLISH ? FS_PPP_LCP : FS_PPP_IPCP;
        if (layer_of(x, protocol)->tries >= TRIES) {
            fs_pppoe_finish(s, x, true);
        } else {
            ask(s, x, protocol, true);
        }
    }
}
