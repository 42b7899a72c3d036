#include "net/header_check.h"

enum { VERBOSE, DETAILS };

static const enum fs_drop_reason drops[FS_FAULTS] = {FS_DROP_BAD_PROTOCOL, FS_DROP_BAD_LENGTH, FS_DROP_BAD_CHECKSUM};

/* Click's texts. */
static void describe(const struct fs_header_check *c, unsigned fault, struct fs_text *t)
{
    fs_text_format(t,
                   fault == FS_FAULT_PROTOCOL ? "not %s"
                   : fault == FS_FAULT_LENGTH ? "bad packet length"
                                              : "bad %s checksum",
                   c->protocol);
}

void fs_header_check_reject(struct fs_element *e, struct fs_packet *p, enum fs_header_fault fault)
{
    struct fs_header_check *c = (struct fs_header_check *)e;
    if (c->drops == 0 || c->verbose) {
        char line[200];
        struct fs_text t = {.at = line, .capacity = sizeof line};
        fs_text_format(&t, "%s: %s header check failed: ", e->name, c->protocol);
        describe(c, fault, &t);
        fs_log(e, line, t.length);
    }
    c->drops++;
    c->by_fault[fault]++;
    fs_reject(e, 1, p, drops[fault]);
}

int fs_header_check_configure(struct fs_element *e, const char *protocol)
{
    struct fs_header_check *c = (struct fs_header_check *)e;
    c->protocol = protocol;
    c->verbose = fs_args_boolean(e->args, VERBOSE, false);
    c->details = fs_args_boolean(e->args, DETAILS, false);
    return 0;
}

void fs_header_check_take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_header_check *c = (struct fs_header_check *)e;
    const struct fs_header_check *o = (const struct fs_header_check *)old;
    c->drops = o->drops;
    __builtin_memcpy(c->by_fault, o->by_fault, sizeof c->by_fault);
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fs_header_check *)e)->drops);
}
static void read_details(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_header_check *c = (struct fs_header_check *)e;
    (void)parameters;
    for (unsigned i = 0; c->details && i < FS_FAULTS; i++) {
        fs_text_format(value, "%llu\t", (unsigned long long)c->by_fault[i]);
        describe(c, i, value);
        fs_text_char(value, '\n');
    }
}

const struct fs_arg fs_header_check_args[FS_HEADER_CHECK_ARGS] = {
    [VERBOSE] = {"VERBOSE", "boolean", FS_KEYWORD, 0, 0, "false",
                 "Whether to log each bad packet, and not the first only."},
    [DETAILS] = {"DETAILS", "boolean", FS_KEYWORD, 0, 0, "false", "Whether drop_details has something to show."},
};
const struct fs_handler fs_header_check_handlers[FS_HEADER_CHECK_HANDLERS] = {
    {"drops", read_drops, NULL, 0, NULL, "Bad packets."},
    {"drop_details", read_details, NULL, 0, NULL,
     "Bad packets by what was wrong, `COUNT<tab>TEXT` each; with DETAILS."},
};
