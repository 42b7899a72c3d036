#include "net/nat_shift.h"

enum { LONG_AGO = 1 << 30, STEPS = 4, BUCKETS = 64, NOBODY = 0xffffffff, OPTION_END = 0, OPTION_NOP = 1, OPTION_SACK = 5 };

struct step {
    uint32_t from; /* sequence number, before the shift */
    int32_t by;    /* in all */
};

struct record {
    uint32_t flow; /* NOBODY: free */
    uint32_t next; /* in its bucket, or among the free ones */
    struct {
        uint32_t count;
        int32_t before; /* shift of what comes before the first step that is remembered */
        struct step steps[STEPS];
    } way[2];
};

struct fs_nat_shift {
    uint32_t buckets[BUCKETS];
    uint32_t free, room;
    struct record records[];
};

int fs_nat_shift_init(struct fs_nat_table *t, struct fs_element *e, uint32_t connections)
{
    if (t->shifts != NULL) {
        return 0;
    }
    struct fs_nat_shift *s = fs_alloc(e, sizeof *s + connections * sizeof s->records[0]);
    if (s == NULL) {
        return -1;
    }
    __builtin_memset(s->buckets, 0xff, sizeof s->buckets);
    s->room = connections;
    for (uint32_t i = 0; i < connections; i++) {
        s->records[i].flow = NOBODY;
        s->records[i].next = i + 1 < connections ? i + 1 : NOBODY;
    }
    s->free = connections > 0 ? 0 : NOBODY;
    t->shifts = s;
    return 0;
}

static struct record *record_of(const struct fs_nat_table *t, uint32_t flow)
{
    if (t->shifts == NULL) {
        return NULL;
    }
    uint32_t i = t->shifts->buckets[flow % BUCKETS];
    while (i != NOBODY && t->shifts->records[i].flow != flow) {
        i = t->shifts->records[i].next;
    }
    return i != NOBODY ? &t->shifts->records[i] : NULL;
}

static struct record *new_record(struct fs_nat_table *t, uint32_t flow)
{
    struct fs_nat_shift *s = t->shifts;
    if (s == NULL || s->free == NOBODY) {
        return NULL;
    }
    uint32_t i = s->free;
    struct record *r = &s->records[i];
    s->free = r->next;
    *r = (struct record){.flow = flow, .next = s->buckets[flow % BUCKETS]};
    s->buckets[flow % BUCKETS] = i;
    t->flows[flow].state |= FS_NAT_SHIFTED;
    return r;
}

void fs_nat_shift_forget(struct fs_nat_table *t, uint32_t flow)
{
    struct record *r = record_of(t, flow);
    if (r == NULL) {
        return;
    }
    uint32_t index = (uint32_t)(r - t->shifts->records), *link = &t->shifts->buckets[flow % BUCKETS];
    while (*link != index) {
        link = &t->shifts->records[*link].next;
    }
    *link = r->next;
    *r = (struct record){.flow = NOBODY, .next = t->shifts->free};
    t->shifts->free = index;
    t->flows[flow].state &= (uint8_t)~FS_NAT_SHIFTED;
}

/* Sequence numbers go around: RFC 9293 3.4. */
static bool reached(uint32_t sequence, uint32_t from) { return (int32_t)(sequence - from) >= 0; }

bool fs_nat_shift_add(struct fs_nat_table *t, uint32_t entry, uint32_t sequence, int32_t by)
{
    struct record *r = record_of(t, entry >> 1);
    r = r != NULL ? r : new_record(t, entry >> 1);
    if (r == NULL) {
        return false;
    }
    struct step *steps = r->way[entry & 1].steps;
    uint32_t *count = &r->way[entry & 1].count;
    int32_t before = *count > 0 ? steps[*count - 1].by : r->way[entry & 1].before;
    if (*count > 0 && !reached(sequence, steps[*count - 1].from)) {
        return false;
    }
    if (*count > 0 && steps[*count - 1].from == sequence) { /* sent again: the shift is there */
        return true;
    }
    if (*count == STEPS) {
        r->way[entry & 1].before = steps[0].by;
        __builtin_memmove(steps, steps + 1, (STEPS - 1) * sizeof *steps);
        --*count;
    }
    steps[(*count)++] = (struct step){sequence, before + by};
    return true;
}

