#include "net/stride.h"

#include "net/values.h"

static void set(struct fs_stride_client *c, uint32_t tickets)
{
    c->tickets = tickets;
    c->stride = tickets == 0 ? 0 : FS_STRIDE_ONE / tickets;
}

int fs_stride_configure(struct fs_element *e, uint32_t count, struct fs_text *error)
{
    struct fs_stride *s = (struct fs_stride *)e;
    struct fs_bytes tickets = fs_args_bytes(e->args, 0);
    s->count = count;
    s->clients = fs_alloc(e, count * sizeof *s->clients);
    if (s->clients == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    for (uint32_t i = 0; i < count && 8u * (i + 1) <= tickets.length; i++) {
        int64_t n;
        __builtin_memcpy(&n, tickets.at + 8 * i, 8);
        if (n > FS_TICKETS_MAX) {
            fs_text_format(error, "%sTICKETS: those of port %u reduced to %d", error->length > 0 ? "; " : "", i,
                           (int)FS_TICKETS_MAX);
            n = FS_TICKETS_MAX;
        }
        set(&s->clients[i], (uint32_t)n);
        s->clients[i].pass = s->clients[i].stride;
    }
    return 0;
}

void fs_stride_take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_stride *s = (struct fs_stride *)e;
    const struct fs_stride *o = (struct fs_stride *)old;
    for (uint32_t i = 0; i < s->count && i < o->count; i++) {
        s->clients[i].pass = o->clients[i].pass;
    }
}

uint32_t fs_stride_next(struct fs_stride *s, bool first)
{
    uint32_t best = FS_STRIDE_NONE;
    s->choice += first;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct fs_stride_client *c = &s->clients[i];
        if (c->tickets != 0 && c->tried != s->choice
            && (best == FS_STRIDE_NONE || c->pass < s->clients[best].pass)) {
            best = i;
        }
    }
    if (best != FS_STRIDE_NONE) {
        s->clients[best].pass += s->clients[best].stride;
        s->clients[best].tried = s->choice;
    }
    return best;
}

FS_ONCE static bool has_client(const struct fs_stride *s, uint32_t client, struct fs_text *error)
{
    if (client >= s->count) {
        fs_text_fail(error, "there are %u ports only", s->count);
    }
    return client < s->count;
}
FS_ONCE static void read_tickets(struct fs_element *e, uint32_t client, struct fs_text *value)
{
    const struct fs_stride *s = (struct fs_stride *)e;
    if (has_client(s, client, value)) {
        fs_text_u64(value, s->clients[client].tickets);
    }
}
FS_ONCE static int write_tickets(struct fs_element *e, uint32_t client, const char *value, size_t length,
                                 struct fs_text *error)
{
    struct fs_stride *s = (struct fs_stride *)e;
    int64_t tickets;
    if (!has_client(s, client, error)) {
        return -1;
    }
    if (fs_write_integer("tickets", value, length, 0, FS_TICKETS_MAX, &tickets, error) != 0) {
        return -1;
    }
    set(&s->clients[client], (uint32_t)tickets);
    return 0;
}

#define CLIENT(n) \
    static void read##n(struct fs_element *e, const char *parameters, struct fs_text *value) \
    { \
        (void)parameters; \
        read_tickets(e, n, value); \
    } \
    static int write##n(struct fs_element *e, const char *value, size_t length, struct fs_text *error) \
    { \
        return write_tickets(e, n, value, length, error); \
    }
CLIENT(0)
CLIENT(1)
CLIENT(2)
CLIENT(3)
CLIENT(4)
CLIENT(5)
CLIENT(6)
CLIENT(7)
#define HANDLER(n) {"tickets" #n, read##n, write##n, 0, NULL, "The tickets of port " #n "."}
const struct fs_handler fs_stride_handlers[FS_STRIDE_HANDLERS] = {
    HANDLER(0), HANDLER(1), HANDLER(2), HANDLER(3), HANDLER(4), HANDLER(5), HANDLER(6), HANDLER(7),
};
