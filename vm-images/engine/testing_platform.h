/* testing_platform.h: a platform for tests: memory of libc, a clock that stands still, devices in memory. */
#ifndef FS_ENGINE_TESTING_PLATFORM_H
#define FS_ENGINE_TESTING_PLATFORM_H

#include "internal.h"
#include "testing_files.h"

enum { FS_TEST_DEVICES = 8, FS_TEST_KEPT = 4096 };

struct fs_test_device {
    struct fs_device base;
    struct fs_packet *waiting[FS_TEST_KEPT]; /* arrived, not received yet */
    unsigned waiting_from, waiting_to;
    struct fs_packet *sent[FS_TEST_KEPT];
    unsigned sent_count;
    unsigned ring; /* frames that it still takes */
    bool room_wanted, armed;
};

struct fs_test_platform {
    struct fs_platform base;
    struct fs_pool pool;
    void *pool_region;
    struct fs_test_device *devices[FS_TEST_DEVICES];
    struct fs_device *bases[FS_TEST_DEVICES];
    uint64_t now, steady;
    struct fs_test_file files[FS_TEST_FILES];
    unsigned chunks, stops;
    struct fs_router *installed; /* by a swap, last */
    unsigned scrubs;
    char *log;
    size_t log_length;
    size_t memory_limit, memory_used; /* bytes that memory() gives at most; 0: any */
};

void fs_test_platform_open(struct fs_test_platform *p, unsigned packets);
void fs_test_platform_devices(struct fs_test_platform *p, unsigned count);
void fs_test_platform_arrive(struct fs_test_platform *p, unsigned device, const void *bytes, size_t size);
/* Frees what devices hold, then checks that pool and memory are whole. */
void fs_test_platform_close(struct fs_test_platform *p);

#endif
