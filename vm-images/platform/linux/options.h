/* options.h: the command line of flowstream-engine (docs/contracts.md 7). */
#ifndef FS_LINUX_OPTIONS_H
#define FS_LINUX_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { FS_OPTIONS_DEVICES = 64, FS_OPTIONS_READS = 64, FS_OPTIONS_WRITES = 1024 };

enum fs_device_kind {
    FS_DEVICE_NONE, FS_DEVICE_TAP, FS_DEVICE_PACKET, FS_DEVICE_RING, FS_DEVICE_XDP, FS_DEVICE_AUTO, FS_DEVICE_PCAP,
};

struct fs_device_option {
    enum fs_device_kind kind;
    const char *name; /* of the interface; of a pcap device: the file to read, "" for none */
    const char *out;  /* of a pcap device: the file to write, "" for none */
    bool addressed;   /* has an address of its own: */
    uint8_t mac[6];
};

/* A handler that is written before the run. */
struct fs_write_option {
    const char *handler, *file; /* in the file is what is written */
};

enum fs_options_action { FS_ACTION_RUN, FS_ACTION_PRINT_CLASSES, FS_ACTION_VERSION, FS_ACTION_HELP };

struct fs_options {
    enum fs_options_action action;
    const char *image;
    struct fs_device_option devices[FS_OPTIONS_DEVICES];
    unsigned device_count;
    bool simtime, stop_when_idle;
    bool click, quit;          /* run as Click's user-level driver (click.h); do not run, only print handlers */
    uint32_t packet_size;      /* bytes of a packet's object; 0: as usual */
    uint64_t simtime_from;     /* where virtual time begins, ns; 0: with the first frame, or where Click's begins */
    const char *handlers[FS_OPTIONS_READS]; /* of --handler */
    unsigned handler_count;
    const char *exit_handler; /* whose value is the exit status; NULL for none */
    const char *control, *health; /* paths of Unix sockets; NULL for none */
    bool seeded;
    uint64_t seed;
    const char *reads[FS_OPTIONS_READS];
    unsigned read_count;
    struct fs_write_option writes[FS_OPTIONS_WRITES];
    unsigned write_count;
    const char *trace; /* the file that is told where packets go; NULL for none */
    const char *macs[FS_OPTIONS_DEVICES]; /* addresses of pcap devices; NULL: 02:00:00:00:00:0N */
    const char *supervised; /* the folder of a supervised process (supervised.h); NULL: an ordinary one */
    const char *log;        /* of a supervised process: the file that it writes its lines to */
    uint32_t user, group;   /* of a supervised process: whom it becomes */
    bool has_user;
    uint32_t memory_mib; /* what a machine of that memory has for packets and elements; 0: as much as is asked for */
};

/* Reads argv (which it cuts into pieces that the options point to). Answers the number of problems, each told as a
 * line. */
unsigned fs_options_parse(struct fs_options *o, int argc, char **argv, FILE *problems);
void fs_options_usage(FILE *out);

#endif
