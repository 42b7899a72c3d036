#include "net/arptable.h"

#include "net/values.h"

enum {
    NONE = 0, /* places count from 1, so that fresh memory is a table of nothing */
    POLLS_QUICK = 10, /* so many queries 100 ms apart, then one every 2 s */
};
static const uint64_t quick = 100000000, slow = 2000000000, second = 1000000000;
static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static bool expired(const struct fs_arp_table *t, const struct fs_arp_entry *a, uint64_t now)
{
    return t->limits.timeout != 0 && a->live_at + t->limits.timeout < now;
}

/* A multiply-shift hash with a secret multiplier: whoever chooses the addresses cannot choose the chains. */
static uint32_t *head_of(const struct fs_arp_table *t, struct fs_address6 address)
{
    uint64_t folded = (address.high ^ address.high >> 29) * 0xbf58476d1ce4e5b9u + address.low;
    return &t->heads[(folded * t->multiplier) >> t->shift];
}
static struct fs_arp_entry *find(const struct fs_arp_table *t, struct fs_address6 address)
{
    for (uint32_t i = *head_of(t, address); i != NONE; i = t->entries[i].hash_next) {
        if (fs_address6_equal(t->entries[i].address, address)) {
            return &t->entries[i];
        }
    }
    return NULL;
}

const struct fs_arp_entry *fs_arp_find(const struct fs_arp_table *t, struct fs_address6 address)
{
    return find(t, address);
}

/* ---- entries by age ---- */
static uint32_t index_of(const struct fs_arp_table *t, const struct fs_arp_entry *a) { return (uint32_t)(a - t->entries); }
static void unlink_age(struct fs_arp_table *t, struct fs_arp_entry *a)
{
    *(a->older == NONE ? &t->oldest : &t->entries[a->older].newer) = a->newer;
    *(a->newer == NONE ? &t->newest : &t->entries[a->newer].older) = a->older;
}
/* Behind all that were live before it: those that hold no answer may have to go before newer ones. */
static void link_age(struct fs_arp_table *t, struct fs_arp_entry *a)
{
    uint32_t after = t->newest;
    while (after != NONE && t->entries[after].live_at > a->live_at) {
        after = t->entries[after].older;
    }
    a->older = after;
    a->newer = after == NONE ? t->oldest : t->entries[after].newer;
    *(a->older == NONE ? &t->oldest : &t->entries[a->older].newer) = index_of(t, a);
    *(a->newer == NONE ? &t->newest : &t->entries[a->newer].older) = index_of(t, a);
}

/* ---- waiting packets ---- */
static struct fs_packet *take_first(struct fs_arp_table *t, uint32_t *first)
{
    struct fs_arp_waiting *w = &t->waiting[*first];
    uint32_t taken = *first;
    *first = w->next;
    w->next = t->free_waiting;
    t->free_waiting = taken;
    t->length--;
    return w->packet;
}
static void drop_first(struct fs_arp_table *t, struct fs_arp_entry *a, enum fs_drop_reason reason)
{
    t->drops++;
    a->waiting--;
    fs_drop(t->owner, take_first(t, &a->first), reason);
}

static void forget(struct fs_arp_table *t, struct fs_arp_entry *a, enum fs_drop_reason reason)
{
    uint32_t *link = head_of(t, a->address);
    while (*link != index_of(t, a)) {
        link = &t->entries[*link].hash_next;
    }
    *link = a->hash_next;
    unlink_age(t, a);
    while (a->first != NONE) {
        drop_first(t, a, reason);
    }
    a->hash_next = t->free_entry;
    t->free_entry = index_of(t, a);
    t->count--;
}

static void forget_expired(struct fs_arp_table *t, uint64_t now)
{
    while (t->oldest != NONE && expired(t, &t->entries[t->oldest], now)) {
        forget(t, &t->entries[t->oldest], FS_DROP_UNRESOLVED);
    }
}

