#include "net/shaper.h"

/* A puller that comes late by less than this loses nothing of the rate. */
static const uint64_t burst_ns = 10000000;

void fs_shaper_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_shaper *s = (struct fs_shaper *)e;
    uint32_t first = batch->count, allowed = fs_rated_allowance(&s->rated, max, fs_steady(e));
    if (port != 0) { /* what is above the rate, and only that */
        if (allowed == 0) {
            fs_input_pull(e, 0, batch, max);
        }
        return;
    }
    if (allowed == 0 && e->output_count > 1) {
        return;
    }
    if (allowed == 0) {
        fs_gate_wait(&s->gate, fs_rated_wait(&s->rated));
        return;
    }
    fs_input_pull(e, 0, batch, allowed);
    if (batch->count == first) {
        fs_gate_empty(&s->gate);
        return;
    }
    fs_rated_charge(&s->rated, batch->packets + first, batch->count - first);
}

/* As at the start of a pause: one packet may pass at once. */
int fs_shaper_write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_shaper *s = (struct fs_shaper *)e;
    (void)value, (void)length, (void)error;
    s->rated.tokens.level = FS_TOKEN;
    s->rated.tokens.at = fs_steady(e);
    fs_gate_open(&s->gate);
    return 0;
}

static void changed(struct fs_rated *r) { fs_gate_open(&((struct fs_shaper *)r)->gate); }

int fs_shaper_configure(struct fs_element *e, bool bytes, struct fs_text *error)
{
    struct fs_shaper *s = (struct fs_shaper *)e;
    fs_gate_configure(e, &s->gate);
    s->rated.changed = changed;
    return fs_rated_configure(&s->rated, bytes, false, burst_ns, error);
}

int fs_shaper_initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_gate_initialize(e, &((struct fs_shaper *)e)->gate);
    return 0;
}
