#include "net/pppoe.h"

#include "net/md5.h"

/* RFC 2516 section 4 and appendix A */
enum { PADI = 0x09, PADO = 0x07, PADR = 0x19, PADS = 0x65, PADT = 0xa7 };
enum {
    END_OF_LIST = 0,
    SERVICE_NAME = 0x0101,
    AC_NAME = 0x0102,
    HOST_UNIQ = 0x0103,
    AC_COOKIE = 0x0104,
    RELAY_SESSION_ID = 0x0110,
    SERVICE_NAME_ERROR = 0x0201,
    AC_SYSTEM_ERROR = 0x0202,
};
enum { NONE = 0, TAG_HEAD = 4 }; /* places count from 1, so that fresh memory is a table of nothing */
static const uint64_t round_ns = 100000000; /* the table is looked through at most so often */

/* ---- secrets ---- */

/* RFC 2516 section 5.2: who sends the cookie back gets what is sent to that address. No state is kept for who does not. */
static void cookie_of(const struct fs_pppoe *s, const uint8_t mac[6], uint8_t cookie[16])
{
    struct fs_md5 m;
    fs_md5_begin(&m);
    fs_md5_add(&m, s->secret, 16);
    fs_md5_add(&m, mac, 6);
    fs_md5_end(&m, cookie);
}

/* The time at which packets come is mixed in: a machine's own random numbers may be few. */
void fs_pppoe_noise(struct fs_pppoe *s, uint8_t noise[16])
{
    struct fs_md5 m;
    uint64_t mixed[2] = {fs_now(&s->base), s->noises++};
    fs_md5_begin(&m);
    fs_md5_add(&m, s->secret, 16);
    fs_md5_add(&m, mixed, sizeof mixed);
    fs_md5_end(&m, noise);
}

/* ---- the table ---- */

static uint32_t *head_of(const struct fs_pppoe *s, const uint8_t mac[6])
{
    uint64_t address = (uint64_t)fs_get16(mac) << 32 | fs_get32(mac + 2);
    return &s->heads[(address * s->multiplier) >> s->shift];
}

static void put_free(struct fs_pppoe *s, uint32_t at)
{
    s->sessions[at - 1].next = NONE;
    *(s->free_first == NONE ? &s->free_first : &s->sessions[s->free_last - 1].next) = at;
    s->free_last = at;
}

static uint32_t take_free(struct fs_pppoe *s)
{
    s->fresh += s->network + s->fresh == s->gateway;
    if (s->fresh <= s->capacity) {
        return s->fresh++;
    }
    uint32_t at = s->free_first;
    if (at != NONE) {
        s->free_first = s->sessions[at - 1].next;
    }
    return at;
}

static struct fs_ppp_session *add(struct fs_pppoe *s, const uint8_t mac[6])
{
    uint32_t at = take_free(s), *head = head_of(s, mac), now = fs_tick(fs_steady(&s->base));
    if (at == NONE) {
        return NULL;
    }
    struct fs_ppp_session *x = &s->sessions[at - 1];
    *x = (struct fs_ppp_session){.next = *head, .since = now, .give_up = now + fs_tick(s->setup), .heard_at = now};
    __builtin_memcpy(x->mac, mac, 6);
    *head = at;
    s->used++;
    return x;
}

void fs_pppoe_finish(struct fs_pppoe *s, struct fs_ppp_session *x, bool tell)
{
    uint32_t at = fs_pppoe_number(s, x), *link = head_of(s, x->mac);
    if (tell) {
        fs_ppp_send(s, x, FS_PPP_LCP, 5 /* Terminate-Request */, ++x->id, NULL, 0);
        fs_pppoe_deny(s, x->mac, at);
    }
    while (*link != at) {
        link = &s->sessions[*link - 1].next;
    }
    *link = x->next;
    s->count -= x->phase == FS_PPP_OPEN;
    s->used--;
    s->ended++;
    x->phase = FS_PPP_FREE;
    put_free(s, at);
}

/* ---- time ---- */