/* Click's slimming: not one packet for each that comes, but a part of them at once, so that it is seldom. */
static void slim(struct fs_arp_table *t)
{
    uint32_t keep = t->limits.packets - t->limits.packets / t->limits.slim;
    keep -= keep > 0; /* room for the one that comes */
    for (uint32_t i = t->oldest; i != NONE && t->length > keep; i = t->entries[i].newer) {
        while (t->entries[i].first != NONE && t->length > keep) {
            drop_first(t, &t->entries[i], FS_DROP_QUEUE_FULL);
        }
    }
}

static struct fs_arp_entry *ensure(struct fs_arp_table *t, struct fs_address6 address, uint64_t now)
{
    struct fs_arp_entry *a = find(t, address);
    if (a != NULL) {
        return a;
    }
    if (t->count == t->limits.entries) {
        forget_expired(t, now);
    }
    if (t->count == t->limits.entries) {
        forget(t, &t->entries[t->oldest], FS_DROP_TABLE_FULL);
    }
    a = &t->entries[t->free_entry != NONE ? t->free_entry : ++t->used_entries];
    t->free_entry = t->free_entry != NONE ? a->hash_next : NONE;
    uint32_t *head = head_of(t, address);
    *a = (struct fs_arp_entry){.address = address, .hash_next = *head, .first = NONE, .live_at = now,
                               .polled_at = now - second};
    __builtin_memcpy(a->mac, broadcast, 6);
    *head = index_of(t, a);
    link_age(t, a);
    t->count++;
    return a;
}

static bool may_poll(const struct fs_arp_entry *a, uint64_t now)
{
    return now - a->polled_at >= (a->polls < POLLS_QUICK ? quick : slow);
}
static void polled(struct fs_arp_entry *a, uint64_t now)
{
    a->polled_at = now;
    a->polls += a->polls < UINT8_MAX;
}

enum fs_arp_answer fs_arp_lookup(struct fs_arp_table *t, struct fs_address6 address, uint8_t mac[6], uint64_t now,
                                 uint64_t poll_after)
{
    struct fs_arp_entry *a = find(t, address);
    if (a == NULL || !a->known || expired(t, a, now)) {
        return FS_ARP_UNKNOWN;
    }
    __builtin_memcpy(mac, a->mac, 6);
    if (poll_after == 0 || now < a->live_at + poll_after || !may_poll(a, now)) {
        return FS_ARP_KNOWN;
    }
    polled(a, now);
    return FS_ARP_POLL;
}

bool fs_arp_wait(struct fs_arp_table *t, struct fs_address6 address, struct fs_packet *p, uint64_t now)
{
    struct fs_arp_entry *a = ensure(t, address, now);
    if (expired(t, a, now)) { /* still wanted: it stays at the edge of expiring */
        unlink_age(t, a);
        a->known = false;
        a->live_at = now - t->limits.timeout;
        link_age(t, a);
    }
    if (t->limits.entry_packets != 0 && a->waiting >= t->limits.entry_packets) {
        t->drops++;
        fs_drop(t->owner, p, FS_DROP_QUEUE_FULL);
    } else {
        if (t->length >= t->limits.packets) {
            slim(t);
        }
        uint32_t w = t->free_waiting != NONE ? t->free_waiting : ++t->used_waiting;
        t->free_waiting = t->waiting[w].next;
        t->waiting[w] = (struct fs_arp_waiting){p, NONE};
        *(a->first == NONE ? &a->first : &t->waiting[a->last].next) = w;
        a->last = w;
        a->waiting++;
        t->length++;
    }
    if (!may_poll(a, now)) {
        return false;
    }
    polled(a, now);
    return true;
}

