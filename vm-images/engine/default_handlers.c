/* default_handlers.c: the handlers that every element has: name class config ports handlers drops. */
#include "internal.h"

static void read_name(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_string(value, e->name);
}

static void read_class(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_string(value, e->class->name);
}

static void read_config(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_string(value, e->args->config);
}

static void ports_of(struct fs_text *t, const struct fs_element *e, bool outputs)
{
    const struct fs_router *r = e->router;
    uint32_t count = outputs ? e->output_count : e->input_count;
    fs_text_format(t, "%u %s%s\n", count, outputs ? "output" : "input", count == 1 ? "" : "s");
    for (uint32_t p = 0; p < count; p++) {
        bool push = outputs ? e->outputs[p].push : e->inputs[p].push;
        bool agnostic = fs_processing_of(e->class->processing, outputs, p) == 'a';
        fs_text_format(t, "%s%s\t-\t", push ? "push" : "pull", agnostic ? "~" : "");
        const char *parted = "";
        for (uint32_t i = 0; i < r->connection_count; i++) {
            const struct fs_connection *c = &r->connections[i];
            if (outputs && c->from == e->index && c->from_port == p) {
                fs_text_format(t, "%s[%u] %s", parted, c->to_port, r->elements[c->to]->name);
                parted = ", ";
            } else if (!outputs && c->to == e->index && c->to_port == p) {
                fs_text_format(t, "%s%s [%u]", parted, r->elements[c->from]->name, c->from_port);
                parted = ", ";
            }
        }
        fs_text_char(t, '\n');
    }
}

static void read_ports(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    ports_of(value, e, false);
    ports_of(value, e, true);
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_drops_text(e, value);
}

static void read_scheduled(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_string(value, fs_task_scheduled(e->task) ? "true" : "false");
}

static int write_scheduled(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    bool on = fs_text_is(value, length, "true") || fs_text_is(value, length, "1");
    if (!on && !fs_text_is(value, length, "false") && !fs_text_is(value, length, "0")) {
        fs_text_string(error, "scheduled: expected true or false");
        return -1;
    }
    if (on) {
        fs_task_schedule(e->task);
    } else {
        fs_task_unschedule(e->task);
    }
    return 0;
}

static void read_runs(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, e->task->runs);
}

/* Click's fixed answers: all tasks are alike, and there is one thread. */
static void read_tickets(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)e;
    (void)parameters;
    fs_text_string(value, "1024");
}

static void read_home_thread(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)e;
    (void)parameters;
    fs_text_string(value, "0");
}

static bool has_own(const struct fs_class *c, const char *name)
{
    for (uint32_t i = 0; i < c->handler_count; i++) {
        if (fs_text_is(name, strlen(name), c->handlers[i].name)) {
            return true;
        }
    }
    return false;
}

static void read_handlers(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    for (uint32_t i = 0; i < e->class->handler_count; i++) {
        const struct fs_handler *h = &e->class->handlers[i];
        fs_handler_line(value, h->name, h->read != NULL, h->write != NULL, h->flags);
    }
    for (unsigned i = 0; i < fs_default_handlers_of(e); i++) {
        const struct fs_handler *h = &fs_default_handlers[i];
        if (has_own(e->class, h->name)) {
            continue;
        }
        fs_handler_line(value, h->name, true, h->write != NULL, h->flags);
    }
}

const struct fs_handler fs_default_handlers[] = {
    {"name", read_name, NULL, FS_HANDLER_CALM, NULL, "the element's name"},
    {"class", read_class, NULL, FS_HANDLER_CALM, NULL, "the name of its class"},
    {"config", read_config, NULL, FS_HANDLER_CALM, NULL, "its arguments, as text"},
    {"ports", read_ports, NULL, FS_HANDLER_CALM, NULL, "its ports, what they are connected to, and whether they push"},
    {"handlers", read_handlers, NULL, FS_HANDLER_CALM, NULL, "its handlers: name, r and w, and marks of their flags"},
    {"drops", read_drops, NULL, 0, NULL, "packets it has lost, by reason and rule, with the latest of each"},
    /* of elements with a task alone: */
    {"scheduled", read_scheduled, write_scheduled, FS_HANDLER_CHECKBOX, NULL, "whether its task is scheduled"},
    {"runs", read_runs, NULL, 0, NULL, "how often its task ran"},
    {"tickets", read_tickets, NULL, FS_HANDLER_CALM, NULL, "Click's measure of how often a task runs: all are alike"},
    {"home_thread", read_home_thread, NULL, FS_HANDLER_CALM, NULL, "the thread that its task runs on"},
};
enum { OF_TASKS = 4 };
unsigned fs_default_handlers_of(const struct fs_element *e)
{
    unsigned all = sizeof(fs_default_handlers) / sizeof(fs_default_handlers[0]);
    return e->task != NULL ? all : all - OF_TASKS;
}

static void drop_line(struct fs_text *t, const struct fs_element *e, unsigned reason, uint32_t rule, uint64_t count,
                      const struct fs_drop_record *latest)
{
    fs_text_format(t, "%s\t%s\t", e->name, fs_drop_word((enum fs_drop_reason)reason));
    if (rule == (uint32_t)FS_RULE_NONE) {
        fs_text_char(t, '-');
    } else {
        fs_text_u64(t, rule);
    }
    fs_text_format(t, "\t%lu\t%lu\t%u\t", count, latest != NULL ? latest->timestamp : 0,
                   latest != NULL ? latest->length : 0);
    if (latest != NULL) {
        fs_text_hex(t, latest->bytes, latest->kept);
    }
    fs_text_char(t, '\n');
}

void fs_drops_text(const struct fs_element *e, struct fs_text *t)
{
    const struct fs_drops *d = e->drops;
    for (unsigned reason = 0; reason < (unsigned)FS_DROP_REASON_COUNT; reason++) {
        if (d->counts[reason] > 0) {
            drop_line(t, e, reason, FS_RULE_NONE, d->counts[reason], d->latest[reason]);
        }
    }
    for (uint32_t rule = 0; rule < d->rule_count; rule++) {
        if (d->rules[rule].count > 0) {
            drop_line(t, e, d->rules[rule].reason - 1u, rule, d->rules[rule].count, &d->rules[rule]);
        }
    }
}