void fs_pppoe_wake(struct fs_pppoe *s, const struct fs_ppp_session *x, uint64_t ns)
{
    ns = ns < round_ns ? round_ns : ns;
    uint64_t at = fs_steady(&s->base) + ns + fs_tick_ns(2); /* so that the tick that it is due at has begun */
    s->due[x - s->sessions] = fs_tick(at);
    if (!fs_timer_set(&s->timer) || at < s->timer.expiry) {
        fs_timer_at(&s->timer, at);
    }
}

static void fire(struct fs_element *e, struct fs_timer *t)
{
    struct fs_pppoe *s = (struct fs_pppoe *)e;
    uint64_t steady = fs_steady(e);
    uint32_t now = fs_tick(steady), next = now + INT32_MAX;
    (void)t;
    for (uint32_t i = 0; i < s->capacity && s->used != 0; i++) {
        struct fs_ppp_session *x = &s->sessions[i];
        if (x->phase != FS_PPP_FREE && fs_tick_due(s->due[i], now)) {
            fs_ppp_timeout(s, x);
        }
        if (x->phase != FS_PPP_FREE) {
            next = fs_tick_first(next, s->due[i]);
        }
    }
    if (s->used != 0) {
        uint64_t wait = fs_tick_ns(next - now);
        fs_timer_after(&s->timer, wait < round_ns ? round_ns : wait);
    }
}

/* ---- discovery ---- */

/* Tags of a packet, each whole; NULL where there is none. */
struct tags {
    const uint8_t *service, *uniq, *cookie, *relay;
};
struct message {
    uint8_t at[1500 - FS_PPPOE_SIZE]; /* what an Ethernet frame holds */
    size_t n;
    bool fits;
};

static bool find_tags(struct tags *t, struct fs_cursor c)
{
    *t = (struct tags){NULL, NULL, NULL, NULL};
    while (fs_left(&c) >= TAG_HEAD) {
        const uint8_t *tag = fs_take(&c, TAG_HEAD);
        uint16_t type = fs_get16(tag);
        if (type == END_OF_LIST) {
            break;
        }
        if (fs_take(&c, fs_get16(tag + 2)) == NULL) {
            return false;
        }
        const uint8_t **place = type == SERVICE_NAME         ? &t->service
                                : type == HOST_UNIQ          ? &t->uniq
                                : type == AC_COOKIE          ? &t->cookie
                                : type == RELAY_SESSION_ID ? &t->relay
                                                             : NULL;
        if (place != NULL) {
            *place = tag;
        }
    }
    return t->service != NULL; /* "MUST contain exactly one" */
}

static void put_tag(struct message *m, unsigned type, const void *bytes, size_t n)
{
    if (n > sizeof m->at - m->n - TAG_HEAD) {
        m->fits = false;
        return;
    }
    fs_put16(m->at + m->n, (uint16_t)type);
    fs_put16(m->at + m->n + 2, (uint16_t)n);
    __builtin_memcpy(m->at + m->n + TAG_HEAD, bytes, n);
    m->n += TAG_HEAD + n;
}
static void put_text(struct message *m, unsigned type, const char *text)
{
    put_tag(m, type, text, __builtin_strlen(text));
}
static void put_same(struct message *m, const uint8_t *tag)
{
    if (tag != NULL) {
        put_tag(m, fs_get16(tag), tag + TAG_HEAD, fs_get16(tag + 2));
    }
}

static void send(struct fs_pppoe *s, const uint8_t mac[6], uint8_t code, uint32_t number, const struct message *m)
{
    struct fs_packet *p = fs_packet_new(fs_pool(&s->base), FS_HEADROOM, FS_ETHER_SIZE + FS_PPPOE_SIZE + m->n);
    if (p == NULL) {
        return; /* as if it were lost on its way */
    }
    __builtin_memcpy(p->data, mac, 6);
    __builtin_memcpy(p->data + 6, s->mac, 6);
    fs_put16(p->data + 12, FS_PPPOE_DISCOVERY);
    fs_put16(p->data + 14, (uint16_t)(0x1100 | code));
    fs_put16(p->data + 16, (uint16_t)number);
    fs_put16(p->data + 18, (uint16_t)m->n);
    __builtin_memcpy(p->data + 20, m->at, m->n);
    fs_set_mac_header(p, p->data);
    p->timestamp = fs_now(&s->base);
    fs_output_push_one(&s->base, 0, p);
}

