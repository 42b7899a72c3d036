#include "net/delay.h"

#include "net/quantity.h"

uint64_t fs_delay_take(struct fs_delay *d, struct fs_batch *batch, unsigned max)
{
    uint64_t now = fs_now(&d->base);
    for (; !fs_delay_empty(d) && max > 0; max--) {
        struct fs_packet *p = d->held.packets[d->first];
        uint64_t due = p->timestamp + d->delay;
        if (due > now) {
            return due - now;
        }
        p->timestamp = now;
        fs_batch_add(batch, p);
        d->first++;
    }
    if (fs_delay_empty(d)) {
        d->first = d->held.count = 0;
    }
    return 0;
}

int fs_delay_configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct fs_delay *)e)->delay = (uint64_t)fs_args_integer(e->args, 0, 0);
    return 0;
}

void fs_delay_cleanup(struct fs_element *e)
{
    struct fs_delay *d = (struct fs_delay *)e;
    for (; !fs_delay_empty(d); d->first++) {
        fs_drop(e, d->held.packets[d->first], FS_DROP_SHUTDOWN);
    }
}

void fs_delay_take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_delay *d = (struct fs_delay *)e, *o = (struct fs_delay *)old;
    for (; !fs_delay_empty(o); o->first++) {
        fs_batch_add(&d->held, o->held.packets[o->first]);
    }
}

void fs_delay_read(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_duration(value, ((struct fs_delay *)e)->delay);
}
