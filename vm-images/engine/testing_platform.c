#include "testing_platform.h"

#include <stdlib.h>

#include "testing.h"

static void *give_memory(void *context, size_t size)
{
    struct fs_test_platform *p = context;
    if (p->memory_limit != 0 && p->memory_used + size > p->memory_limit) {
        return NULL;
    }
    void *at = aligned_alloc(64, (size + 63) & ~(size_t)63);
    if (at != NULL) {
        memset(at, 0, size);
        p->chunks++;
        p->memory_used += size;
    }
    return at;
}

static void release_memory(void *context, void *at, size_t size)
{
    struct fs_test_platform *p = context;
    p->chunks--;
    p->memory_used -= size;
    free(at);
}

static uint64_t tell_now(void *context) { return ((struct fs_test_platform *)context)->now; }
static uint64_t tell_steady(void *context) { return ((struct fs_test_platform *)context)->steady; }

static void keep_log(void *context, const char *line, size_t length)
{
    struct fs_test_platform *p = context;
    p->log = realloc(p->log, p->log_length + length + 2);
    memcpy(p->log + p->log_length, line, length);
    p->log_length += length;
    p->log[p->log_length++] = '\n';
    p->log[p->log_length] = '\0';
}

static void keep_print(void *context, const char *bytes, size_t length)
{
    struct fs_test_platform *p = context;
    fs_test_file_append(fs_test_file_find(p->files, "-", true), bytes, length);
}

static void count_stop(void *context) { ((struct fs_test_platform *)context)->stops++; }

static void keep_router(void *context, struct fs_router *newer) { ((struct fs_test_platform *)context)->installed = newer; }

static const char *count_scrub(void *context)
{
    struct fs_test_platform *p = context;
    p->scrubs++;
    fs_pool_scrub(&p->pool);
    return NULL;
}

void fs_test_platform_open(struct fs_test_platform *p, unsigned packets)
{
    *p = (struct fs_test_platform){.now = 1000000000000000000u, .steady = 1000000000u};
    size_t bytes = fs_pool_bytes(packets);
    p->pool_region = malloc(bytes);
    fs_pool_init(&p->pool, p->pool_region, bytes);
    p->base = (struct fs_platform){
        .context = p,
        .memory = give_memory,
        .release = release_memory,
        .now = tell_now,
        .steady = tell_steady,
        .log = keep_log,
        .print = keep_print,
        .files = &fs_test_file_operations,
        .stop = count_stop,
        .install = keep_router,
        .scrub = count_scrub,
        .pool = &p->pool,
        .devices = p->bases,
        .seed = 1,
        .started = p->steady,
    };
}

/* ---- devices ---- */

static struct fs_test_device *mine(struct fs_device *d) { return (struct fs_test_device *)d; }

static unsigned receive(struct fs_device *base, struct fs_batch *batch, unsigned max)
{
    struct fs_test_device *d = mine(base);
    unsigned got = 0;
    for (; got < max && d->waiting_from < d->waiting_to; got++) {
        struct fs_packet *p = d->waiting[d->waiting_from++];
        d->base.counters.received++;
        d->base.counters.received_bytes += p->length;
        fs_batch_add(batch, p);
    }
    if (d->waiting_from == d->waiting_to) {
        d->waiting_from = d->waiting_to = 0;
    }
    return got;
}

static unsigned transmit(struct fs_device *base, struct fs_batch *batch)
{
    struct fs_test_device *d = mine(base);
    unsigned n = batch->count < d->ring ? batch->count : d->ring;
    for (unsigned i = 0; i < n; i++) {
        d->base.counters.sent++;
        d->base.counters.sent_bytes += batch->packets[i]->length;
        d->sent[d->sent_count++] = batch->packets[i];
    }
    d->ring -= n;
    batch->count -= n;
    memmove(batch->packets, batch->packets + n, batch->count * sizeof(batch->packets[0]));
    d->base.counters.ring_full += batch->count > 0;
    return n;
}

static bool arm(struct fs_device *base)
{
    struct fs_test_device *d = mine(base);
    d->armed = d->waiting_from == d->waiting_to;
    return d->armed;
}

static void want_room(struct fs_device *base)
{
    mine(base)->room_wanted = true;
    if (mine(base)->ring > 0) {
        fs_device_room(base);
    }
}

static const struct fs_device_operations operations = {receive, transmit, arm, want_room};

void fs_test_platform_devices(struct fs_test_platform *p, unsigned count)
{
    for (unsigned i = 0; i < count && i < FS_TEST_DEVICES; i++) {
        struct fs_test_device *d = calloc(1, sizeof(*d));
        d->base = (struct fs_device){.operations = &operations, .name = "", .pool = &p->pool, .frame_limit = 1514,
                                     .index = (uint8_t)i, .mac = {2, 0, 0, 0, 0, (uint8_t)i}};
        d->ring = 1000;
        p->devices[i] = d;
        p->bases[i] = &d->base;
    }
    p->base.device_count = count;
}

void fs_test_platform_arrive(struct fs_test_platform *p, unsigned device, const void *bytes, size_t size)
{
    struct fs_test_device *d = p->devices[device];
    struct fs_packet *frame = fs_packet_new(&p->pool, FS_HEADROOM, size);
    if (d->waiting_from == d->waiting_to) { /* all received: the places are free again */
        d->waiting_from = d->waiting_to = 0;
    }
    if (frame == NULL || d->waiting_to == FS_TEST_KEPT) {
        d->base.counters.no_buffer++;
        return;
    }
    memcpy(frame->data, bytes, size);
    frame->timestamp = p->now;
    frame->device = d->base.index;
    fs_set_mac_header(frame, frame->data);
    d->waiting[d->waiting_to++] = frame;
    if (d->armed) {
        d->armed = false;
        fs_device_arrived(&d->base);
    }
}

void fs_test_platform_close(struct fs_test_platform *p)
{
    for (unsigned i = 0; i < p->base.device_count; i++) {
        struct fs_test_device *d = p->devices[i];
        while (d->waiting_from < d->waiting_to) {
            fs_packet_free(d->waiting[d->waiting_from++]);
        }
        while (d->sent_count > 0) {
            fs_packet_free(d->sent[--d->sent_count]);
        }
        FS_EQUAL(d->base.users, 0);
        free(d);
    }
    FS_EQUAL(p->pool.free_count, p->pool.size);
    FS_EQUAL(p->chunks, 0);
    fs_test_files_free(p->files);
    free(p->pool_region);
    free(p->log);
}
