#include "net/rated.h"

#include "net/quantity.h"
#include "net/values.h"

enum { RATE, BURST_DURATION, BURST_SIZE };

static void set_rate(struct fs_rated *r, uint64_t rate, bool fill)
{
    uint64_t size = r->burst_size;
    if (size == 0) {
        unsigned __int128 whole = (unsigned __int128)rate * r->burst_ns;
        /* A bucket never holds more than FS_TOKENS_MAX, so what is larger need not be divided. */
        size = whole >= (unsigned __int128)FS_TOKENS_MAX * 1000000000u ? FS_TOKENS_MAX : (uint64_t)whole / 1000000000u;
    }
    fs_tokens_set(&r->tokens, rate, size, fill);
}

int fs_rated_configure(struct fs_rated *r, bool bytes, bool has_burst, uint64_t burst_ns, struct fs_text *error)
{
    const struct fs_args *args = r->base.args;
    r->bytes = bytes;
    r->burst_ns = burst_ns;
    if (has_burst) {
        if (fs_args_given(args, BURST_DURATION) && fs_args_given(args, BURST_SIZE)) {
            fs_text_string(error, "expected either a burst's duration or its size");
            return -1;
        }
        r->burst_ns = (uint64_t)fs_args_integer(args, BURST_DURATION, (int64_t)burst_ns);
        r->burst_size = (uint64_t)fs_args_integer(args, BURST_SIZE, 0);
    }
    set_rate(r, (uint64_t)fs_args_integer(args, RATE, 0), true);
    r->tokens.at = fs_steady(&r->base);
    return 0;
}

void fs_rated_take_state(struct fs_element *e, struct fs_element *old)
{
    struct fs_rated *r = (struct fs_rated *)e;
    const struct fs_rated *o = (struct fs_rated *)old;
    r->tokens.level = o->tokens.level < r->tokens.full ? o->tokens.level : r->tokens.full;
    r->tokens.at = o->tokens.at;
}

void fs_rated_read_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_rated *r = (struct fs_rated *)e;
    (void)parameters;
    if (r->bytes) {
        fs_text_bandwidth(value, r->tokens.rate);
    } else {
        fs_text_u64(value, r->tokens.rate);
    }
}

int fs_rated_write_rate(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_rated *r = (struct fs_rated *)e;
    uint64_t rate;
    int64_t packets;
    if (r->bytes) {
        if (fs_write_bandwidth("rate", value, length, &rate, error) != 0) {
            return -1;
        }
    } else {
        if (fs_write_integer("rate", value, length, 0, INT32_MAX, &packets, error) != 0) {
            return -1;
        }
        rate = (uint64_t)packets;
    }
    fs_tokens_refill(&r->tokens, fs_steady(e)); /* what has passed was at the old rate */
    set_rate(r, rate, false);
    if (r->changed != NULL) {
        r->changed(r);
    }
    return 0;
}
