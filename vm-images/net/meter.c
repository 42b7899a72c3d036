#include "net/meter.h"

#include "net/handlers.h"

static void pass_time(struct fs_meter *m)
{
    uint64_t now = fs_now(&m->base) / 1000000;
    if (now != m->millisecond) {
        fs_rate_pass(&m->rate, now > m->millisecond && m->millisecond != 0 ? now - m->millisecond : 0);
        m->millisecond = now;
    }
}

void fs_meter_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_meter *m = (struct fs_meter *)e;
    uint64_t events = batch->count;
    (void)port;
    if (m->bytes) {
        events = 0;
        for (uint32_t i = 0; i < batch->count; i++) {
            events += batch->packets[i]->length;
        }
    }
    pass_time(m);
    m->rate.current += events;
    uint64_t rate = fs_rate_per_second(&m->rate);
    uint32_t output = 0;
    while (output < m->count && rate >= m->limits[output]) {
        output++;
    }
    fs_output_push(e, output, batch);
}

int fs_meter_configure(struct fs_element *e, bool bytes, struct fs_text *error)
{
    struct fs_meter *m = (struct fs_meter *)e;
    struct fs_bytes given = fs_args_bytes(e->args, 0);
    m->bytes = bytes;
    m->count = (uint32_t)(given.length / 8);
    m->limits = fs_alloc(e, (m->count + 1) * sizeof *m->limits);
    if (m->limits == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    if (m->count == 0 || e->output_count != m->count + 1) {
        fs_text_format(error, "%u rates have %u outputs, but %u are connected", m->count, m->count + 1, e->output_count);
        return -1;
    }
    for (uint32_t i = 0; i < m->count; i++) {
        __builtin_memcpy(&m->limits[i], given.at + 8 * i, 8);
        m->limits[i] <<= FS_RATE_BITS;
        if (m->limits[i] <= (i == 0 ? 0 : m->limits[i - 1])) {
            fs_text_format(error, "rate %u must be greater than %s", i + 1, i == 0 ? "0" : "the one before it");
            return -1;
        }
    }
    return 0;
}

void fs_meter_take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct fs_meter *)e)->rate = ((struct fs_meter *)old)->rate;
    ((struct fs_meter *)e)->millisecond = ((struct fs_meter *)old)->millisecond;
}

static void read_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    pass_time((struct fs_meter *)e);
    fs_text_fixed(value, fs_rate_per_second(&((struct fs_meter *)e)->rate), FS_RATE_BITS);
}
FS_READ(read_meters, struct fs_meter, for (uint32_t i = 0; i < self->count; i++) {
    fs_text_fixed(value, self->limits[i], FS_RATE_BITS);
    fs_text_char(value, '\n');
})

const struct fs_handler fs_meter_handlers[FS_METER_HANDLERS] = {
    {"rate", read_rate, NULL, 0, NULL, "The rate of arrival, a moving average over the last few hundredths of a second."},
    {"meters", read_meters, NULL, 0, NULL, "The RATE arguments, one a line."},
};
