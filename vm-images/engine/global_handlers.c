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

/* The graph as it runs, in the Click language: every element declared, every connection alone. */
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
    for (uint32_t i = 0; i < r->connection_count; i++) {
        const struct fs_connection *c = &r->connections[i];
        fs_text_format(value, "%s [%u] -> [%u] %s;\n", r->elements[c->from]->name, c->from_port, c->to_port,
                       r->elements[c->to]->name);
    }
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

static void read_devices(struct fs_router *r, const char *parameters, struct fs_text *value)
{
    (void)parameters;
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
    {"stop", NULL, write_stop, FS_HANDLER_BUTTON},
};
const unsigned fs_global_handler_count = sizeof(fs_global_handlers) / sizeof(fs_global_handlers[0]);

void fs_router_figures(struct fs_router *r, struct fs_router_figures *f)
{
    fs_router_new_round(r);
    const struct fs_pool *pool = r->platform->pool;
    *f = (struct fs_router_figures){
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
