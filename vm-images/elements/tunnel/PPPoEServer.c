/* PPPoEServer: an access concentrator: sessions of PPP over Ethernet, with addresses of a pool for those who log in. */
#include "net/config_text.h"
#include "net/handlers.h"
#include "net/ip.h"
#include "net/marked.h"
#include "net/nat_pattern.h" /* tables of texts */
#include "net/pppoe.h"

enum { ETH, POOL, USER, AUTH, GATEWAY, DNS, NAME, SERVICE, MRU, SESSIONS, LIMIT, ECHO, SETUP };
enum { ACCESS, NETWORK, OTHER };
static const uint64_t second = 1000000000;

/* ---- from subscribers ---- */

/* The session that a frame says it is of; NULL when there is no such one of that peer. */
static struct fs_ppp_session *session_of(struct fs_pppoe *s, const uint8_t *frame)
{
    uint32_t number = fs_get16(frame + 16);
    struct fs_ppp_session *x = number - 1 < s->capacity ? &s->sessions[number - 1] : NULL;
    return x != NULL && x->phase != FS_PPP_FREE && __builtin_memcmp(x->mac, frame + 6, 6) == 0 ? x : NULL;
}

/* A frame of a session. Answers true when an IP packet is left of it; else the packet is gone. */
static bool take_session(struct fs_pppoe *s, struct fs_packet *p, uint32_t tick)
{
    const uint8_t *frame = p->data;
    enum fs_drop_reason reason;
    size_t length = p->length < FS_PPP_FRONT ? 0 : fs_get16(frame + 18);
    if (length < 2 || length > p->length - FS_ETHER_SIZE - FS_PPPOE_SIZE) {
        reason = FS_DROP_BAD_LENGTH;
    } else if (fs_get16(frame + 14) != 0x1100) {
        reason = FS_DROP_BAD_VERSION;
    } else if (__builtin_memcmp(frame, s->mac, 6) != 0) {
        reason = FS_DROP_BAD_ADDRESS;
    } else {
        struct fs_ppp_session *x = session_of(s, frame);
        uint16_t protocol = fs_get16(frame + 20);
        length -= 2;
        if (x == NULL) {
            if (protocol == FS_PPP_LCP && (frame[6] & 1) == 0) { /* of an earlier life of ours */
                fs_pppoe_deny(s, frame + 6, fs_get16(frame + 16));
            }
            reason = FS_DROP_STATE;
        } else {
            x->heard = true;
            x->heard_at = tick;
            if (protocol != FS_PPP_IP) {
                reason = fs_ppp_control(s, x, protocol, frame + FS_PPP_FRONT, length);
            } else if (x->phase != FS_PPP_OPEN) {
                reason = FS_DROP_STATE;
            } else {
                const struct fs_ip *h = (const struct fs_ip *)(frame + FS_PPP_FRONT);
                unsigned header = length < FS_IP_SIZE ? 0 : fs_ip_header_length(h);
                if (header < FS_IP_SIZE || header > length) {
                    reason = length < FS_IP_SIZE ? FS_DROP_BAD_LENGTH : FS_DROP_BAD_HEADER_LENGTH;
                } else if (fs_ip_version(h) != 4) {
                    reason = FS_DROP_BAD_VERSION;
                } else if (fs_get32(h->source) != fs_pppoe_address(s, x)) {
                    reason = FS_DROP_BAD_SOURCE; /* somebody else's (RFC 2827) */
                } else {
                    x->in_packets++;
                    x->in_bytes += length;
                    p->data += FS_PPP_FRONT;
                    p->length = (uint32_t)length; /* what pads the frame goes */
                    p->packet_type = FS_TYPE_HOST;
                    fs_set_network_header(p, p->data, header);
                    fs_set_anno_address(p, FS_ANNO_DST_IP, h->destination);
                    return true;
                }
            }
        }
    }
    fs_drop(&s->base, p, reason);
    return false;
}

static void from_access(struct fs_pppoe *s, struct fs_batch *batch)
{
    uint32_t tick = fs_tick(fs_steady(&s->base)), count = batch->count, kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *frame = batch->packets[i]->data;
        if (batch->packets[i]->length >= FS_PPP_FRONT) {
            uint32_t place = (uint32_t)fs_get16(frame + 16) - 1;
            __builtin_prefetch(&s->sessions[place < s->capacity ? place : 0], 1);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint16_t type = p->length < FS_ETHER_SIZE ? 0 : fs_get16(p->data + 12);
        if (type == FS_PPPOE_SESSION) {
            if (take_session(s, p, tick)) {
                batch->packets[kept++] = p;
            }
        } else if (type == FS_PPPOE_DISCOVERY) {
            enum fs_drop_reason reason = fs_pppoe_discover(s, p);
            fs_drop(&s->base, p, reason);
        } else if (p->length < FS_ETHER_SIZE) {
            fs_drop(&s->base, p, FS_DROP_BAD_LENGTH);
        } else {
            fs_reject(&s->base, OTHER, p, FS_DROP_NO_MATCH);
        }
    }
    batch->count = kept;
    fs_output_push(&s->base, NETWORK, batch);
}