void fs_pppoe_deny(struct fs_pppoe *s, const uint8_t mac[6], uint32_t number)
{
    struct message m;
    m.n = 0;
    send(s, mac, PADT, number, &m);
}

/* Whether the peer wants any service, or ours; without a name ours is any. */
static bool is_ours(const struct fs_pppoe *s, const uint8_t *tag)
{
    size_t n = fs_get16(tag + 2);
    return n == 0 || *s->service == '\0' || (n == __builtin_strlen(s->service) && __builtin_memcmp(tag + TAG_HEAD, s->service, n) == 0);
}

static enum fs_drop_reason offer(struct fs_pppoe *s, const uint8_t mac[6], const struct tags *t)
{
    struct message m;
    uint8_t cookie[16];
    m.n = 0;
    m.fits = true;
    if (!is_ours(s, t->service)) {
        return FS_DROP_NO_MATCH; /* "MUST NOT respond with a PADO" */
    }
    cookie_of(s, mac, cookie);
    put_text(&m, AC_NAME, s->name);
    put_same(&m, t->service);
    if (fs_get16(t->service + 2) == 0 && *s->service != '\0') {
        put_text(&m, SERVICE_NAME, s->service);
    }
    put_tag(&m, AC_COOKIE, cookie, 16);
    put_same(&m, t->uniq);
    put_same(&m, t->relay);
    if (!m.fits) {
        return FS_DROP_TOO_LONG;
    }
    send(s, mac, PADO, 0, &m);
    return FS_DROP_DISCARDED;
}

/* The session that is being asked for again, because our answer was lost; else NULL, and there is one less than the
 * limit: the oldest gives way, as it does when a peer has lost its memory. */
static struct fs_ppp_session *unheard(struct fs_pppoe *s, const uint8_t mac[6])
{
    struct fs_ppp_session *oldest = NULL;
    uint32_t count = 0;
    for (uint32_t at = *head_of(s, mac); at != NONE; at = s->sessions[at - 1].next) {
        struct fs_ppp_session *x = &s->sessions[at - 1];
        if (__builtin_memcmp(x->mac, mac, 6) != 0) {
            continue;
        }
        if (!x->heard) {
            return x;
        }
        oldest = oldest == NULL || fs_tick_first(x->since, oldest->since) == x->since ? x : oldest;
        count++;
    }
    if (count >= s->limit) {
        fs_pppoe_finish(s, oldest, true);
    }
    return NULL;
}

static enum fs_drop_reason admit(struct fs_pppoe *s, const uint8_t mac[6], const struct tags *t)
{
    struct message m;
    uint8_t cookie[16];
    struct fs_ppp_session *x = NULL;
    bool anew = false;
    m.n = 0;
    m.fits = true;
    cookie_of(s, mac, cookie);
    if (t->cookie == NULL || fs_get16(t->cookie + 2) != 16 || __builtin_memcmp(t->cookie + TAG_HEAD, cookie, 16) != 0) {
        return FS_DROP_STATE;
    }
    put_same(&m, t->service);
    put_same(&m, t->uniq);
    put_same(&m, t->relay);
    if (!m.fits) {
        return FS_DROP_TOO_LONG;
    }
    if (!is_ours(s, t->service)) {
        put_text(&m, SERVICE_NAME_ERROR, "");
    } else if ((x = unheard(s, mac)) == NULL) {
        x = add(s, mac);
        anew = x != NULL;
        if (x == NULL) {
            s->full++;
            put_text(&m, AC_SYSTEM_ERROR, "no session is free");
        }
    }
    send(s, mac, PADS, x == NULL ? 0 : fs_pppoe_number(s, x), &m);
    if (anew) {
        fs_ppp_begin(s, x);
    }
    return x == NULL ? FS_DROP_TABLE_FULL : FS_DROP_DISCARDED;
}

