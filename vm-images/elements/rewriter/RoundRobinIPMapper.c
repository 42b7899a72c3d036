/* RoundRobinIPMapper: chooses patterns in turn for the new flows of a rewriter. */
#include "net/rewriter.h"

struct robin {
    struct fs_mapper mapper;
    uint32_t next;
};

enum { PATTERN };

static bool choose(struct fs_mapper *m, struct fs_mapper_request *q)
{
    struct robin *r = (struct robin *)m;
    for (uint32_t tries = 0; tries < m->count; tries++) {
        uint32_t choice = r->next;
        r->next = choice + 1 == m->count ? 0 : choice + 1;
        if (fs_mapper_try(m, choice, q)) {
            return true;
        }
    }
    return false;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct fs_mapper *m = (struct fs_mapper *)e;
    m->choose = choose;
    return fs_mapper_configure(m, fs_args_bytes(e->args, PATTERN), false, error);
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct robin *r = (struct robin *)e;
    r->next = ((const struct robin *)old)->next % r->mapper.count;
}

static const struct fs_arg args[] = {
    [PATTERN] = {"PATTERN", "mapper-pattern", FS_REST, 0, 0, NULL, "`PATTERN FOUTPUT ROUTPUT` or `NAME FOUTPUT ROUTPUT`."},
};

FS_ELEMENT(RoundRobinIPMapper) = {
    .name = "RoundRobinIPMapper",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "keeps-state",
    .summary = "chooses patterns in turn for a rewriter",
    .doc = "Named as the specification of a rewriter's input. Each new flow is given the next pattern that has a port free.\n\n"
           "    servers :: RoundRobinIPMapper(- - 10.0.0.11 - 0 1, - - 10.0.0.12 - 0 1);\n"
           "    rw :: IPRewriter(servers, drop);\n",
    .size = sizeof(struct robin),
    .configure = configure,
    .initialize = fs_mapper_initialize,
    .take_state = take_state,
};