/* ---- to subscribers ---- */

static void from_network(struct fs_pppoe *s, struct fs_batch *batch)
{
    uint32_t places[FS_BATCH_MAX], count = batch->count, kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        places[i] = FS_SWAP32(fs_anno_u32(batch->packets[i], FS_ANNO_DST_IP)) - s->network - 1;
        __builtin_prefetch(&s->sessions[places[i] < s->capacity ? places[i] : 0], 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct fs_ppp_session *x = places[i] < s->capacity ? &s->sessions[places[i]] : NULL;
        struct fs_packet *p = batch->packets[i];
        if (x == NULL || x->phase != FS_PPP_OPEN) {
            fs_drop(&s->base, p, FS_DROP_UNRESOLVED);
            continue;
        }
        uint32_t length = p->length;
        if (length > x->mru) {
            fs_drop(&s->base, p, FS_DROP_TOO_LONG);
            continue;
        }
        p = fs_writable(&s->base, p);
        if (p == NULL) {
            continue;
        }
        if (!fs_packet_prepend(p, FS_PPP_FRONT)) {
            fs_drop(&s->base, p, FS_DROP_NO_ROOM);
            continue;
        }
        fs_pppoe_front(s, x, p->data, FS_PPP_IP, length);
        fs_set_mac_header(p, p->data);
        x->out_packets++;
        x->out_bytes += length;
        batch->packets[kept++] = p;
    }
    batch->count = kept;
    fs_output_push(&s->base, ACCESS, batch);
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_pppoe *s = (struct fs_pppoe *)e;
    if (port == ACCESS) {
        from_access(s, batch);
    } else {
        from_network(s, batch);
    }
}

/* ---- configuration ---- */

FS_ONCE static int add_users(struct fs_pppoe *s, struct fs_text *error)
{
    struct fs_nat_items items;
    struct fs_bytes table = fs_args_bytes(s->base.args, USER);
    const char *text;
    size_t length;
    if (table.length == 0) {
        return 0;
    }
    if (!fs_nat_items(&items, table, error)) {
        return -1;
    }
    while (fs_nat_next_item(&items, &text, &length)) {
        char buffer[520];
        struct fs_text user = {.at = buffer, .capacity = sizeof buffer};
        if (length == 0) { /* a list of nobody in a template */
            continue;
        }
        fs_text_unquoted(&user, (struct fs_span){text, length});
        if (user.missing != 0 || fs_ppp_user_add(s, buffer, user.length, error) != 0) {
            fs_text_string(error, user.missing != 0 ? "USER: too long" : " (USER)");
            return -1;
        }
    }
    return 0;
}

FS_ONCE static int set_auth(struct fs_pppoe *s, struct fs_text *error)
{
    struct fs_span word = fs_span(fs_args_text(s->base.args, AUTH, "chap"));
    s->any_auth = fs_span_is(word, "any");
    if (s->any_auth || fs_span_is(word, "chap")) {
        s->auth = FS_PPP_CHAP;
    } else if (fs_span_is(word, "pap")) {
        s->auth = FS_PPP_PAP;
    } else if (!fs_span_is(word, "none")) {
        fs_text_string(error, "AUTH: expected chap, pap, any or none");
        return -1;
    }
    return 0;
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_pppoe *s = (struct fs_pppoe *)e;
    struct fs_bytes pool = fs_args_bytes(e->args, POOL), dns = fs_args_bytes(e->args, DNS);
    uint32_t mask = fs_get32(pool.at + 4), most = ~mask < 3 ? 0 : ~mask - 1; /* without both ends of the prefix */
    __builtin_memcpy(s->mac, fs_args_bytes(e->args, ETH).at, 6);
    s->network = fs_get32(pool.at) & mask;
    s->gateway = fs_args_given(e->args, GATEWAY) ? fs_get32(fs_args_bytes(e->args, GATEWAY).at) : s->network + 1;
    for (size_t i = 0; i < 2 && i < dns.length / 4; i++) {
        s->dns[i] = fs_get32(dns.at + 4 * i);
    }
    s->name = fs_args_text(e->args, NAME, "flowstream");
    s->service = fs_args_text(e->args, SERVICE, "");
    s->mru = (uint16_t)fs_args_integer(e->args, MRU, FS_PPPOE_MRU);
    s->capacity = (uint32_t)fs_args_integer(e->args, SESSIONS, 1024);
    s->limit = (uint32_t)fs_args_integer(e->args, LIMIT, 1);
    s->echo = (uint64_t)fs_args_integer(e->args, ECHO, 30 * (int64_t)second);
    s->setup = (uint64_t)fs_args_integer(e->args, SETUP, 60 * (int64_t)second);
    if (most < s->capacity) {
        if (fs_args_given(e->args, SESSIONS) || most < 2) {
            fs_text_format(error, "SESSIONS: the pool has %u addresses", most);
            return -1;
        }
        s->capacity = most;
    }
    if (__builtin_strlen(s->name) > 64 || __builtin_strlen(s->service) > 64 || *s->name == '\0') {
        fs_text_string(error, "expected a NAME of 1 to 64 characters, and a SERVICE of at most 64");
        return -1;
    }
    return set_auth(s, error) != 0 || add_users(s, error) != 0 || fs_pppoe_configure(s, error) != 0 ? -1 : 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_pppoe_start((struct fs_pppoe *)e);
    return 0;
}

FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_pppoe *s = (struct fs_pppoe *)e;
    const struct fs_pppoe *o = (struct fs_pppoe *)old;
    s->opened = o->opened;
    s->ended = o->ended;
    s->denied = o->denied;
    s->full = o->full;
    if (__builtin_memcmp(s->mac, o->mac, 6) == 0 && s->network == o->network) { /* else peers know us by other names */
        fs_pppoe_adopt(s, o);
    }
}

/* ---- handlers ---- */

FS_ONCE static void read_sessions(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    static const char *const phases[] = {"", "establish", "authenticate", "network", "open"};
    const struct fs_pppoe *s = (struct fs_pppoe *)e;
    uint32_t now = fs_tick(fs_steady(e));
    (void)parameters;
    for (uint32_t i = 0; i < s->capacity; i++) {
        const struct fs_ppp_session *x = &s->sessions[i];
        uint8_t address[4];
        if (x->phase == FS_PPP_FREE) {
            continue;
        }
        fs_put32(address, fs_pppoe_address(s, x));
        fs_text_format(value, "%u ", i + 1);
        fs_text_mac(value, x->mac);
        fs_text_char(value, ' ');
        fs_text_ip(value, address);
        fs_text_format(value, " %s %u %llu %llu %llu %llu ", phases[x->phase],
                       (unsigned)((fs_tick_ns(now - x->since) + second / 2) / second),
                       (unsigned long long)x->in_packets, (unsigned long long)x->in_bytes,
                       (unsigned long long)x->out_packets, (unsigned long long)x->out_bytes);
        if (x->user != FS_PPP_NOBODY) {
            fs_text_bytes(value, s->users[x->user].name, s->users[x->user].name_length);
        } else {
            fs_text_char(value, '-');
        }
        fs_text_char(value, '\n');
    }
}
FS_READ_NUMBER(read_count, struct fs_pppoe, count)
FS_READ_NUMBER(read_used, struct fs_pppoe, used)
FS_READ_NUMBER(read_opened, struct fs_pppoe, opened)
FS_READ_NUMBER(read_ended, struct fs_pppoe, ended)
FS_READ_NUMBER(read_denied, struct fs_pppoe, denied)
FS_READ_NUMBER(read_full, struct fs_pppoe, full)

FS_ONCE static int write_end(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_pppoe *s = (struct fs_pppoe *)e;
    int64_t number;
    if (fs_write_integer("end", value, length, 1, s->capacity, &number, error) != 0) {
        return -1;
    }
    if (s->sessions[number - 1].phase == FS_PPP_FREE) {
        fs_text_string(error, "end: there is no such session");
        return -1;
    }
    fs_pppoe_finish(s, &s->sessions[number - 1], true);
    return 0;
}
FS_ONCE static int write_user(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_span text = fs_span_trimmed((struct fs_span){value, length});
    return fs_ppp_user_add((struct fs_pppoe *)e, text.at, text.length, error);
}
FS_ONCE static int write_remove_user(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_pppoe *s = (struct fs_pppoe *)e;
    struct fs_span text = fs_span_trimmed((struct fs_span){value, length});
    uint32_t user = fs_ppp_user_find(s, text.at, text.length);
    if (user == FS_PPP_NOBODY) {
        fs_text_string(error, "remove_user: there is no such user");
        return -1;
    }
    for (uint32_t i = 0; i < s->capacity; i++) {
        if (s->sessions[i].phase != FS_PPP_FREE && s->sessions[i].user == user) {
            fs_pppoe_finish(s, &s->sessions[i], true);
        }
    }
    s->users[user].name_length = 0;
    return 0;
}

