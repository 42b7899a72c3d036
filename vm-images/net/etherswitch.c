#include "net/etherswitch.h"

#include "net/copies.h"
#include "net/ether.h"
#include "net/handlers.h"

enum { TIMEOUT, CAPACITY };
static const uint64_t second = 1000000000;
enum { EVERYBODY = 0xffffffff };

static uint64_t address_of(const uint8_t mac[6]) { return (uint64_t)fs_get16(mac) << 32 | fs_get32(mac + 2); }

static struct fs_etherswitch_place *bucket_of(const struct fs_etherswitch *s, uint64_t address)
{
    uint64_t bucket = s->bucket_bits == 0 ? 0 : (address * s->multiplier) >> (64 - s->bucket_bits);
    return s->places + bucket * FS_ETHERSWITCH_WAYS;
}

static void learn(struct fs_etherswitch *s, uint64_t address, unsigned port, uint64_t now)
{
    struct fs_etherswitch_place *bucket = bucket_of(s, address), *place = bucket;
    for (unsigned i = 0; i < FS_ETHERSWITCH_WAYS; i++) {
        if (bucket[i].address_port >> 16 == address && bucket[i].seen != 0) {
            place = &bucket[i];
            break;
        }
        if (bucket[i].seen < place->seen) {
            place = &bucket[i];
        }
    }
    *place = (struct fs_etherswitch_place){address << 16 | port, now};
}

static uint32_t look_up(const struct fs_etherswitch *s, uint64_t address, uint64_t now)
{
    const struct fs_etherswitch_place *bucket = bucket_of(s, address);
    for (unsigned i = 0; i < FS_ETHERSWITCH_WAYS; i++) {
        if (bucket[i].address_port >> 16 == address && bucket[i].seen != 0) {
            return now < bucket[i].seen + s->timeout ? (uint32_t)(bucket[i].address_port & 0xffff)
                                                     : (uint32_t)EVERYBODY;
        }
    }
    return EVERYBODY;
}

static void send(struct fs_etherswitch *s, unsigned from, uint32_t to, struct fs_batch *batch)
{
    struct fs_element *e = &s->base;
    if (to != EVERYBODY && to != from) {
        fs_output_push(e, to, batch);
    } else if (to == from || s->ports < 2) { /* whom it is for has it already */
        fs_drop_batch(e, batch, FS_DROP_DISCARDED);
    } else {
        uint32_t last = from == s->ports - 1 ? s->ports - 2 : s->ports - 1;
        for (uint32_t i = 0; i < last; i++) {
            if (i != from) {
                s->lost += fs_push_copies(e, i, batch);
            }
        }
        fs_output_push(e, last, batch);
    }
}

void fs_etherswitch_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_etherswitch *s = (struct fs_etherswitch *)e;
    uint64_t now = fs_steady(e);
    uint32_t going = EVERYBODY;
    struct fs_batch together; /* packets in a row that go the same way */
    together.count = 0;
    if (e->output_count > s->ports) {
        s->lost += fs_push_copies(e, s->ports, batch);
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        const struct fs_ether *h = (const struct fs_ether *)p->data;
        uint32_t to = EVERYBODY;
        if (p->length < FS_ETHER_SIZE) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (s->timeout != 0) {
            if ((h->source[0] & 1) == 0) {
                learn(s, address_of(h->source), port, now);
            }
            if ((h->destination[0] & 1) == 0) {
                to = look_up(s, address_of(h->destination), now);
            }
        }
        if (to != going) {
            send(s, port, going, &together);
            together.count = 0;
            going = to;
        }
        fs_batch_add(&together, p);
    }
    batch->count = 0;
    send(s, port, going, &together);
}

int fs_etherswitch_configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_etherswitch *s = (struct fs_etherswitch *)e;
    uint32_t capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, FS_ETHERSWITCH_ADDRESSES);
    s->ports = e->input_count;
    s->timeout = (uint64_t)fs_args_integer(e->args, TIMEOUT, 300 * (int64_t)second);
    s->multiplier = fs_random(e) | 1;
    while ((uint32_t)FS_ETHERSWITCH_WAYS << s->bucket_bits < capacity) {
        s->bucket_bits++;
    }
    s->places = fs_alloc(e, (sizeof *s->places * FS_ETHERSWITCH_WAYS) << s->bucket_bits);
    if (s->places == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static uint32_t place_count(const struct fs_etherswitch *s) { return (uint32_t)FS_ETHERSWITCH_WAYS << s->bucket_bits; }

void fs_etherswitch_take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_etherswitch *s = (struct fs_etherswitch *)e;
    const struct fs_etherswitch *o = (struct fs_etherswitch *)old;
    for (uint32_t i = 0; i < place_count(o); i++) {
        const struct fs_etherswitch_place *p = &o->places[i];
        if (p->seen != 0 && (p->address_port & 0xffff) < s->ports) {
            learn(s, p->address_port >> 16, (unsigned)(p->address_port & 0xffff), p->seen);
        }
    }
}

static void read_table(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_etherswitch *s = (struct fs_etherswitch *)e;
    uint64_t now = fs_steady(e);
    (void)parameters;
    for (uint32_t i = 0; i < place_count(s); i++) {
        const struct fs_etherswitch_place *p = &s->places[i];
        if (p->seen != 0 && now < p->seen + s->timeout) {
            uint8_t mac[6];
            fs_put16(mac, (uint16_t)(p->address_port >> 48));
            fs_put32(mac + 2, (uint32_t)(p->address_port >> 16));
            fs_text_mac(value, mac);
            fs_text_format(value, " %u\n", (unsigned)(p->address_port & 0xffff));
        }
    }
}
FS_READ(read_timeout, struct fs_etherswitch, fs_text_u64(value, self->timeout / second))
FS_READ_NUMBER(read_lost, struct fs_etherswitch, lost)
static int write_timeout(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t seconds;
    if (fs_write_integer("timeout", value, length, 0, INT32_MAX, &seconds, error) != 0) {
        return -1;
    }
    ((struct fs_etherswitch *)e)->timeout = (uint64_t)seconds * second;
    return 0;
}

const struct fs_arg fs_etherswitch_args[2] = {
    [TIMEOUT] = {"TIMEOUT", "duration", FS_KEYWORD, 0, 0, "300s",
                 "How long an address that is silent is known; 0: the element is a hub that learns nothing."},
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, FS_ETHERSWITCH_ADDRESSES_MAX, "4096",
                  "Addresses that it can know, about; ours: Click's table has no limit."},
};
const struct fs_handler fs_etherswitch_handlers[3] = {
    {"table", read_table, NULL, FS_HANDLER_EXPENSIVE, NULL, "The addresses that are known, each with its port."},
    {"timeout", read_timeout, write_timeout, 0, NULL, "The TIMEOUT argument, in seconds."},
    {"lost", read_lost, NULL, 0, NULL, "Copies not made because the packet pool was empty."},
};
