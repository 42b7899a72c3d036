/* AggregatePaint: sets packets' aggregate annotation by their paint. */
#include <flowstream/element.h>

struct aggregate_paint {
    struct fs_element base;
    unsigned bits;
    bool incremental;
};

enum { BITS, INCREMENTAL };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct aggregate_paint *a = (struct aggregate_paint *)e;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = batch->packets[i];
        uint32_t value = fs_anno_u8(p, FS_ANNO_PAINT) & ((1u << a->bits) - 1);
        uint32_t before = a->incremental ? fs_anno_u32(p, FS_ANNO_AGGREGATE) << a->bits : 0;
        fs_set_anno_u32(p, FS_ANNO_AGGREGATE, before + value);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct aggregate_paint *)e)->bits = (unsigned)fs_args_integer(e->args, BITS, 8);
    ((struct aggregate_paint *)e)->incremental = fs_args_boolean(e->args, INCREMENTAL, false);
    return 0;
}

static const struct fs_arg args[] = {
    [BITS] = {"BITS", "integer", FS_OPTIONAL, 1, 8, "8", "How many of the paint's low bits to take."},
    [INCREMENTAL] = {"INCREMENTAL", "boolean", FS_KEYWORD, 0, 0, "false",
                     "Whether the aggregate so far stays, times 2 to the power of BITS."},
};

FS_ELEMENT(AggregatePaint) = {
    .name = "AggregatePaint",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads annotation.PAINT annotation.AGGREGATE; writes annotation.AGGREGATE",
    .summary = "sets packets' aggregate annotation by their paint",
    .doc = "    ... -> AggregateIP(ip src/24) -> AggregatePaint(1, INCREMENTAL true) -> AggregateCounter -> ...\n",
    .size = sizeof(struct aggregate_paint),
    .configure = configure,
    .act = act,
};
