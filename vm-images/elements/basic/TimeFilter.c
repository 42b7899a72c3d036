/* TimeFilter: passes packets whose timestamps lie in a range. */
#include <flowstream/element.h>

#include "net/decimal.h"
#include "net/values.h"

struct time_filter {
    struct fs_element base;
    uint64_t first, last; /* what passes: from the one up to the other, and without it */
    const char *end_handler, *end_value; /* NULL: none */
    bool ready, stop;     /* ready: the range is known */
    bool armed;           /* the end was not told yet */
};

enum { START, END, START_AFTER, START_DELAY, END_AFTER, END_DELAY, INTERVAL, STOP, END_CALL };

static struct time_filter *mine(struct fs_element *e) { return (struct time_filter *)e; }

static uint64_t time_of(const struct fs_element *e, unsigned arg) { return (uint64_t)fs_args_integer(e->args, arg, 0); }

/* The range, once the first packet's time is known. */
static void begin(struct time_filter *f, uint64_t now)
{
    const struct fs_args *a = f->base.args;
    if (fs_args_given(a, START_AFTER)) {
        f->first = now + time_of(&f->base, START_AFTER);
    }
    if (fs_args_given(a, END_AFTER)) {
        f->last = now + time_of(&f->base, END_AFTER);
    } else if (fs_args_given(a, INTERVAL)) {
        bool from_start = fs_args_given(a, START) || fs_args_given(a, START_AFTER) || fs_args_given(a, START_DELAY);
        f->last = (from_start ? f->first : now) + time_of(&f->base, INTERVAL);
    }
    f->ready = true;
}

/* The value of END_CALL, in which `$t` is the packet's time. */
static void call(struct time_filter *f, uint64_t time)
{
    char value[200], line[300];
    struct fs_text t = {.at = value, .capacity = sizeof value}, error = {.at = line, .capacity = sizeof line};
    for (const char *c = f->end_value; *c != '\0'; c++) {
        if (c[0] == '$' && c[1] == 't') {
            fs_text_time(&t, time);
            c++;
        } else {
            fs_text_char(&t, *c);
        }
    }
    if (fs_handler_write(&f->base, f->end_handler, value, t.length, &error) != 0) {
        fs_log(&f->base, line, error.length);
    }
}

static void end(struct time_filter *f, uint64_t time)
{
    f->armed = false; /* what is called may move the end */
    if (f->stop) {
        fs_stop(&f->base);
    }
    if (f->end_handler != NULL) {
        call(f, time);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct time_filter *f = mine(e);
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (!f->ready) {
            begin(f, p->timestamp);
        }
        if (p->timestamp >= f->last && f->armed) {
            end(f, p->timestamp);
        }
        if (p->timestamp >= f->first && p->timestamp < f->last) {
            batch->packets[kept++] = p;
        } else {
            fs_reject(e, 1, p, FS_DROP_DENIED);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct time_filter *f = mine(e);
    const struct fs_args *a = e->args;
    unsigned starts = 0, ends = 0;
    for (unsigned i = START; i <= INTERVAL; i++) {
        bool start = i == START || i == START_AFTER || i == START_DELAY;
        *(start ? &starts : &ends) += fs_args_given(a, i);
    }
    if (starts > 1 || ends > 1) {
        fs_text_string(error, starts > 1 ? "'START', 'START_AFTER', and 'START_DELAY' are mutually exclusive"
                                         : "'END', 'END_AFTER', 'END_DELAY', and 'INTERVAL' are mutually exclusive");
        return -1;
    }
    f->first = time_of(e, START);
    f->last = fs_args_given(a, END) ? time_of(e, END) : UINT64_MAX;
    f->stop = fs_args_boolean(a, STOP, false);
    f->armed = true;
    if (fs_args_given(a, END_CALL)) {
        if (f->stop) {
            fs_text_string(error, "'END_CALL' and 'STOP' are mutually exclusive");
            return -1;
        }
        struct fs_span rest = fs_span(fs_args_text(a, END_CALL, "")), word = fs_span_word(&rest);
        char *copy = fs_alloc(e, word.length + 1);
        if (copy == NULL) {
            fs_text_string(error, "out of memory");
            return -1;
        }
        __builtin_memcpy(copy, word.at, word.length);
        f->end_handler = copy;
        f->end_value = rest.at;
    }
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct time_filter *f = mine(e);
    (void)error;
    if (fs_args_given(e->args, START_DELAY)) {
        f->first = fs_now(e) + time_of(e, START_DELAY);
    }
    if (fs_args_given(e->args, END_DELAY)) {
        f->last = fs_now(e) + time_of(e, END_DELAY);
    }
    return 0;
}

static int write_extend(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    uint64_t ns;
    if (!fs_time_parse(fs_span_trimmed((struct fs_span){value, length}), &ns)) {
        fs_text_string(error, "extend_interval: expected a time");
        return -1;
    }
    mine(e)->last += ns;
    mine(e)->armed = true;
    return 0;
}

#define TIME(name, doc) {name, "duration", FS_KEYWORD, 0, INT64_MAX, "", doc}
static const struct fs_arg args[] = {
    [START] = {"START", "duration", FS_OPTIONAL, 0, INT64_MAX, "", "Packets from this time on pass, seconds since 1970."},
    [END] = {"END", "duration", FS_OPTIONAL, 0, INT64_MAX, "", "Packets before this time pass, seconds since 1970."},
    [START_AFTER] = TIME("START_AFTER", "The same, so long after the first packet's time."),
    [START_DELAY] = TIME("START_DELAY", "The same, so long after the start."),
    [END_AFTER] = TIME("END_AFTER", "The same, so long after the first packet's time."),
    [END_DELAY] = TIME("END_DELAY", "The same, so long after the start."),
    [INTERVAL] = TIME("INTERVAL", "The same, so long after what START and its like say."),
    [STOP] = {"STOP", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to stop the driver behind the end."},
    [END_CALL] = {"END_CALL", "string", FS_KEYWORD, 0, 0, "", "`HANDLER [VALUE]` to write at the end, `$t` the packet's time; not with STOP."},
};
static const struct fs_handler handlers[] = {
    {"extend_interval", NULL, write_extend, 0, NULL, "Moves the end by so long; the new end is told again."},
};

FS_ELEMENT(TimeFilter) = {
    .name = "TimeFilter",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.timestamp; drops",
    .summary = "passes packets of a range of time",
    .doc = "Others leave by output 1 where it is connected.\n\n    ... -> TimeFilter(START_AFTER 1s, INTERVAL 10s) -> ...\n",
    .size = sizeof(struct time_filter),
    .configure = configure,
    .initialize = initialize,
    .act = act,
};
