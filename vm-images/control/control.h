/* control.h: Click's ControlSocket protocol, version 1.3 (elements/userlevel/controlsocket.hh of Click tells it), over
 * any byte stream: reading and writing the handlers of a router.
 *
 * READ READDATA READUNTIL WRITE WRITEDATA WRITEUNTIL CHECKREAD CHECKWRITE HELP QUIT; LLRPC is refused.
 */
#ifndef FS_CONTROL_CONTROL_H
#define FS_CONTROL_CONTROL_H

#include "engine/router.h"
#include "service.h"

enum {
    FS_CONTROL_LINE = 8192,       /* longest command line, bytes */
    FS_CONTROL_DATA = 1 << 20,    /* most data of a command */
    FS_CONTROL_UNTIL = 64 * 1024, /* most data of a command whose length is not told */
    FS_CONTROL_HEAD = 4096,       /* message lines of an answer */
    FS_CONTROL_BODY = 16 * 1024,  /* data of an answer, at first */
};

enum fs_control_state {
    FS_CONTROL_COMMAND,
    FS_CONTROL_TAKING,   /* data of a told length */
    FS_CONTROL_UNTILING, /* data up to a line */
    FS_CONTROL_SKIPPING, /* data that is too large */
    FS_CONTROL_ENDED,
};

struct fs_buffer {
    char *at;
    size_t size;
};

struct fs_control {
    struct fs_service service;
    struct fs_router *router; /* may be replaced between two calls */
    const struct fs_platform *platform;

    enum fs_control_state state;
    bool after_return; /* a line ended in CR: an LF that follows belongs to it */
    bool too_long;     /* the line, or the data, is longer than what is kept */
    bool no_memory;    /* there was none for the data, which is skipped */
    size_t line_length;
    char line[FS_CONTROL_LINE + 1];

    /* the command whose data is being taken */
    bool write;
    const char *handler, *until; /* in `line` */
    struct fs_buffer data;
    size_t data_wanted, data_length, until_line;

    /* the answer */
    bool held; /* that of a scrub: it waits until the platform, back in its loop, has cleared its stack and says so here */
    struct fs_text head;
    struct fs_buffer body;
    size_t body_length, answered; /* `answered`: bytes of head and body that are out */
    char head_bytes[FS_CONTROL_HEAD];
};

/* Without a router every command answers 540. */
void fs_control_init(struct fs_control *c, const struct fs_platform *platform, struct fs_router *router);

/* ---- between control.c (bytes) and command.c (meaning) ---- */
/* Runs the command in c->line; it answers, or asks for data by a change of state. */
void fs_control_command(struct fs_control *c);
/* All data of the command is there (c->data, c->data_length), or was too long (c->too_long). */
void fs_control_data(struct fs_control *c);
/* The same, back to command lines. */
void fs_control_end_data(struct fs_control *c);
/* Makes the buffer at least that large; what it held is lost. */
bool fs_control_reserve(struct fs_control *c, struct fs_buffer *b, size_t size);
void fs_control_give_back(struct fs_control *c, struct fs_buffer *b);

#endif