int32_t fs_nat_shift_of(const struct fs_nat_table *t, uint32_t entry)
{
    const struct record *r = record_of(t, entry >> 1);
    if (r == NULL) {
        return 0;
    }
    uint32_t count = r->way[entry & 1].count;
    return count > 0 ? r->way[entry & 1].steps[count - 1].by : r->way[entry & 1].before;
}

/* A connection that is a gigabyte further has no use for a step, which numbers that went around would seem to precede. */
static void forget_steps(struct record *r, unsigned direction, uint32_t sequence)
{
    uint32_t *count = &r->way[direction].count;
    struct step *steps = r->way[direction].steps;
    while (*count > 0 && reached(sequence, steps[0].from + LONG_AGO)) {
        r->way[direction].before = steps[0].by;
        __builtin_memmove(steps, steps + 1, (STEPS - 1) * sizeof *steps);
        --*count;
    }
}

static uint32_t shifted_sequence(const struct record *r, unsigned direction, uint32_t sequence)
{
    uint32_t i = r->way[direction].count;
    while (i > 0 && !reached(sequence, r->way[direction].steps[i - 1].from)) {
        i--;
    }
    return sequence + (uint32_t)(i > 0 ? r->way[direction].steps[i - 1].by : r->way[direction].before);
}
/* What the sender of the other direction knows this acknowledgement as. */
static uint32_t shifted_back(const struct record *r, unsigned direction, uint32_t acknowledgement)
{
    uint32_t i = r->way[!direction].count;
    while (i > 0 && !reached(acknowledgement - (uint32_t)r->way[!direction].steps[i - 1].by,
                             r->way[!direction].steps[i - 1].from)) {
        i--;
    }
    return acknowledgement - (uint32_t)(i > 0 ? r->way[!direction].steps[i - 1].by : r->way[!direction].before);
}

/* Writes a 32-bit number at any place of the segment, and brings the checksum up to date (RFC 1624 equation 3). */
static void write(struct fs_tcp *tcp, uint8_t *at, uint32_t value)
{
    uint32_t before = fs_get32(at), not_before = ~before, after = value;
    if ((at - (uint8_t *)tcp) % 2 != 0) { /* its bytes are in the other halves of the sum's words */
        not_before = not_before << 8 | not_before >> 24;
        after = after << 8 | after >> 24;
    }
    uint64_t sum = (uint64_t)(uint16_t)~fs_get16(tcp->checksum) + not_before + after;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    fs_put16(tcp->checksum, (uint16_t)~sum);
    fs_put32(at, value);
}

static void shift_selective(const struct record *r, unsigned direction, struct fs_tcp *tcp, uint8_t *end)
{
    uint8_t *at = (uint8_t *)tcp + FS_TCP_SIZE;
    while (at < end && *at != OPTION_END) {
        if (*at == OPTION_NOP) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] < 2 || at[1] > end - at) {
            return;
        }
        uint8_t *option_end = at + at[1];
        if (*at == OPTION_SACK && at[1] % 8 == 2) {
            for (uint8_t *edge = at + 2; edge < option_end; edge += 4) {
                write(tcp, edge, shifted_back(r, direction, fs_get32(edge)));
            }
        }
        at = option_end;
    }
}

void fs_nat_shift_apply(const struct fs_nat_table *t, const struct fs_nat_flow *f, unsigned direction,
                        const struct fs_ip *ip, struct fs_tcp *tcp, const uint8_t *end)
{
    struct record *r = record_of(t, (uint32_t)(f - t->flows));
    unsigned header = fs_tcp_header_length(tcp);
    const uint8_t *ip_end = (const uint8_t *)ip + fs_get16(ip->length);
    end = ip_end < end ? ip_end : end;
    if (r == NULL || header < FS_TCP_SIZE || (const uint8_t *)tcp + header > end) {
        return;
    }
    forget_steps(r, direction, fs_get32(tcp->sequence));
    write(tcp, tcp->sequence, shifted_sequence(r, direction, fs_get32(tcp->sequence)));
    write(tcp, tcp->acknowledgement, shifted_back(r, direction, fs_get32(tcp->acknowledgement))); /* as Click, ACK or not */
    if (header > FS_TCP_SIZE) {
        shift_selective(r, direction, tcp, (uint8_t *)tcp + header);
    }
}