void fs_arp_insert(struct fs_arp_table *t, struct fs_address6 address, const uint8_t mac[6], uint64_t now, uint32_t *waiting)
{
    struct fs_arp_entry *a = ensure(t, address, now);
    unlink_age(t, a);
    __builtin_memcpy(a->mac, mac, 6);
    a->known = __builtin_memcmp(mac, broadcast, 6) != 0;
    a->live_at = now;
    a->polled_at = now - second; /* may wrap: only differences matter */
    a->polls = 0;
    link_age(t, a);
    if (waiting != NULL) {
        *waiting = a->first;
        a->first = NONE;
        a->waiting = 0;
    }
}

void fs_arp_take_waiting(struct fs_arp_table *t, uint32_t *waiting, struct fs_batch *batch)
{
    while (*waiting != NONE && !fs_batch_full(batch)) {
        fs_batch_add(batch, take_first(t, waiting));
    }
}

void fs_arp_clear(struct fs_arp_table *t, enum fs_drop_reason reason)
{
    while (t->entries != NULL && t->oldest != NONE) {
        forget(t, &t->entries[t->oldest], reason);
    }
}

void fs_arp_adopt(struct fs_arp_table *t, struct fs_arp_table *old)
{
    for (uint32_t i = old->oldest; i != NONE; i = old->entries[i].newer) {
        const struct fs_arp_entry *o = &old->entries[i];
        uint32_t waiting = o->first;
        if (o->known) {
            fs_arp_insert(t, o->address, o->mac, o->live_at, NULL);
        }
        while (waiting != NONE) {
            fs_arp_wait(t, o->address, take_first(old, &waiting), o->live_at);
        }
        old->entries[i].first = NONE;
        old->entries[i].waiting = 0;
    }
    t->drops += old->drops;
}

static void expire(struct fs_element *e, struct fs_timer *timer)
{
    struct fs_arp_table *t = (struct fs_arp_table *)((char *)timer - offsetof(struct fs_arp_table, timer));
    forget_expired(t, fs_steady(e));
    fs_timer_after(timer, t->limits.timeout + second);
}

void fs_arp_start(struct fs_arp_table *t)
{
    fs_timer_init(t->owner, &t->timer, expire);
    if (t->limits.timeout != 0) {
        fs_timer_after(&t->timer, t->limits.timeout + second);
    }
}

static uint32_t integer(const struct fs_args *args, unsigned index, uint32_t fallback, uint32_t for_zero)
{
    uint32_t v = (uint32_t)fs_args_integer(args, index, fallback);
    return v == 0 ? for_zero : v;
}

