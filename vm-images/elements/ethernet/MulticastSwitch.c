/* MulticastSwitch: copies frames to IPv4 groups to the ports that have members, and asks who they are (IGMP). */
#include "net/ether.h"
#include "net/handlers.h"
#include "net/igmp.h"
#include "net/ip.h"

enum { ETH, QUERIER, INTERVAL, RESPONSE, LAST_INTERVAL, ROBUSTNESS, VERSION, ROUTER, FAST_LEAVE, FLOOD, CAPACITY, LIMIT };

static const uint64_t second = 1000000000;
/* Where a frame goes: a set of ports, or one of these. */
static const uint64_t OTHER = (uint64_t)1 << 63, GONE = 0;

static uint64_t lose(struct fs_igmp *s, struct fs_packet *p, enum fs_drop_reason reason)
{
    fs_drop(&s->base, p, reason);
    return GONE;
}

static uint64_t way_of(struct fs_igmp *s, struct fs_packet *p, unsigned port, uint64_t now)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    const struct fs_ether *ether = (const struct fs_ether *)fs_take(&c, FS_ETHER_SIZE);
    uint64_t others = s->all & ~((uint64_t)1 << port);
    if (ether == NULL) {
        return lose(s, p, FS_DROP_BAD_LENGTH);
    }
    if (fs_get32(ether->destination) >> 7 != 0x01005e00 >> 7 || fs_get16(ether->type) != FS_ETHER_IP) {
        return OTHER;
    }
    if (fs_left(&c) < FS_IP_SIZE) {
        return lose(s, p, FS_DROP_BAD_LENGTH);
    }
    const struct fs_ip *h = (const struct fs_ip *)c.at;
    uint32_t address = fs_get32(h->destination);
    if (address >> 28 != 0xe) {
        return OTHER;
    }
    if (h->protocol == FS_PROTOCOL_IGMP && !fs_ip_fragment(h)) {
        return fs_igmp_take(s, p, &c, port, now);
    }
    const struct fs_group *group = fs_groups_find(&s->groups, address);
    uint64_t ways = !fs_igmp_noted(address) || (group == NULL && s->flood) ? s->all : s->routers;
    ways = (ways | (group == NULL ? 0 : group->members)) & others;
    return ways != 0 ? ways : lose(s, p, group == NULL && fs_igmp_noted(address) ? FS_DROP_NO_MATCH : FS_DROP_DISCARDED);
}

static void flush(struct fs_igmp *s, unsigned port, uint64_t way, struct fs_batch *batch)
{
    if (batch->count == 0) {
        return;
    }
    if (way != OTHER) {
        fs_igmp_send(s, way, batch);
    } else if (s->base.output_count > s->ports) {
        fs_output_push(&s->base, s->ports + port, batch);
    } else {
        fs_drop_batch(&s->base, batch, FS_DROP_NO_MATCH);
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_igmp *s = (struct fs_igmp *)e;
    uint64_t now = fs_steady(e), going = OTHER;
    struct fs_batch together; /* packets in a row that go the same way */
    together.count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        uint64_t way = way_of(s, batch->packets[i], port, now);
        if (way == GONE) {
            continue;
        }
        if (way != going) {
            flush(s, port, going, &together);
            going = way;
        }
        fs_batch_add(&together, batch->packets[i]);
    }
    batch->count = 0;
    flush(s, port, going, &together);
}

