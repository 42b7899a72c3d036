/* RandomBitErrors: changes bits of packets by chance. */
#include "net/handlers.h"

enum kind { CLEAR, SET, FLIP };

struct errors {
    struct fs_element base;
    uint64_t probability; /* that one bit changes; 32 bits of fraction */
    uint64_t within[8];   /* that the first change of a byte is at bit i or before */
    uint32_t kind;
    bool active;
};

enum { P, KIND, ACTIVE };

static bool chance(struct errors *c) { return fs_random(&c->base) >> 32 < c->probability; }

/* Which bits of a byte change, each by itself. A byte in which none does, and that is nearly every byte, costs one
 * random number; one in which some do, one more for each bit behind the first. */
static uint8_t changes(struct errors *c)
{
    uint64_t r = fs_random(&c->base) >> 32;
    if (r >= c->within[7]) {
        return 0;
    }
    unsigned first = 0;
    while (r >= c->within[first]) {
        first++;
    }
    unsigned bits = 1u << first;
    for (unsigned i = first + 1; i < 8; i++) {
        bits |= (unsigned)chance(c) << i;
    }
    return (uint8_t)bits;
}

static void change(struct errors *c, uint8_t *at, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        uint8_t bits = changes(c);
        at[i] = (uint8_t)(c->kind == FLIP ? at[i] ^ bits : c->kind == SET ? at[i] | bits : at[i] & ~bits);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct errors *c = (struct errors *)e;
    uint32_t kept = 0;
    if (!c->active || c->probability == 0) {
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p != NULL) {
            change(c, p->data, p->length);
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static void set(struct errors *c, uint64_t probability)
{
    uint64_t none = (uint64_t)1 << 32;
    c->probability = probability;
    for (unsigned i = 0; i < 8; i++) {
        none -= (uint64_t)((unsigned __int128)none * probability >> 32);
        c->within[i] = ((uint64_t)1 << 32) - none;
    }
}

static const char *const kinds[] = {[CLEAR] = "clear", [SET] = "set", [FLIP] = "flip"};

static int set_kind(struct errors *c, const char *text, size_t length, struct fs_text *error)
{
    const char *word = "";
    size_t n = 0;
    fs_parse_word(&text, &length, &word, &n);
    for (uint32_t i = CLEAR; i <= FLIP; i++) {
        if (__builtin_strlen(kinds[i]) == n && __builtin_memcmp(word, kinds[i], n) == 0) {
            c->kind = i;
            return 0;
        }
    }
    fs_text_string(error, "KIND: expected flip, set or clear");
    return -1;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct errors *c = (struct errors *)e;
    const char *kind = fs_args_text(e->args, KIND, "flip");
    set(c, (uint64_t)fs_args_integer(e->args, P, 0));
    c->active = fs_args_boolean(e->args, ACTIVE, true);
    return set_kind(c, kind, __builtin_strlen(kind), error);
}

FS_READ(read_probability, struct errors, fs_text_fraction(value, self->probability))
FS_READ(read_kind, struct errors, fs_text_string(value, kinds[self->kind]))
FS_READ_FLAG(read_active, struct errors, active)
FS_WRITE_FLAG(write_active, struct errors, active, "active")
static int write_probability(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    uint64_t probability;
    if (fs_write_fraction("p_bit_error", value, length, 1, &probability, error) != 0) {
        return -1;
    }
    set((struct errors *)e, probability);
    return 0;
}
static int write_kind(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return set_kind((struct errors *)e, value, length, error);
}

static const struct fs_arg args[] = {
    [P] = {"P", "fraction", FS_POSITIONAL, 0, 1, NULL, "How likely each bit changes."},
    [KIND] = {"KIND", "word", FS_OPTIONAL, 0, 0, "flip", "What becomes of it: `flip`, `set` or `clear`."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_OPTIONAL, 0, 0, "true", "Whether bits change at all."},
};
static const struct fs_handler handlers[] = {
    {"p_bit_error", read_probability, write_probability, 0, NULL, "The P argument."},
    {"error_kind", read_kind, write_kind, 0, NULL, "The KIND argument."},
    {"active", read_active, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument."},
};

FS_ELEMENT(RandomBitErrors) = {
    .name = "RandomBitErrors",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes any; drops",
    .summary = "changes bits of packets by chance",
    .doc = "Checksums are not put right: it stands for a bad line.\n\n"
           "    ... -> RandomBitErrors(0.0001) -> ToDevice(0);\n",
    .size = sizeof(struct errors),
    .configure = configure,
    .act = act,
};
