/* IP6Print: writes a line about each IPv6 packet to the log. */
#include "net/contents.h"
#include "net/marked6.h"
#include "net/values.h"

struct print {
    struct fs_element base;
    const char *label;
    uint32_t bytes; /* of the packet to show at most */
    bool contents;
    struct fs_text text;
};

enum { LABEL, CONTENTS, NBYTES };
enum { LINE = 24, HEAD = 160 };

static void print(struct print *c, const struct fs_packet *p, const struct fs_ip6 *h)
{
    struct fs_text *t = &c->text;
    t->length = t->missing = 0;
    if (*c->label != '\0') {
        fs_text_format(t, "%s: ", c->label);
    }
    fs_text_ip6(t, h->source);
    fs_text_string(t, " -> ");
    fs_text_ip6(t, h->destination);
    fs_text_format(t, " plen %u, next %u, hlim %u", (unsigned)fs_get16(h->payload_length), (unsigned)h->next_header,
                   (unsigned)h->hop_limit);
    if (c->contents) {
        fs_text_contents(t, FS_CONTENTS_HEX, p->data, p->length < c->bytes ? p->length : c->bytes, LINE);
    }
    for (size_t from = 0, to; from <= t->length; from = to + 1) {
        for (to = from; to < t->length && t->at[to] != '\n'; to++) {
        }
        fs_log(&c->base, t->at + from, to - from);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct fs_ip6 *h = fs_marked_ip6(batch->packets[i]);
        if (h != NULL) {
            print((struct print *)e, batch->packets[i], h);
        }
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct print *c = (struct print *)e;
    c->label = fs_args_text(e->args, LABEL, "");
    c->contents = fs_args_boolean(e->args, CONTENTS, false);
    c->bytes = (uint32_t)fs_args_integer(e->args, NBYTES, 1500);
    /* Two digits a byte, and a space or a line feed and two spaces where they are parted. */
    c->text.capacity = HEAD + __builtin_strlen(c->label) + (c->contents ? 3 * (size_t)c->bytes : 0);
    c->text.at = fs_alloc(e, c->text.capacity);
    if (c->text.at == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static const struct fs_arg args[] = {
    [LABEL] = {"LABEL", "string", FS_OPTIONAL, 0, 0, "", "What stands at the head of each line."},
    [CONTENTS] = {"CONTENTS", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to show the packet's bytes."},
    [NBYTES] = {"NBYTES", "integer", FS_KEYWORD, 0, 65535, "1500", "How many of them at most."},
};

FS_ELEMENT(IP6Print) = {
    .name = "IP6Print",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads any",
    .summary = "prints a line about each IPv6 packet",
    .doc = "`LABEL: SOURCE -> DESTINATION plen PAYLOAD, next HEADER, hlim LIMIT`, and with CONTENTS lines of 24 bytes\n"
           "from the frame's start. Packets without a marked IPv6 header pass in silence.\n",
    .size = sizeof(struct print),
    .configure = configure,
    .act = act,
};
