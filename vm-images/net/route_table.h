/* route_table.h: what all elements that look up IPv4 routes have in common (Click's IPRouteTable): arguments, handlers
 * and their texts, and the way of packets. They differ in how their tables are listed. */
#ifndef NET_ROUTE_TABLE_H
#define NET_ROUTE_TABLE_H

#include "net/routes.h"

enum fs_route_listing {
    FS_ROUTES_IN_PLACE,  /* a route that is set keeps its place */
    FS_ROUTES_NEW_PLACE, /* it gets a new place, as RadixIPLookup does it */
    FS_ROUTES_SORTED,    /* by length, the longest first */
};

struct fs_route_undo;
struct fs_route_table {
    struct fs_element base;
    struct fs_routes routes;
    enum fs_route_listing listing;
    uint32_t complaints;
    struct fs_route_undo *undo; /* of ctrl */
    uint32_t undo_capacity;
};

enum { FS_ROUTE_TABLE_ARGS = 1, FS_ROUTE_TABLE_HANDLERS = 7 };
extern const struct fs_arg fs_route_table_args[FS_ROUTE_TABLE_ARGS];
/* table, lookup; then add, set, remove, ctrl; then flush */
extern const struct fs_handler fs_route_table_handlers[FS_ROUTE_TABLE_HANDLERS];
enum { FS_ROUTE_TABLE_FIXED = 2, FS_ROUTE_TABLE_CHANGING = 6 };

int fs_route_table_configure(struct fs_element *e, enum fs_route_listing listing, struct fs_text *error);
void fs_route_table_push(struct fs_element *e, unsigned port, struct fs_batch *batch);

/* A class that differs in name, listing and handlers alone. */
#define FS_ROUTE_TABLE(class_name, listing, handler_number, summary_text, doc_text) \
    static int configure(struct fs_element *e, struct fs_text *error) \
    { \
        return fs_route_table_configure(e, listing, error); \
    } \
    FS_ELEMENT(class_name) = { \
        .name = #class_name, \
        .ports = "1/-", \
        .processing = "h/h", \
        .flow = "x/x", \
        .args = fs_route_table_args, \
        .arg_count = FS_ROUTE_TABLE_ARGS, \
        .handlers = fs_route_table_handlers, \
        .handler_count = handler_number, \
        .effects = "reads annotation.DST_IP; writes annotation.DST_IP; drops", \
        .summary = summary_text, \
        .doc = doc_text \
               "Looks the destination annotation up (longest prefix first), sets it to the route's gateway where there\n" \
               "is one, and sends the packet to the route's output. Packets without a route are dropped as\n" \
               "`no-match`. Routes that are given twice hold as they are given first. Masks must be prefixes.\n\n" \
               "    " #class_name "(10.0.0.1/32 0, 10.0.0.0/24 1, 0/0 10.0.0.254 1)\n", \
        .size = sizeof(struct fs_route_table), \
        .configure = configure, \
        .push = fs_route_table_push, \
    }

#endif
