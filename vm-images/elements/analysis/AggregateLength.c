/* AggregateLength: sets packets' aggregate annotation by their length. */
#include <flowstream/element.h>

struct aggregate_length {
    struct fs_element base;
    bool ip;
};

static void act(struct fs_element *e, struct fs_batch *batch)
{
    bool ip = ((struct aggregate_length *)e)->ip;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        size_t length = p->length;
        if (ip && (p->network_offset == FS_OFFSET_NONE || (length = fs_bytes_from(p, fs_network_header(p))) == 0)) {
            fs_reject(e, 1, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        fs_set_anno_u32(p, FS_ANNO_AGGREGATE, (uint32_t)length + fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH));
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    ((struct aggregate_length *)e)->ip = fs_args_boolean(e->args, 0, false);
    return 0;
}

static const struct fs_arg args[] = {
    {"IP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to count from the IP header on."},
};

FS_ELEMENT(AggregateLength) = {
    .name = "AggregateLength",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads length annotation.EXTRA_LENGTH; writes annotation.AGGREGATE; drops",
    .summary = "sets packets' aggregate annotation by their length",
    .doc = "The extra-length annotation counts too. With IP, packets without a marked network header leave by output 1, or\n"
           "are dropped as `bad-length`.\n\n"
           "    ... -> AggregateLength -> c :: AggregateCounter -> ...   // how many packets of each length\n",
    .size = sizeof(struct aggregate_length),
    .configure = configure,
    .act = act,
};
