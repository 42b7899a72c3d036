/* platform.h: what the engine asks of the machine or process that it runs on, and what it tells it.
 *
 * A platform (platform/linux, platform/pvh) fills one struct fs_platform, makes its pool (pool.h) and its devices,
 * loads a router (router.h) and then runs its own loop:
 *
 *     while (!ended) {
 *         bool more = fs_router_run_once(router);
 *         ... look at devices (fs_device_arrived, fs_device_room) and at the control streams, without waiting ...
 *         if (!more) { wait for a device, a stream, or fs_router_next_timer(router) }
 *     }
 *
 * Pushes nest at most FS_PUSH_DEPTH deep and a level needs about one kibibyte: 192 KiB of stack are enough.
 */
#ifndef FS_ENGINE_PLATFORM_H
#define FS_ENGINE_PLATFORM_H

#include <flowstream/device.h>
#include <flowstream/file.h>
#include <flowstream/packet.h>
#include <flowstream/task.h>

#include "bfd.h"

enum { FS_PUSH_DEPTH = 100, FS_ROOM_WAITERS = 8, FS_INJECTED_MAX = 64 };

/* Files (flowstream/file.h): a platform without them has none of these. Names are the configuration's. */
struct fs_file_operations {
    struct fs_file *(*open)(void *context, const char *name, enum fs_file_mode mode, struct fs_text *error);
    size_t (*read)(struct fs_file *f, void *bytes, size_t n, bool some);
    bool (*write)(struct fs_file *f, const void *bytes, size_t n);
    bool (*flush)(struct fs_file *f);
    bool (*close)(struct fs_file *f);
};

struct fs_router;

struct fs_platform {
    void *context; /* handed to each function below */

    /* Zeroed memory, aligned to 64 bytes; NULL when there is none. Asked at load and by the control protocol, never on
     * the packet path. Sizes are whole: what was given is released in one piece with the same size. */
    void *(*memory)(void *context, size_t size);
    void (*release)(void *context, void *at, size_t size);

    uint64_t (*now)(void *context);    /* nanoseconds since 1970, UTC */
    uint64_t (*steady)(void *context); /* nanoseconds; never steps back and is never 0 */
    /* For how many runs of tasks a reading of `now` is good enough for a record of drops, while nothing waits: where
     * reading costs more than a packet. 1, as in virtual time: for the one that reads. */
    uint32_t rounds_a_time;

    /* One line without its newline (`length` bytes, at most 1,000 are kept). The platform bounds the rate. */
    void (*log)(void *context, const char *line, size_t length);
    /* Bytes of Script's `print`, as they are: standard output. NULL where there is none: they go to the log. */
    void (*print)(void *context, const char *bytes, size_t length);
    const struct fs_file_operations *files; /* NULL: none */
    /* Signals of a process; NULL where there are none. watch: whether fs_router_interrupt() wants to hear of the signal
     * from now on; raise: sends it, 0 or an errno. */
    void (*watch)(void *context, int number, bool on);
    int (*raise)(void *context, int number, int64_t process);
    int64_t process; /* the process's number; 0 in a machine */
    /* The global handler `stop` was written: end the process or power the machine off, soon (the caller returns). */
    void (*stop)(void *context);

    /* A router that was started in place of the one that runs is the platform's from now on (loader/swap.h), for control
     * and health too; whatever is made next has other random numbers. NULL: no swap. scrub: what the machine itself holds
     * of packets and messages is cleared, and figures begin anew; NULL, or what stays behind, in words. */
    void (*install)(void *context, struct fs_router *newer);
    const char *(*scrub)(void *context);

    /* A machine's clock that stands, for packet tests; NULL where clocks run by themselves. go_on: to this time, doing
     * what is due on the way, once so many frames wait at its devices. arrived: the time, once it is that one and nothing
     * is left to do, else 0; and when the latest frame came or left. */
    void (*go_on)(void *context, uint64_t to, uint32_t frames);
    uint64_t (*arrived)(void *context, uint64_t *latest);

    /* Of a process: brings the devices' counters up to what the kernel has counted, and tells, unless value is NULL, by what
     * each is read and written (handler `interfaces`). NULL: the counters are whole, and there is nothing to tell. */
    void (*interfaces)(void *context, struct fs_text *value);

    struct fs_pool *pool;
    struct fs_device *const *devices; /* device_count of them; devices[i]->index is i */
    uint32_t device_count;
    bool click_form;  /* problems are told as Click tells them, not each as one line */
    uint64_t seed;    /* of fs_random() */
    uint64_t started; /* steady(), when the machine or process began: `uptime` counts from it */
};

/* Supplied by each platform: the end of a machine that cannot go on. `text` is one line; takes no memory. */
_Noreturn void fs_panic(const char *text);

/* ---- a device, seen from below ----
 * A driver's own struct begins with a struct fs_device. The functions of <flowstream/device.h> come down to these; none
 * may wait. */
struct fs_device_operations {
    /* As fs_device_receive. Packets come from device->pool (fs_pool_take in pool.h) with data, length, timestamp (0:
     * the engine sets it), device and mac_offset set. The driver counts received, received_bytes and no_buffer. */
    unsigned (*receive)(struct fs_device *d, struct fs_batch *batch, unsigned max);
    /* As fs_device_transmit: takes packets from the front of the batch, moves the rest up. Counts sent, sent_bytes, and
     * ring_full once per call that did not take all. */
    unsigned (*transmit)(struct fs_device *d, struct fs_batch *batch);
    /* As fs_device_arm: true when nothing waits and the driver will call fs_device_arrived() on arrival. */
    bool (*arm)(struct fs_device *d);
    /* A task waits for room: the driver calls fs_device_room() once there is some, at once if there is. */
    void (*want_room)(struct fs_device *d);
};

struct fs_device {
    const struct fs_device_operations *operations;
    const char *name;     /* a name that fs_device_open() takes besides the index; "" for none */
    struct fs_pool *pool; /* where received frames come from */
    struct fs_device_counters counters;
    uint32_t frame_limit;
    uint8_t index;
    uint8_t mac[6];

    /* The engine's; zero at first. */
    uint32_t users;
    uint32_t waiter_count;
    struct fs_task *listener, *replaced_listener; /* of the newest router, and of the one that it replaces */
    struct fs_task *waiters[FS_ROOM_WAITERS];
    struct fs_bfd bfd; /* with the switch; outlives the router */
    /* The input gate (gate.c): while it is closed frames wait with the driver, and behind it with the host. */
    bool gate_closed;
    uint32_t injected_count; /* frames that the control channel brought: they are received first */
    struct fs_packet *injected[FS_INJECTED_MAX];
};

/* Frames have arrived (or may have): the listening task is scheduled. Cheap; may be called for nothing. */
void fs_device_arrived(struct fs_device *d);
/* There is room to transmit again: the waiting tasks are scheduled. */
void fs_device_room(struct fs_device *d);

#endif
