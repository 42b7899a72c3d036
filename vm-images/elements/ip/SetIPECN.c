/* SetIPECN: sets the ECN field. */
#include "net/marked.h"
#include "net/values.h"

struct set {
    struct fs_element base;
    uint8_t ecn;
};

enum { ECN };

/* RFC 3168 section 5; ECT(1) is 01. */
static bool parse(const char *text, size_t length, uint8_t *ecn)
{
    static const struct {
        const char *word;
        uint8_t value;
    } words[] = {{"no", 0}, {"ect1", 1}, {"ECT(1)", 1}, {"ect2", 2}, {"ECT(0)", 2}, {"ce", 3}, {"CE", 3}};
    const char *word;
    size_t n;
    int64_t number;
    if (!fs_parse_word(&text, &length, &word, &n)) {
        return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (n == __builtin_strlen(words[i].word) && __builtin_memcmp(word, words[i].word, n) == 0) {
            *ecn = words[i].value;
            return true;
        }
    }
    bool fine = fs_parse_integer(word, n, 0, 3, &number);
    *ecn = fine ? (uint8_t)number : *ecn;
    return fine;
}

static bool change(struct fs_element *e, struct fs_packet *p, struct fs_ip *h)
{
    (void)p;
    fs_ip_set8(h, &h->tos, (uint8_t)((h->tos & 0xfc) | ((struct set *)e)->ecn));
    return true;
}

static void act(struct fs_element *e, struct fs_batch *batch) { fs_each_marked_ip(e, batch, change); }

static int write_ecn(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (!parse(value, length, &((struct set *)e)->ecn)) {
        fs_text_string(error, "ECN: expected 0 to 3, no, ect1, ect2 or ce");
        return -1;
    }
    return 0;
}
static void read_ecn(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct set *)e)->ecn);
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    const char *text = fs_args_text(e->args, ECN, "");
    return write_ecn(e, text, __builtin_strlen(text), error);
}

static const struct fs_arg args[] = {
    [ECN] = {"ECN", "word", FS_POSITIONAL, 0, 0, NULL,
             "0 to 3, or `no`, `ect1` (also `ECT(1)`), `ect2` (also `ECT(0)`), `ce`."},
};
static const struct fs_handler handlers[] = {
    {"ecn", read_ecn, write_ecn, FS_HANDLER_CALM, NULL, "The ECN argument, read as a number."},
};

FS_ELEMENT(SetIPECN) = {
    .name = "SetIPECN",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes ip.tos ip.checksum; drops",
    .summary = "sets the IP ECN field",
    .doc = "RFC 3168. The other six bits stay; the checksum is updated. Packets without a marked IP header are\n"
           "dropped as `bad-length`.\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
