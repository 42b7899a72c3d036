#include "harness.h"

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>

struct fs_test_platform *fs_fuzz_platform(void)
{
    static struct fs_test_platform platform;
    if (platform.pool_region == NULL) {
        fs_test_platform_open(&platform, FS_FUZZ_PACKETS);
        fs_test_platform_devices(&platform, FS_FUZZ_DEVICES);
        platform.memory_limit = FS_FUZZ_MEMORY;
    }
    return &platform;
}

void fs_fuzz_require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

void fs_fuzz_settle(void)
{
    struct fs_test_platform *p = fs_fuzz_platform();
    for (unsigned i = 0; i < FS_FUZZ_DEVICES; i++) {
        struct fs_test_device *d = p->devices[i];
        while (d->waiting_from < d->waiting_to) {
            fs_packet_free(d->waiting[d->waiting_from++]);
        }
        while (d->sent_count > 0) {
            fs_packet_free(d->sent[--d->sent_count]);
        }
        d->waiting_from = d->waiting_to = 0;
        d->ring = 64;
        d->armed = d->room_wanted = false;
        fs_fuzz_require(d->base.users == 0, "a device is still open");
        fs_fuzz_require(d->base.listener == NULL && d->base.waiter_count == 0, "a device still knows a task");
    }
    free(p->log);
    p->log = NULL;
    p->log_length = 0;
    fs_fuzz_require(p->pool.free_count == p->pool.size, "a packet is missing from the pool");
    fs_fuzz_require(p->chunks == 0, "memory was not released");
}

uint8_t *fs_fuzz_copy(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    fs_fuzz_require(copy != NULL, "memory");
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

void fs_fuzz_fence(struct fs_packet *p)
{
    const uint8_t *end = fs_packet_end(p);
    ASAN_POISON_MEMORY_REGION(end, (size_t)(p->limit - end));
}
