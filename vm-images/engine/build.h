/* build.h: from a list of elements and connections to a router. The loader makes the list of a blob, tests make it
 * from C. All problems are told, each as one line.
 */
#ifndef FS_ENGINE_BUILD_H
#define FS_ENGINE_BUILD_H

#include "internal.h"

struct fs_element_spec {
    const char *name;
    const struct fs_class *class;
    struct fs_args *args;
    uint32_t inputs, outputs;
    struct fs_place place;
};
struct fs_blueprint {
    struct fs_element_spec *elements;
    const struct fs_connection *connections;
    uint32_t element_count, connection_count;
    bool partial; /* ports may be left unconnected (tests) */
};

/* An empty router, to allocate the blueprint's parts with fs_arena_alloc(&r->arena); NULL: no memory. */
struct fs_router *fs_router_new(const struct fs_platform *platform);
/* Makes the elements, checks and joins ports, configures. 0, or -1 and lines; then unload. */
int fs_router_build(struct fs_router *r, const struct fs_blueprint *b, struct fs_text *error);

/* Appends `FILE:LINE: Class(arguments): ` of an element that may not be made yet. */
void fs_complain_about(struct fs_text *error, const struct fs_place *place, const char *class_name, const char *config);
/* The same for an element of the router. */
void fs_complain(struct fs_text *error, const struct fs_element *e);

/* Decides of each port whether packets are pushed or pulled through it, and joins the ports. Answers the number of
 * problems. resolve.c */
unsigned fs_router_connect(struct fs_router *r, const struct fs_blueprint *b, struct fs_text *error);

#endif
