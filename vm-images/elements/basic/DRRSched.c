/* DRRSched: gives packets of its inputs by turns of as many bytes. */
#include "net/handlers.h"

struct client {
    struct fs_packet *head; /* pulled, but its input has not the bytes yet */
    uint32_t deficit;
};
struct drr {
    struct fs_element base;
    struct client *clients;
    uint32_t next, quantum;
};

enum { QUANTUM };

/* The next packet by deficit round robin; NULL when no input has one. */
static struct fs_packet *next_packet(struct drr *d)
{
    uint32_t in_vain = 0; /* inputs in a row that had nothing */
    while (in_vain < d->base.input_count) {
        struct client *c = &d->clients[d->next];
        if (c->head == NULL) {
            struct fs_batch one;
            one.count = 0;
            fs_input_pull(&d->base, d->next, &one, 1);
            c->head = one.count != 0 ? one.packets[0] : NULL;
        }
        if (c->head != NULL && c->head->length <= c->deficit) {
            struct fs_packet *p = c->head;
            c->head = NULL;
            c->deficit -= p->length;
            return p;
        }
        if (c->head == NULL) { /* who has nothing to send saves nothing up */
            c->deficit = 0;
            in_vain++;
        } else {
            in_vain = 0;
        }
        d->next = d->next + 1 < d->base.input_count ? d->next + 1 : 0;
        d->clients[d->next].deficit += d->quantum;
    }
    return NULL;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_packet *p;
    (void)port;
    for (; max > 0 && (p = next_packet((struct drr *)e)) != NULL; max--) {
        fs_batch_add(batch, p);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct drr *d = (struct drr *)e;
    d->quantum = (uint32_t)fs_args_integer(e->args, QUANTUM, 500);
    d->clients = fs_alloc(e, (e->input_count + 1) * sizeof *d->clients);
    if (d->clients == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    d->clients[0].deficit = d->quantum;
    return 0;
}

static void cleanup(struct fs_element *e)
{
    struct drr *d = (struct drr *)e;
    for (uint32_t i = 0; d->clients != NULL && i < e->input_count; i++) {
        if (d->clients[i].head != NULL) {
            fs_drop(e, d->clients[i].head, FS_DROP_SHUTDOWN);
        }
    }
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct drr *d = (struct drr *)e, *o = (struct drr *)old;
    for (uint32_t i = 0; i < e->input_count && i < old->input_count; i++) {
        d->clients[i].head = o->clients[i].head;
        o->clients[i].head = NULL;
    }
}

static const struct fs_arg args[] = {
    [QUANTUM] = {"QUANTUM", "integer", FS_OPTIONAL, 1, 1 << 20, "500", "Bytes that an input may send at each turn."},
};

FS_ELEMENT(DRRSched) = {
    .name = "DRRSched",
    .ports = "-/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "drops; delays; reorders",
    .summary = "gives packets of its inputs by turns of as many bytes",
    .doc = "Deficit round robin (Shreedhar and Varghese, SIGCOMM 1995): each input with packets gets the same share of the\n"
           "bytes, whatever its packets' sizes. It holds one packet of each input.\n\n"
           "    q0 :: Queue -> [0]drr :: DRRSched(1500) -> ToDevice(0);  q1 :: Queue -> [1]drr;\n",
    .size = sizeof(struct drr),
    .configure = configure,
    .cleanup = cleanup,
    .take_state = take_state,
    .pull = pull,
};