static const struct fs_arg args[] = {
    [ETH] = {"ETH", "ether-address", FS_POSITIONAL, 0, 0, NULL, "This side's Ethernet address."},
    [POOL] = {"POOL", "ip-prefix", FS_POSITIONAL, 0, 0, NULL,
              "Addresses for subscribers: session N gets the Nth one of the prefix."},
    [USER] = {"USER", "texts", FS_REST, 0, 0, "", "`NAME PASSWORD`, for each who may log in."},
    [AUTH] = {"AUTH", "word", FS_KEYWORD, 0, 0, "chap",
              "`chap`, `pap`, `any` (CHAP, or PAP where the peer asks for it), or `none`: everybody may."},
    [GATEWAY] = {"GATEWAY", "ip-address", FS_KEYWORD, 0, 0, "the first of POOL",
                 "This side's address, which no subscriber gets."},
    [DNS] = {"DNS", "ip-addresses", FS_KEYWORD, 0, 0, "", "One or two name servers, for peers that ask (RFC 1877)."},
    [NAME] = {"NAME", "string", FS_KEYWORD, 0, 0, "flowstream", "The access concentrator's name."},
    [SERVICE] = {"SERVICE", "string", FS_KEYWORD, 0, 0, "", "The name of the service; empty: whatever is asked for."},
    [MRU] = {"MRU", "integer", FS_KEYWORD, 68, FS_PPPOE_MRU, "1492", "The longest IP packet from a subscriber."},
    [SESSIONS] = {"SESSIONS", "integer", FS_KEYWORD, 1, 65534, "1024",
                  "Sessions at a time, 140 bytes each; at most the addresses of POOL."},
    [LIMIT] = {"LIMIT", "integer", FS_KEYWORD, 1, 65534, "1",
               "Sessions that one Ethernet address may have; a new one ends the oldest."},
    [ECHO] = {"ECHO", "duration", FS_KEYWORD, 0, 0, "30s",
              "A peer that is silent so long is asked whether it is there; 0: never. Its session ends when it does not "
              "answer three times."},
    [SETUP] = {"SETUP", "duration", FS_KEYWORD, 0, 0, "60s", "A session that has not opened by then is ended."},
};
static const struct fs_handler handlers[] = {
    {"sessions", read_sessions, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "For each session `NUMBER ETH ADDRESS PHASE SECONDS PACKETS_IN BYTES_IN PACKETS_OUT BYTES_OUT USER`."},
    {"count", read_count, NULL, 0, NULL, "Sessions that are open."},
    {"used", read_used, NULL, 0, NULL, "Sessions, those that are being set up included."},
    {"opened", read_opened, NULL, 0, NULL, "How often one has opened."},
    {"ended", read_ended, NULL, 0, NULL, "Sessions that have ended."},
    {"denied", read_denied, NULL, 0, NULL, "Log-ins that were refused."},
    {"full", read_full, NULL, 0, NULL, "Sessions that were not begun because none was free."},
    {"end", NULL, write_end, 0, NULL, "Ends the session of that number; the peer is told."},
    {"user", NULL, write_user, 0, NULL, "Adds a user, `NAME PASSWORD`, or changes the password."},
    {"remove_user", NULL, write_remove_user, 0, NULL, "Removes a user and ends its sessions."},
};

FS_ELEMENT(PPPoEServer) = {
    .name = "PPPoEServer",
    .ports = "2/2-3",
    .processing = "h/h",
    .flow = "xy/yxx",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads eth.src eth.dst eth.type ip.src payload annotation.DST_IP; writes eth.src eth.dst eth.type length "
               "annotation.DST_IP; drops; originates; keeps-state",
    .summary = "an access concentrator for PPPoE: sessions, log-in, addresses of a pool",
    .doc = "Ours. RFC 2516 (discovery with a cookie: nothing is kept for who only asks), RFC 1661 (LCP with echo), RFC 1334\n"
           "and 1994 (PAP; CHAP with MD5), RFC 1332 and 1877 (IPCP with name servers), IPv4 alone. Input 0 takes frames of\n"
           "the access side, output 0 gives them. Output 1 gives IP packets that came from subscribers, with their header\n"
           "marked and the destination annotation set; input 1 takes those for the subscriber of the destination\n"
           "annotation. Frames of other protocols leave by output 2; where it is not connected they are dropped as\n"
           "`no-match`.\n\n"
           "Dropped are: packets from another address than the subscriber's (`bad-source`), for nobody (`unresolved`),\n"
           "longer than the peer takes (`too-long`: put IPFragmenter in front), of no session or before it is open\n"
           "(`state`). Packets of discovery and control end here: `discarded` when they were answered.\n\n"
           "    FromDevice(0) -> pppoe :: PPPoEServer(eth0, 10.64.0.0/16, alice secret, DNS 192.0.2.53) -> ToDevice(0);\n"
           "    pppoe[1] -> CheckIPHeader -> ... -> ToDevice(1);  FromDevice(1) -> ... -> [1] pppoe;\n",
    .size = sizeof(struct fs_pppoe),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .push = push,
};