enum fs_drop_reason fs_pppoe_discover(struct fs_pppoe *s, const struct fs_packet *p)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    const struct fs_ether *ether = (const struct fs_ether *)fs_take(&c, FS_ETHER_SIZE);
    const uint8_t *head = ether == NULL ? NULL : fs_take(&c, FS_PPPOE_SIZE);
    struct tags tags;
    if (head == NULL || fs_get16(head + 4) > fs_left(&c)) {
        return FS_DROP_BAD_LENGTH;
    }
    uint32_t number = fs_get16(head + 2);
    bool mine = __builtin_memcmp(ether->destination, s->mac, 6) == 0;
    c.end = c.at + fs_get16(head + 4);
    if (head[0] != 0x11) {
        return FS_DROP_BAD_VERSION;
    }
    if ((ether->source[0] & 1) != 0 || (!mine && (head[1] != PADI || (ether->destination[0] & 1) == 0))) {
        return FS_DROP_BAD_ADDRESS;
    }
    if (head[1] == PADT) {
        struct fs_ppp_session *x = number - 1 < s->capacity ? &s->sessions[number - 1] : NULL;
        if (x == NULL || x->phase == FS_PPP_FREE || __builtin_memcmp(x->mac, ether->source, 6) != 0) {
            return FS_DROP_STATE;
        }
        fs_pppoe_finish(s, x, false);
        return FS_DROP_DISCARDED;
    }
    if (head[1] != PADI && head[1] != PADR) {
        return FS_DROP_BAD_PROTOCOL; /* what only concentrators send */
    }
    if (number != 0 || !find_tags(&tags, c)) {
        return FS_DROP_MALFORMED;
    }
    return head[1] == PADI ? offer(s, ether->source, &tags) : admit(s, ether->source, &tags);
}

/* ---- life ---- */

int fs_pppoe_configure(struct fs_pppoe *s, struct fs_text *error)
{
    uint32_t bits = 1;
    while ((1u << bits) < s->capacity) {
        bits++;
    }
    s->shift = 64 - bits;
    s->multiplier = fs_random(&s->base) | 1;
    for (unsigned i = 0; i < 16; i += 8) {
        uint64_t random = fs_random(&s->base);
        __builtin_memcpy(s->secret + i, &random, 8);
    }
    s->sessions = fs_alloc(&s->base, s->capacity * sizeof *s->sessions);
    s->due = fs_alloc(&s->base, s->capacity * sizeof *s->due);
    s->heads = fs_alloc(&s->base, sizeof *s->heads << bits);
    if (s->sessions == NULL || s->due == NULL || s->heads == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    s->fresh = 1;
    return 0;
}

void fs_pppoe_start(struct fs_pppoe *s) { fs_timer_init(&s->base, &s->timer, fire); }

/* Sessions go on with their numbers and addresses, but for those whose users are gone. */
void fs_pppoe_adopt(struct fs_pppoe *s, const struct fs_pppoe *old)
{
    __builtin_memcpy(s->secret, old->secret, 16);
    s->noises = old->noises;
    s->fresh = s->capacity + 1;
    for (uint32_t at = 1; at <= s->capacity; at++) {
        struct fs_ppp_session *x = &s->sessions[at - 1];
        if (s->network + at == s->gateway) {
            continue;
        }
        if (at > old->capacity || old->sessions[at - 1].phase == FS_PPP_FREE) {
            put_free(s, at);
            continue;
        }
        uint32_t *head = head_of(s, old->sessions[at - 1].mac), user = old->sessions[at - 1].user;
        *x = old->sessions[at - 1];
        x->next = *head;
        *head = at;
        s->used++;
        s->count += x->phase == FS_PPP_OPEN;
        if (user != FS_PPP_NOBODY) {
            x->user = fs_ppp_user_find(s, old->users[user].name, old->users[user].name_length);
        }
        fs_pppoe_wake(s, x, round_ns);
        if (x->user == FS_PPP_NOBODY && x->phase >= FS_PPP_NETWORK && s->auth != 0) {
            fs_pppoe_finish(s, x, true);
        }
    }
}