FS_ONCE static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_igmp *s = (struct fs_igmp *)e;
    int64_t router = fs_args_integer(e->args, ROUTER, -1);
    uint32_t capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, 256);
    s->ports = e->input_count;
    if (s->ports > FS_GROUPS_PORTS || (e->output_count != s->ports && e->output_count != 2 * s->ports)) {
        fs_text_format(error, "expected at most %u inputs, and as many outputs or twice as many; found %u and %u",
                       (unsigned)FS_GROUPS_PORTS, s->ports, e->output_count);
        return -1;
    }
    if (router >= (int64_t)s->ports) {
        fs_text_format(error, "ROUTER: there are %u ports", s->ports);
        return -1;
    }
    s->all = ((uint64_t)1 << s->ports) - 1;
    s->routers = s->fixed_routers = router < 0 ? 0 : (uint64_t)1 << router;
    s->asks = fs_args_given(e->args, ETH);
    if (s->asks) {
        __builtin_memcpy(s->mac, fs_args_bytes(e->args, ETH).at, 6);
    }
    if (fs_args_given(e->args, QUERIER)) {
        s->querier = fs_get32(fs_args_bytes(e->args, QUERIER).at);
    }
    s->interval = (uint64_t)fs_args_integer(e->args, INTERVAL, 125 * (int64_t)second);
    s->response = (uint64_t)fs_args_integer(e->args, RESPONSE, 10 * (int64_t)second);
    s->last_interval = (uint64_t)fs_args_integer(e->args, LAST_INTERVAL, (int64_t)second);
    s->version = (uint32_t)fs_args_integer(e->args, VERSION, 3);
    s->robustness = s->startup = (uint32_t)fs_args_integer(e->args, ROBUSTNESS, 2);
    s->fast_leave = fs_args_boolean(e->args, FAST_LEAVE, false);
    s->flood = fs_args_boolean(e->args, FLOOD, false);
    if (s->interval < second || s->interval > 31744 * second || s->response > s->interval
        || s->response > 25500000000 || s->last_interval > 25500000000 || s->last_interval < second / 10) {
        fs_text_string(error, "expected INTERVAL from 1s to 31744s, LAST_INTERVAL from 0.1s to 25.5s, and RESPONSE of at "
                              "most both 25.5s and INTERVAL");
        return -1;
    }
    return fs_groups_configure(&s->groups, e, s->ports, capacity,
                               (uint32_t)fs_args_integer(e->args, LIMIT, FS_GROUPS_LIMIT), error);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_igmp_start((struct fs_igmp *)e);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    fs_igmp_adopt((struct fs_igmp *)e, (struct fs_igmp *)old);
}

FS_ONCE static void read_groups(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_igmp *s = (struct fs_igmp *)e;
    uint32_t now = fs_tick(fs_steady(e));
    (void)parameters;
    for (uint32_t i = 1; i <= s->groups.used; i++) {
        const struct fs_group *group = &s->groups.groups[i];
        for (uint64_t left = group->members; left != 0; left &= left - 1) {
            uint32_t port = (uint32_t)__builtin_ctzll(left), until = fs_groups_until(&s->groups, group)[port];
            uint64_t ns = fs_tick_due(until, now) ? 0 : fs_tick_ns(until - now);
            uint8_t address[4];
            fs_put32(address, group->address);
            fs_text_ip(value, address);
            fs_text_format(value, " %u %u\n", port, (unsigned)((ns + second / 2) / second));
        }
    }
}
FS_ONCE static void read_routers(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_igmp *s = (struct fs_igmp *)e;
    (void)parameters;
    for (uint64_t left = s->routers; left != 0; left &= left - 1) {
        fs_text_format(value, "%s%u", left == s->routers ? "" : " ", (unsigned)__builtin_ctzll(left));
    }
}
FS_ONCE static void read_querier(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_igmp *s = (struct fs_igmp *)e;
    uint8_t address[4];
    (void)parameters;
    if (s->asks) {
        fs_put32(address, s->other != 0 ? s->other : s->querier);
        fs_text_ip(value, address);
    }
}
FS_READ_NUMBER(read_count, struct fs_igmp, groups.count)
FS_READ_NUMBER(read_queries, struct fs_igmp, queries)
FS_READ_NUMBER(read_reports, struct fs_igmp, reports)
FS_READ_NUMBER(read_leaves, struct fs_igmp, leaves)
FS_READ_NUMBER(read_refused, struct fs_igmp, refused)
FS_READ_NUMBER(read_lost, struct fs_igmp, lost)