int fs_arp_configure(struct fs_arp_table *t, struct fs_element *owner, unsigned first, struct fs_text *error)
{
    struct fs_arp_limits *l = &t->limits;
    uint32_t quarter = fs_pool_size(fs_pool(owner)) / 4;
    t->owner = owner;
    l->packets = integer(owner->args, first, FS_ARP_CAPACITY, FS_ARP_LIMIT);
    l->entries = integer(owner->args, first + 1, 0, FS_ARP_ENTRIES_DEFAULT);
    l->entry_packets = integer(owner->args, first + 2, 0, 0);
    l->slim = (uint32_t)fs_args_integer(owner->args, first + 3, 2);
    l->timeout = (uint64_t)fs_args_integer(owner->args, first + 4, 300 * (int64_t)second);
    /* Packets that wait for an address which nobody answers for must not take the others' memory. */
    l->packets = l->packets > quarter ? quarter : l->packets;
    l->packets = l->packets == 0 ? 1 : l->packets;
    uint32_t bits = 1;
    while ((1u << bits) < l->entries) {
        bits++;
    }
    t->multiplier = fs_random(owner) | 1;
    t->shift = 64 - bits;
    t->entries = fs_alloc(owner, (l->entries + 1) * sizeof *t->entries);
    t->waiting = fs_alloc(owner, (l->packets + 1) * sizeof *t->waiting);
    t->heads = fs_alloc(owner, sizeof(uint32_t) << bits);
    if (t->entries == NULL || t->waiting == NULL || t->heads == NULL) {
        t->entries = NULL;
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

void fs_arp_text(const struct fs_arp_table *t, struct fs_text *value)
{
    uint64_t now = fs_steady(t->owner);
    for (uint32_t i = t->oldest; i != NONE; i = t->entries[i].newer) {
        const struct fs_arp_entry *a = &t->entries[i];
        uint8_t address[16];
        fs_put_address6(address, a->address);
        uint64_t age = now - a->live_at;
        if (t->ip6) {
            fs_text_ip6(value, address);
        } else {
            fs_text_ip(value, address + 12);
        }
        fs_text_string(value, a->known && !expired(t, a, now) ? " 1 " : " 0 ");
        fs_text_mac(value, a->mac);
        fs_text_format(value, " %llu.%06u\n", (unsigned long long)(age / second), (unsigned)(age % second / 1000));
    }
}

static bool parse_address(const struct fs_arp_table *t, const char *word, size_t n, struct fs_address6 *address)
{
    uint8_t bytes[16] = {0};
    bool fine = t->ip6 ? fs_parse_ip6(word, n, bytes) : fs_parse_ip(word, n, bytes + 12);
    *address = fs_get_address6(bytes);
    return fine;
}

int fs_arp_write_insert(struct fs_arp_table *t, const char *value, size_t length, uint32_t *waiting,
                        struct fs_text *error)
{
    const char *ip, *mac, *more;
    size_t ip_length, mac_length, more_length;
    struct fs_address6 address;
    uint8_t found[6];
    if (!fs_parse_word(&value, &length, &ip, &ip_length) || !fs_parse_word(&value, &length, &mac, &mac_length)
        || fs_parse_word(&value, &length, &more, &more_length) || !parse_address(t, ip, ip_length, &address)
        || !fs_parse_mac(mac, mac_length, found)) {
        fs_text_string(error, "insert: expected IP ETH");
        return -1;
    }
    fs_arp_insert(t, address, found, fs_steady(t->owner), waiting);
    return 0;
}

int fs_arp_write_entry(struct fs_arp_table *t, const char **lines, size_t *length, uint32_t *waiting, struct fs_text *error)
{
    enum { ADDRESS, HOLDS, MAC, AGE, WORDS };
    const char *word[WORDS];
    size_t n[WORDS];
    while (fs_parse_word(lines, length, &word[ADDRESS], &n[ADDRESS])) {
        struct fs_address6 address;
        uint8_t mac[6];
        bool whole = true;
        for (unsigned i = HOLDS; i < WORDS; i++) {
            whole = whole && fs_parse_word(lines, length, &word[i], &n[i]);
        }
        if (!whole || n[HOLDS] != 1 || !parse_address(t, word[ADDRESS], n[ADDRESS], &address)
            || !fs_parse_mac(word[MAC], n[MAC], mac)) {
            fs_text_string(error, "table: expected lines IP 0|1 ETH AGE");
            return -1;
        }
        if (*word[HOLDS] == '1') {
            fs_arp_insert(t, address, mac, fs_steady(t->owner), waiting);
            return 1;
        }
    }
    return 0;
}

int fs_arp_write_delete(struct fs_arp_table *t, const char *value, size_t length, struct fs_text *error)
{
    const char *ip = "", *more;
    size_t ip_length = 0, more_length;
    struct fs_address6 address;
    if (!fs_parse_word(&value, &length, &ip, &ip_length) || fs_parse_word(&value, &length, &more, &more_length)
        || !parse_address(t, ip, ip_length, &address)) {
        fs_text_string(error, t->ip6 ? "delete: expected an IP address such as 2001:db8::1"
                                      : "delete: expected an IP address such as 192.0.2.1");
        return -1;
    }
    struct fs_arp_entry *a = find(t, address);
    if (a != NULL) {
        forget(t, a, FS_DROP_UNRESOLVED);
    }
    return 0;
}
