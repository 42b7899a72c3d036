/* router.h: a running configuration, as the platforms, the control protocol and the tests use it.
 *
 * Errors are lines, each with its newline, all problems at once: `FILE:LINE: Class(arguments): what is wrong`, without
 * the place when the configuration does not tell it.
 */
#ifndef FS_ENGINE_ROUTER_H
#define FS_ENGINE_ROUTER_H

#include <flowstream/element.h>

#include "platform.h"

#define FS_RUNTIME_VERSION "0.1.0"

struct fs_router;

/* Makes a router of a blob or of an image segment (docs/contracts.md 2 and 3). The image's bytes must stay where they
 * are, 8-byte aligned, as long as the router lives. NULL, and lines in `error`, when it is refused. */
struct fs_router *fs_router_load(const struct fs_platform *platform, const void *image, size_t length,
                                 struct fs_text *error);
/* Calls initialize() of all elements. Nothing runs before. 0, or -1 and lines; then only unload is allowed. */
int fs_router_start(struct fs_router *r, struct fs_text *error);
/* One round: due timers, then each task that was scheduled when the round began. True: there is more to do at once. */
bool fs_router_run_once(struct fs_router *r);
/* The same so many times, or until it answers false; the last answer. */
bool fs_router_run(struct fs_router *r, unsigned rounds);
/* The steady time (ns) of the next timer; 0 when there is none. */
uint64_t fs_router_next_timer(const struct fs_router *r);
/* An element has called fs_stop(): run_once does nothing any more. Handlers go on. */
bool fs_router_stopped(const struct fs_router *r);
/* Lets the same-named elements of `newer` (started) take over the state of those of `older` (which is then stopped). */
void fs_router_take_state(struct fs_router *newer, struct fs_router *older);
/* Cleans all elements up and releases all memory. Takes NULL. */
void fs_router_unload(struct fs_router *r);

/* ---- reading and writing handlers, with a global or an "element.handler" name ---- */
enum fs_handler_answer {
    FS_HANDLER_OK = 0,
    FS_HANDLER_NO_ELEMENT,
    FS_HANDLER_NO_HANDLER,
    FS_HANDLER_NOT_READABLE,
    FS_HANDLER_NOT_WRITABLE,
    FS_HANDLER_FAILED, /* the handler itself said no; its line is in the text */
};
enum fs_handler_answer fs_router_read(struct fs_router *r, const char *handler, const char *parameters,
                                      struct fs_text *value);
enum fs_handler_answer fs_router_write(struct fs_router *r, const char *handler, const char *value, size_t length,
                                       struct fs_text *error);
/* The flags of such a handler (enum fs_handler_flags); 0 when there is none. */
unsigned fs_router_handler_flags(struct fs_router *r, const char *handler);
/* FS_HANDLER_OK when such a handler can be read (or written). */
enum fs_handler_answer fs_router_check(struct fs_router *r, const char *handler, bool write);

/* The process was sent this signal: elements that wait for it are called. False: none does. */
bool fs_router_interrupt(struct fs_router *r, int number);

/* ---- its elements, in the configuration's order ---- */
uint32_t fs_router_element_count(const struct fs_router *r);
const struct fs_element *fs_router_element(const struct fs_router *r, uint32_t index);

/* ---- figures ---- */
struct fs_router_figures {
    uint64_t received, sent; /* frames, all devices */
    uint64_t dropped;        /* by elements, and by devices for want of a buffer */
    uint64_t uptime;         /* ns */
    uint32_t pool_size, pool_free, pool_lowest;
};
void fs_router_figures(struct fs_router *r, struct fs_router_figures *f);
uint32_t fs_router_device_count(const struct fs_router *r);
uint32_t fs_router_bfd_device(const struct fs_router *r); /* the first that answers BFD; as many as there are: none */
uint32_t fs_router_pool_size(const struct fs_router *r); /* packets */
/* 64 hex digits, or "" when the configuration is a bare blob. */
const char *fs_router_digest(const struct fs_router *r);
struct fs_bytes fs_router_manifest(const struct fs_router *r);

/* ---- all classes that were linked in ---- */
unsigned fs_class_count(void);
const struct fs_class *fs_class_at(unsigned index); /* in the linker's order */
/* The next one in order of name; NULL asks for the first and is the answer behind the last. */
const struct fs_class *fs_class_after(const struct fs_class *previous);
const char *fs_class_file(const struct fs_class *c); /* its source: elements/GROUP/NAME.c */
const struct fs_class *fs_class_find(const char *name, size_t length);
const char *fs_drop_sentence(enum fs_drop_reason reason);

#endif