static const struct fs_arg args[] = {
    [ETH] = {"ETH", "ether-address", FS_OPTIONAL, 0, 0, "", "Where queries come from; without it none are sent."},
    [QUERIER] = {"QUERIER", "ip-address", FS_KEYWORD, 0, 0, "0.0.0.0",
                 "The address that asks. Of several the lowest does; 0.0.0.0 gives way to any."},
    [INTERVAL] = {"INTERVAL", "duration", FS_KEYWORD, 0, 0, "125s", "How often to ask who is a member."},
    [RESPONSE] = {"RESPONSE", "duration", FS_KEYWORD, 0, 0, "10s", "How long hosts may take to answer that."},
    [LAST_INTERVAL] = {"LAST_INTERVAL", "duration", FS_KEYWORD, 0, 0, "1s",
                       "How long they may take when it is asked whether anybody is left."},
    [ROBUSTNESS] = {"ROBUSTNESS", "integer", FS_KEYWORD, 2, 255, "2",
                    "One less queries or answers in a row may be lost."},
    [VERSION] = {"VERSION", "integer", FS_KEYWORD, 2, 3, "3", "The version of IGMP that queries have."},
    [ROUTER] = {"ROUTER", "integer", FS_KEYWORD, -1, FS_GROUPS_PORTS - 1, "-1",
                "A port that leads to a multicast router, whether it is heard or not; -1: none."},
    [FAST_LEAVE] = {"FAST_LEAVE", "boolean", FS_KEYWORD, 0, 0, "false",
                    "Whether a leave ends membership at once: for ports with one host each."},
    [FLOOD] = {"FLOOD", "boolean", FS_KEYWORD, 0, 0, "false",
               "Whether groups without members go to all ports, not to routers alone."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, FS_GROUPS_LIMIT, "256",
                  "Groups known at a time: 48 bytes each, and 4 for each port."},
    [LIMIT] = {"LIMIT", "integer", FS_KEYWORD, 1, FS_GROUPS_LIMIT, "65536", "Groups that one port may be a member of."},
};
static const struct fs_handler handlers[] = {
    {"groups", read_groups, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "`GROUP PORT SECONDS` for each member: how long it is one when it is not heard again."},
    {"count", read_count, NULL, 0, NULL, "Groups that have members."},
    {"routers", read_routers, NULL, 0, NULL, "Ports that lead to multicast routers."},
    {"querier", read_querier, NULL, 0, NULL, "Who asks: QUERIER, or the other one that was heard."},
    {"queries", read_queries, NULL, 0, NULL, "Queries sent."},
    {"reports", read_reports, NULL, 0, NULL, "Reports heard."},
    {"leaves", read_leaves, NULL, 0, NULL, "Leaves of members heard."},
    {"refused", read_refused, NULL, 0, NULL, "Members not noted because of CAPACITY or LIMIT."},
    {"lost", read_lost, NULL, 0, NULL, "Copies not made because the packet pool was empty."},
};

FS_ELEMENT(MulticastSwitch) = {
    .name = "MulticastSwitch",
    .ports = "1-/1-",
    .processing = "h/h",
    .flow = "#/[^#]",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads eth.dst eth.type ip payload; drops; copies; originates; keeps-state",
    .summary = "copies frames to IPv4 groups to the ports with members, known by IGMP",
    .doc = "Ours. Input i and output i are one LAN. Frames to a group go to the ports that have members of it and to those\n"
           "that lead to routers, never back; groups without members to routers alone (dropped as `no-match` where there\n"
           "is none), 224.0.0.0/24 to all. Members are known by reports of IGMP (RFC 1112, 2236, 3376): by group, whatever\n"
           "sources they want. A port leads to a router when ROUTER says so, or a query was heard there. Queries go to all\n"
           "other ports, reports and leaves to routers alone (RFC 4541). With ETH it asks by itself, unless another querier\n"
           "with a lower address is heard. What is not IPv4 to a group, VLAN tags included, leaves by output N + i, where\n"
           "there are N inputs and twice as many outputs; else it is dropped as `no-match`.\n\n"
           "    m :: MulticastSwitch(eth0, ROUTER 0);  s :: EtherSwitch;\n"
           "    FromDevice(0, PROMISC true) -> [0]m[0] -> d0 :: ToDevice(0);  m[2] -> [0]s[0] -> d0;\n"
           "    FromDevice(1, PROMISC true) -> [1]m[1] -> d1 :: ToDevice(1);  m[3] -> [1]s[1] -> d1;\n",
    .size = sizeof(struct fs_igmp),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .push = push,
};
