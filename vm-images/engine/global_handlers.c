/* global_handlers.c: the handlers of the router as a whole (docs/contracts.md 5). */
#include "internal.h"

static void read_version(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)r;
    (void)parameters;
    fs_text_string(value, FS_RUNTIME_VERSION);
}

static void read_list(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_format(value, "%u\n", r->element_count);
    for (uint32_t i = 0; i < r->element_count; i++) {
        fs_text_format(value, "%s\n", r->elements[i]->name);
    }
}

static void read_classes(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)r;
    (void)parameters;
    fs_text_format(value, "%u\n", fs_class_count());
    for (const struct fs_class *c = fs_class_after(NULL); c != NULL; c = fs_class_after(c)) {
        fs_text_format(value, "%s\n", c->name);
    }
}

/* ---- the graph as it runs, in the Click language ---- */

enum { NONE = -1 };

/* Where the chain of connections goes on behind each: by the output 0 of an element that is come to by its input 0. */
static void chain(const struct fs_router *r, int32_t *next, bool *begins)
{
    for (uint32_t i = 0; i < r->connection_count; i++) {
        next[i] = NONE;
        begins[i] = true;
    }
    for (uint32_t i = 0; i < r->connection_count; i++) {
        for (uint32_t k = 0; r->connections[i].to_port == 0 && k < r->connection_count; k++) {
            if (r->connections[k].from == r->connections[i].to && r->connections[k].from_port == 0 && begins[k]) {
                next[i] = (int32_t)k;
                begins[k] = false;
                break;
            }
        }
    }
}

static void text_chain(const struct fs_router *r, uint32_t first, const int32_t *next, bool *done, struct fs_text *t)
{
    const struct fs_connection *c = &r->connections[first];
    fs_text_string(t, r->elements[c->from]->name);
    if (c->from_port != 0) {
        fs_text_format(t, " [%u]", c->from_port);
    }
    for (int32_t i = (int32_t)first; i != NONE && !done[i]; i = next[i]) {
        c = &r->connections[i];
        done[i] = true;
        fs_text_string(t, i == (int32_t)first ? " -> " : "\n    -> ");
        if (c->to_port != 0) {
            fs_text_format(t, "[%u] ", c->to_port);
        }
        fs_text_string(t, r->elements[c->to]->name);
    }
    fs_text_string(t, ";\n");
}

static void text_connections(const struct fs_router *r, struct fs_text *t)
{
    const struct fs_platform *p = r->platform;
    size_t n = r->connection_count, size = n * (sizeof(int32_t) + 2 * sizeof(bool)) + 64;
    int32_t *next = p->memory(p->context, size);
    if (next == NULL) {
        return;
    }
    bool *begins = (bool *)(next + n), *done = begins + n;
    chain(r, next, begins);
    for (uint32_t i = 0; i < n; i++) {
        if (begins[i]) {
            text_chain(r, i, next, done, t);
        }
    }
    for (uint32_t i = 0; i < n; i++) { /* what is left goes in circles */
        if (!done[i]) {
            text_chain(r, i, next, done, t);
        }
    }
    p->release(p->context, next, size);
}

static void read_flatconfig(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    for (uint32_t i = 0; i < r->element_count; i++) {
        const struct fs_element *e = r->elements[i];
        fs_text_format(value, "%s :: %s", e->name, e->class->name);
        if (e->args->config[0] != '\0') {
            fs_text_format(value, "(%s)", e->args->config);
        }
        fs_text_string(value, ";\n");
    }
    if (r->element_count > 0 && r->connection_count > 0) {
        fs_text_char(value, '\n');
    }
    text_connections(r, value);
}

static void read_nothing(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)r;
    (void)parameters;
    (void)value;
}

static void read_handlers(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)r;
    (void)parameters;
    for (unsigned i = 0; i < fs_global_handler_count; i++) {
        const struct fs_global_handler *h = &fs_global_handlers[i];
        fs_handler_line(value, h->name, h->read != NULL, h->write != NULL, h->flags);
    }
}

static void read_digest(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_string(value, r->digest);
}

static void read_manifest(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_bytes(value, r->manifest.at, r->manifest.length);
}

static void read_uptime(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    uint64_t us = (fs_router_steady(r) - r->platform->started) / 1000;
    fs_text_format(value, "%lu.%06lu", us / 1000000, us % 1000000);
}

static void read_drops(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    for (uint32_t i = 0; i < r->element_count; i++) {
        fs_drops_text(r->elements[i], value);
    }
}

static void read_pool(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    const struct fs_pool *pool = r->platform->pool;
    fs_text_format(value, "%u %u %u", pool->size, pool->free_count, pool->lowest);
}

static void look_at_interfaces(const struct fs_router *r, struct fs_text *value)
{
    if (r->platform->interfaces != NULL) {
        r->platform->interfaces(r->platform->context, value);
    }
}

static void read_interfaces(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    look_at_interfaces(r, value);
}

