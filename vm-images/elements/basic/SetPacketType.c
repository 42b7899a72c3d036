/* SetPacketType: says how packets were addressed. */
#include <flowstream/element.h>

struct set {
    struct fs_element base;
    uint8_t type;
};

enum { TYPE };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        batch->packets[i]->packet_type = ((struct set *)e)->type;
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    static const struct {
        const char *word;
        uint8_t type;
    } types[] = {
        {"HOST", FS_TYPE_HOST},           {"BROADCAST", FS_TYPE_BROADCAST}, {"MULTICAST", FS_TYPE_MULTICAST},
        {"OTHERHOST", FS_TYPE_OTHER_HOST}, {"OUTGOING", FS_TYPE_OUTGOING},
    };
    const char *text = fs_args_text(e->args, TYPE, "");
    for (uint32_t i = 0; i < FS_COUNT(types); i++) {
        size_t length = __builtin_strlen(types[i].word);
        if (__builtin_strlen(text) == length && __builtin_memcmp(text, types[i].word, length) == 0) {
            ((struct set *)e)->type = types[i].type;
            return 0;
        }
    }
    fs_text_format(error, "TYPE: expected HOST, BROADCAST, MULTICAST, OTHERHOST or OUTGOING, found '%s'", text);
    return -1;
}

static const struct fs_arg args[] = {
    [TYPE] = {"TYPE", "word", FS_POSITIONAL, 0, 0, NULL, "HOST, BROADCAST, MULTICAST, OTHERHOST or OUTGOING."},
};

FS_ELEMENT(SetPacketType) = {
    .name = "SetPacketType",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "says how packets were addressed",
    .doc = "FromDevice and HostEtherFilter set the packet type by the destination address; DropBroadcasts goes by it.\n"
           "Click's LOOPBACK is refused: no frame comes that way here.\n\n"
           "    ... -> SetPacketType(HOST) -> ...\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
