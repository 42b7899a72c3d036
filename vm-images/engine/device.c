/* device.c: the functions of <flowstream/device.h> over what the platform's drivers supply. */
#include "internal.h"

static bool same(const char *a, const char *b) { return fs_text_is(a, strlen(a), b); }

static struct fs_device *find_by_name(const struct fs_platform *platform, const char *name)
{
    for (uint32_t i = 0; i < platform->device_count; i++) {
        struct fs_device *d = platform->devices[i];
        if (d->name[0] != '\0' && same(name, d->name)) {
            return d;
        }
    }
    return NULL;
}

FS_ONCE struct fs_device *fs_device_find(const struct fs_platform *platform, const char *name)
{
    uint32_t index = 0;
    const char *at = name;
    while (*at >= '0' && *at <= '9' && index < UINT8_MAX) { /* index is 8 bits wide in struct fs_device */
        index = index * 10 + (uint32_t)(*at++ - '0');
    }
    bool decimal = (*at == '\0') & (at != name) & (*name != '0' || at == name + 1);
    return decimal && index < platform->device_count ? platform->devices[index] : find_by_name(platform, name);
}

FS_ONCE struct fs_device *fs_device_open(struct fs_element *e, const char *name)
{
    struct fs_device *d = fs_device_find(e->router->platform, name);
    if (d != NULL) {
        d->users++;
    }
    return d;
}

void fs_device_close(struct fs_device *d)
{
    if (d != NULL && d->users > 0) {
        d->users--;
    }
}

uint8_t fs_device_index(const struct fs_device *d) { return d->index; }
const uint8_t *fs_device_mac(const struct fs_device *d) { return d->mac; }
unsigned fs_device_frame_limit(const struct fs_device *d) { return d->frame_limit; }
void fs_device_counters(const struct fs_device *d, struct fs_device_counters *c) { *c = d->counters; }

unsigned fs_device_receive(struct fs_device *d, struct fs_batch *batch, unsigned max)
{
    uint32_t before = batch->count;
    unsigned got = __builtin_expect(d->gate_closed | (d->injected_count > 0), 0) ? fs_gate_receive(d, batch, max)
                                                                                   : d->operations->receive(d, batch, max);
    if (got > 0 && d->listener != NULL) {
        for (uint32_t i = before; i < batch->count; i++) {
            struct fs_packet *p = batch->packets[i];
            if (p->timestamp == 0) {
                p->timestamp = fs_now(d->listener->element);
            }
        }
    }
    return got;
}

void fs_device_listen(struct fs_device *d, struct fs_task *t)
{
    if (d->listener != NULL && d->listener->element->router != t->element->router) {
        d->replaced_listener = d->listener; /* back in its place when the new router fails */
    }
    d->listener = t;
}

bool fs_device_arm(struct fs_device *d) { return d->injected_count == 0 && (d->gate_closed || d->operations->arm(d)); }

unsigned fs_device_transmit(struct fs_device *d, struct fs_batch *batch)
{
    return batch->count > 0 ? d->operations->transmit(d, batch) : 0;
}

void fs_device_want_room(struct fs_device *d, struct fs_task *t)
{
    for (uint32_t i = 0; i < d->waiter_count; i++) {
        if (d->waiters[i] == t) {
            return;
        }
    }
    if (d->waiter_count == (uint32_t)FS_ROOM_WAITERS) {
        fs_task_schedule(t); /* more senders than places: this one polls */
        return;
    }
    d->waiters[d->waiter_count++] = t;
    d->operations->want_room(d);
}

void fs_device_arrived(struct fs_device *d)
{
    if (d->listener != NULL) {
        fs_task_schedule(d->listener);
    }
}

void fs_device_room(struct fs_device *d)
{
    uint32_t count = d->waiter_count;
    d->waiter_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        fs_task_schedule(d->waiters[i]);
    }
}

void fs_devices_forget(const struct fs_platform *platform, const struct fs_router *r)
{
    for (uint32_t i = 0; i < platform->device_count; i++) {
        struct fs_device *d = platform->devices[i];
        if (d->replaced_listener != NULL && d->replaced_listener->element->router == r) {
            d->replaced_listener = NULL;
        }
        if (d->listener != NULL && d->listener->element->router == r) {
            d->listener = d->replaced_listener;
            d->replaced_listener = NULL;
            fs_device_arrived(d); /* frames may have come while nobody listened */
        }
        if (d->listener == NULL) {
            fs_gate_clear(d);
        }
        uint32_t kept = 0;
        for (uint32_t k = 0; k < d->waiter_count; k++) {
            if (d->waiters[k]->element->router != r) {
                d->waiters[kept++] = d->waiters[k];
            }
        }
        d->waiter_count = kept;
    }
}