static void read_devices(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    look_at_interfaces(r, NULL);
    for (uint32_t i = 0; i < r->platform->device_count; i++) {
        const struct fs_device *d = r->platform->devices[i];
        const struct fs_device_counters *c = &d->counters;
        fs_text_format(value, "%u\t%s\t", i, d->name);
        for (unsigned k = 0; k < 6; k++) {
            fs_text_format(value, "%s%02x", k > 0 ? ":" : "", d->mac[k]);
        }
        fs_text_format(value, "\t%lu\t%lu\t%lu\t%lu\t%lu\t%lu\n", c->received, c->received_bytes, c->sent,
                       c->sent_bytes, c->no_buffer, c->ring_full);
    }
}

static int write_stop(struct fs_router *r, const char *value, size_t length, struct fs_text *error)
{
    (void)error;
    int32_t times = 0;
    for (size_t i = 0; i < length && value[i] >= '0' && value[i] <= '9' && times < 100000; i++) {
        times = times * 10 + value[i] - '0';
    }
    times = times > 0 ? times : 1;
    if (r->driver != NULL || r->platform->click_form) {
        fs_router_ask_to_stop(r, times);
    } else {
        r->platform->stop(r->platform->context);
    }
    return 0;
}

/* What an element says to itself; the control protocol knows better (control/command.c). */
static int write_image(struct fs_router *r, const char *value, size_t length, struct fs_text *error)
{
    (void)r, (void)value, (void)length;
    fs_text_string(error, "takes a compiled image, by WRITEDATA over the control channel alone");
    return -1;
}

static void read_simtime(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    const struct fs_platform *p = r->platform;
    uint64_t latest = 0, time = p->arrived != NULL ? p->arrived(p->context, &latest) : 0;
    fs_text_format(value, "%lu %lu", time, latest);
}

/* TIME [FRAMES] */
static int write_simtime(struct fs_router *r, const char *value, size_t length, struct fs_text *error)
{
    const struct fs_platform *p = r->platform;
    uint64_t numbers[2] = {0, 0};
    for (size_t i = 0, field = 0; i < length && field < 2; i++) {
        if (value[i] >= '0' && value[i] <= '9') {
            numbers[field] = numbers[field] * 10 + (uint64_t)(value[i] - '0');
        } else {
            field++;
        }
    }
    if (p->go_on == NULL) {
        fs_text_string(error, "the clock runs by itself");
        return -1;
    }
    p->go_on(p->context, numbers[0], (uint32_t)numbers[1]);
    return 0;
}

const struct fs_global_handler fs_global_handlers[] = {
    {"version", read_version, NULL, FS_HANDLER_CALM},
    {"list", read_list, NULL, FS_HANDLER_CALM},
    {"classes", read_classes, NULL, FS_HANDLER_CALM},
    {"config", read_flatconfig, NULL, FS_HANDLER_CALM},
    {"flatconfig", read_flatconfig, NULL, FS_HANDLER_CALM},
    {"requirements", read_nothing, NULL, FS_HANDLER_CALM},
    {"handlers", read_handlers, NULL, FS_HANDLER_CALM},
    {"digest", read_digest, NULL, FS_HANDLER_CALM},
    {"manifest", read_manifest, NULL, FS_HANDLER_CALM},
    {"uptime", read_uptime, NULL, 0},
    {"drops", read_drops, NULL, 0},
    {"pool", read_pool, NULL, 0},
    {"devices", read_devices, NULL, 0},
    {"interfaces", read_interfaces, NULL, 0},
    {"gate", fs_gate_read, fs_gate_write, 0},
    {"inject", NULL, fs_gate_inject, 0},
    {"stop", NULL, write_stop, FS_HANDLER_BUTTON},
    {"simtime", read_simtime, write_simtime, 0},
    {"image", NULL, write_image, FS_HANDLER_RAW},
    {"scrub", NULL, write_image, FS_HANDLER_RAW},
};
const unsigned fs_global_handler_count = sizeof(fs_global_handlers) / sizeof(fs_global_handlers[0]);

void fs_router_figures(struct fs_router *r, struct fs_router_figures *f)
{
    fs_router_new_round(r);
    look_at_interfaces(r, NULL);
    const struct fs_pool *pool = r->platform->pool;
    *f = (struct fs_router_figures){
        .dropped = r->drops_before,
        .uptime = fs_router_steady(r) - r->platform->started,
        .pool_size = pool->size,
        .pool_free = pool->free_count,
        .pool_lowest = pool->lowest,
    };
    for (uint32_t i = 0; i < r->platform->device_count; i++) {
        const struct fs_device_counters *c = &r->platform->devices[i]->counters;
        f->received += c->received;
        f->sent += c->sent;
        f->dropped += c->no_buffer;
    }
    for (uint32_t i = 0; i < r->element_count; i++) {
        f->dropped += fs_drops_total(r->elements[i]);
    }
}

const char *fs_router_digest(const struct fs_router *r) { return r->digest; }
struct fs_bytes fs_router_manifest(const struct fs_router *r) { return r->manifest; }
uint32_t fs_router_device_count(const struct fs_router *r) { return r->platform->device_count; }
uint32_t fs_router_pool_size(const struct fs_router *r) { return r->platform->pool->size; }
