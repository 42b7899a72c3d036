/* machine.h: the process as a platform: its clocks, its devices, its streams, and what ends it. */
#ifndef FS_LINUX_MACHINE_H
#define FS_LINUX_MACHINE_H

#include <poll.h>

#include "control/control.h"
#include "control/health.h"
#include "engine/pool.h"
#include "engine/router.h"
#include "image.h"
#include "options.h"
#include "trace.h"
#include "supervised.h"

enum {
    FS_LINUX_PACKETS = 4096,
    FS_CLICK_POOL = 576 << 20, /* bytes with --click, at least: its users fill queues with traces; untaken, 8 a packet */
    FS_LINUX_LARGE_PACKET = 67584, /* with --click: room for the longest IP datagram, and headers in front of it */
    FS_DEVICE_WHY = 480,
    FS_LINUX_READY = FS_READY_LINE + 160, /* with ` io=` */
};

/* Why frames were lost at a device, before or behind all elements. */
enum fs_loss {
    FS_LOSS_POOL_EMPTY, /* no packet for it */
    FS_LOSS_RING_FULL,  /* the kernel's ring towards us: the process was too slow */
    FS_LOSS_TOO_LONG,   /* longer than the interface's MTU says, as segments are that a NIC was to cut */
    FS_LOSS_UNFINISHED, /* a checksum that a NIC was to finish, and not of TCP or UDP */
    FS_LOSS_UNSENT,     /* the kernel refused to send: calls, not frames */
    FS_LOSSES,
};

struct fs_machine;

/* A driver of this platform; each kind's struct begins with it. */
struct fs_linux_device {
    struct fs_device base;
    struct fs_machine *machine;
    int fd;    /* to poll; -1 for files */
    bool armed, room_wanted;
    /* Of files, else NULL: the time of the next frame, now-clock ns; UINT64_MAX when all are read. */
    uint64_t (*next)(struct fs_linux_device *d);
    /* Ends the device; false when something was lost (told on standard error). */
    bool (*close)(struct fs_linux_device *d);
    const char *io;           /* by what it reads and writes: tap, packet, ring, xdp, xdp-zero-copy, pcap */
    char why[FS_DEVICE_WHY];  /* why it is not something faster; "" where nothing faster was asked for */
    uint64_t losses[FS_LOSSES];
    size_t mapped; /* bytes that it shares with the kernel */
    /* Adds what the kernel has lost to counters and losses; NULL where it does not tell. */
    void (*refresh)(struct fs_linux_device *d);
    /* Nothing stays of frames in memory that is shared with the kernel; false when some are on their way. NULL: none. */
    bool (*scrub)(struct fs_linux_device *d);
};

/* A service on a Unix socket: one client at a time. */
struct fs_stream {
    struct fs_service *service;
    const char *path;
    int listener, client; /* -1: none */
};

struct fs_machine {
    struct fs_platform platform;
    struct fs_pool pool;
    struct fs_linux_device *devices[FS_OPTIONS_DEVICES];
    struct fs_device *bases[FS_OPTIONS_DEVICES];
    struct fs_router *router;
    struct fs_control control;
    struct fs_health health;
    struct fs_stream streams[2];
    struct fs_image_file image; /* what it began with */
    bool seeded;
    uint64_t boot_us;
    bool simtime, click, stop_when_idle, stop_asked;
    uint64_t virtual_now;   /* with simtime, both clocks */
    uint64_t last_activity; /* with simtime: when a frame came or went */
    uint64_t memory_given;
    struct fs_trace *trace; /* NULL: none */
    uint64_t last_arrival;  /* with simtime: when a frame came */
    uint64_t memory_most; /* bytes that may be given; 0: as many as the host has */
    struct fs_supervised *supervised; /* NULL: an ordinary process */
};

/* ---- file.c ---- */
extern const struct fs_file_operations fs_linux_files;

/* ---- loop.c: signals, beside those that end the run ---- */
void fs_machine_watch(void *context, int number, bool on);
int fs_machine_raise(void *context, int number, int64_t process);

/* ---- swap.c: fs_platform.install and .scrub ---- */
void fs_machine_install(void *context, struct fs_router *newer);
const char *fs_machine_scrub(void *context);
/* Back in the loop, whose stack alone stays: what calls left on it goes, and then the answer goes out. */
void fs_machine_finish_scrub(struct fs_machine *m);
/* The READY line; `line` has room for FS_LINUX_READY bytes and a NUL. */
void fs_machine_ready(struct fs_machine *m, char *line);

/* ---- interfaces.c ---- */
/* fs_platform.interfaces: a line a device, tab-separated: number, name, by what, what was lost (`WORD=N,WORD=N`, or `-`),
 * why by nothing faster (or `-`). */
void fs_machine_interfaces(void *context, struct fs_text *value);
/* Appends ` io=BY,BY...`, a word for each device, where one of them is neither a TAP interface nor a file. */
void fs_machine_io(const struct fs_machine *m, struct fs_text *line);

/* ---- clock.c ---- */
uint64_t fs_machine_now(struct fs_machine *m);
uint64_t fs_machine_steady(struct fs_machine *m);

/* ---- devices: NULL, and one line in `why`, when it cannot be opened ---- */
struct fs_linux_device *fs_tap_open(const char *name, char *why, size_t why_size);
struct fs_linux_device *fs_packet_open(const char *name, char *why, size_t why_size);
struct fs_linux_device *fs_ring_open(const char *name, char *why, size_t why_size);
struct fs_linux_device *fs_xdp_open(const char *name, char *why, size_t why_size);
struct fs_linux_device *fs_auto_open(const char *name, char *why, size_t why_size); /* the first of these that can be had */
struct fs_linux_device *fs_pcap_open(const char *in, const char *out, char *why, size_t why_size);
/* What they share: removes the first n packets of the batch; frees nothing. */
void fs_batch_shift(struct fs_batch *batch, unsigned n);

/* ---- stream.c ---- */
bool fs_stream_open(struct fs_stream *s, const char *path, struct fs_service *service, char *why, size_t why_size);
void fs_stream_close(struct fs_stream *s);
/* Adds what to poll for (at most 2 entries), then deals with the answers; both count entries the same way. */
unsigned fs_stream_poll(const struct fs_stream *s, struct pollfd *fds);
void fs_stream_serve(struct fs_stream *s, const struct pollfd *fds);

/* ---- loop.c ---- */
/* From now on SIGTERM and SIGINT wait for the run: to be called before anybody is told that it is ready. */
void fs_machine_take_ends(void);
/* Runs until the router stops, a signal asks for it, or (as the options say) nothing is left to do. Answers why. */
const char *fs_machine_run(struct fs_machine *m);

#endif
