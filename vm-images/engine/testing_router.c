/* testing_router.c: builds, feeds and watches a test's router. */
#include <stdio.h>
#include <stdlib.h>

#include "build.h"
#include "testing.h"
#include "testing_elements.h"

enum { ELEMENTS = 64, CONNECTIONS = 256, TEXT = 65536, ANY_ENCODING = 0 };

struct fs_test {
    struct fs_test_platform platform;
    struct fs_router *router;
    struct fs_element_spec elements[ELEMENTS];
    struct fs_connection connections[CONNECTIONS];
    struct fs_blueprint blueprint;
    bool started, broken;
    char text[TEXT], error[TEXT];
};

static void complain(struct fs_test *t, const char *what, const char *name)
{
    printf("test: %s '%s'\n", what, name);
    fs_test_check(false, __FILE__, __LINE__, what);
    t->broken = true;
}

struct fs_test *fs_test_new(void)
{
    struct fs_test *t = calloc(1, sizeof(*t));
    fs_test_platform_open(&t->platform, 512);
    t->router = fs_router_new(&t->platform.base);
    t->blueprint = (struct fs_blueprint){.elements = t->elements, .connections = t->connections, .partial = true};
    return t;
}

void fs_test_end(struct fs_test *t)
{
    fs_router_unload(t->router);
    fs_test_platform_close(&t->platform);
    free(t);
}

void fs_test_pool(struct fs_test *t, unsigned packets)
{
    size_t bytes = fs_pool_bytes(packets);
    free(t->platform.pool_region);
    t->platform.pool_region = malloc(bytes);
    fs_pool_init(&t->platform.pool, t->platform.pool_region, bytes);
}

void fs_test_devices(struct fs_test *t, unsigned count) { fs_test_platform_devices(&t->platform, count); }

/* ---- the blueprint ---- */

static char *copy(struct fs_test *t, const char *text)
{
    return fs_arena_text(&t->router->arena, text, strlen(text));
}

static struct fs_element_spec *latest(struct fs_test *t) { return &t->elements[t->blueprint.element_count - 1]; }

void fs_test_add(struct fs_test *t, const char *name, const char *class_name)
{
    const struct fs_class *class = fs_class_find(class_name, strlen(class_name));
    if (class == NULL || t->blueprint.element_count == ELEMENTS) {
        complain(t, "no such class", class_name);
        return;
    }
    struct fs_args *args = fs_arena_alloc(&t->router->arena, sizeof(*args));
    *args = (struct fs_args){.config = "", .count = class->arg_count};
    args->values = fs_arena_alloc(&t->router->arena, class->arg_count * sizeof(struct fs_value));
    t->elements[t->blueprint.element_count++] =
        (struct fs_element_spec){.name = copy(t, name), .class = class, .args = args};
}

static void set(struct fs_test *t, const char *name, const void *bytes, size_t size, uint32_t items, unsigned encoding)
{
    if (t->broken || t->blueprint.element_count == 0) {
        return;
    }
    const struct fs_class *class = latest(t)->class;
    for (uint32_t i = 0; i < class->arg_count; i++) {
        size_t fixed;
        if (strcmp(class->args[i].name, name) != 0) {
            continue;
        }
        unsigned type = fs_type_encoding(class->args[i].type, &fixed);
        if ((encoding != ANY_ENCODING && type != encoding) || (fixed != 0 && fixed != size)) {
            complain(t, "an argument's type does not fit the call", name);
            return;
        }
        char *place = fs_arena_text(&t->router->arena, bytes, size);
        latest(t)->args->values[i] = (struct fs_value){true, items, {(uint8_t *)place, size}};
        return;
    }
    complain(t, "no such argument", name);
}

void fs_test_integer(struct fs_test *t, const char *name, int64_t value)
{
    set(t, name, &value, sizeof(value), 1, FS_ENCODING_INTEGER);
}

void fs_test_boolean(struct fs_test *t, const char *name, bool value)
{
    set(t, name, &(uint8_t){value}, 1, 1, FS_ENCODING_BOOLEAN);
}

void fs_test_text(struct fs_test *t, const char *name, const char *value)
{
    set(t, name, value, strlen(value), 1, FS_ENCODING_TEXT);
}

void fs_test_bytes(struct fs_test *t, const char *name, const void *bytes, size_t size)
{
    set(t, name, bytes, size, 1, FS_ENCODING_BYTES);
}

void fs_test_table(struct fs_test *t, const char *name, const void *bytes, size_t size, uint32_t items)
{
    set(t, name, bytes, size, items, FS_ENCODING_TABLE);
}

void fs_test_value(struct fs_test *t, const char *name, const void *bytes, size_t size, uint32_t items)
{
    set(t, name, bytes, size, items, ANY_ENCODING);
}

void fs_test_config(struct fs_test *t, const char *text) { latest(t)->args->config = copy(t, text); }

void fs_test_ports(struct fs_test *t, unsigned inputs, unsigned outputs)
{
    latest(t)->inputs = inputs;
    latest(t)->outputs = outputs;
}

static uint32_t place_of(struct fs_test *t, const char *name)
{
    for (uint32_t i = 0; i < t->blueprint.element_count; i++) {
        if (strcmp(t->elements[i].name, name) == 0) {
            return i;
        }
    }
    complain(t, "no such element", name);
    return 0;
}

void fs_test_connect(struct fs_test *t, const char *from, unsigned from_port, const char *to, unsigned to_port)
{
    struct fs_connection c = {place_of(t, from), place_of(t, to), from_port, to_port};
    if (t->broken || t->blueprint.connection_count == CONNECTIONS) {
        return;
    }
    t->connections[t->blueprint.connection_count++] = c;
    if (t->elements[c.from].outputs <= from_port) {
        t->elements[c.from].outputs = from_port + 1;
    }
    if (t->elements[c.to].inputs <= to_port) {
        t->elements[c.to].inputs = to_port + 1;
    }
}

void fs_test_chain_names(struct fs_test *t, const char *const *names)
{
    for (; names[0] != NULL && names[1] != NULL; names++) {
        fs_test_connect(t, names[0], 0, names[1], 0);
    }
}

/* As many ports as the class needs at least. */
static void grow_ports(struct fs_element_spec *spec)
{
    uint32_t rest = 0, least, most;
    for (uint32_t i = 0; i < spec->class->arg_count; i++) {
        rest += spec->class->args[i].kind == FS_REST ? spec->args->values[i].items : 0;
    }
    if (fs_ports_parse(spec->class->ports, false, rest, &least, &most) && spec->inputs < least) {
        spec->inputs = least;
    }
    if (fs_ports_parse(spec->class->ports, true, rest, &least, &most) && spec->outputs < least) {
        spec->outputs = least;
    }
}

static bool start(struct fs_test *t)
{
    for (uint32_t i = 0; i < t->blueprint.element_count; i++) {
        grow_ports(&t->elements[i]);
    }
    struct fs_text error = fs_text_in(t->error, TEXT - 1);
    bool works = fs_router_build(t->router, &t->blueprint, &error) == 0 && fs_router_start(t->router, &error) == 0;
    t->error[error.length] = '\0';
    t->started = works;
    return works;
}

bool fs_test_start(struct fs_test *t)
{
    if (t->broken) {
        return false;
    }
    if (!start(t)) {
        fs_test_text_equal(t->error, "", __FILE__, __LINE__, "the errors of the router");
        t->broken = true;
    }
    return t->started;
}

const char *fs_test_refused(struct fs_test *t) { return t->broken || start(t) ? "" : t->error; }

/* ---- running ---- */

struct fs_router *fs_test_router(struct fs_test *t) { return t->router; }

struct fs_element *fs_test_element(struct fs_test *t, const char *name)
{
    struct fs_element *e = t->started ? fs_router_find(t->router, name, strlen(name)) : NULL;
    if (e == NULL && !t->broken) {
        complain(t, "no such element", name);
    }
    return e;
}

static struct fs_test_end *end_of(struct fs_test *t, const char *name)
{
    struct fs_element *e = fs_test_element(t, name);
    if (e != NULL && strncmp(e->class->name, "Test", 4) != 0) {
        complain(t, "not a test's own element", name);
        return NULL;
    }
    return (struct fs_test_end *)e;
}

struct fs_packet *fs_test_packet(struct fs_test *t, const void *bytes, size_t size)
{
    struct fs_packet *p = fs_packet_new(&t->platform.pool, FS_HEADROOM, size);
    if (p != NULL && size > 0) {
        memcpy(p->data, bytes, size);
    }
    return p;
}

void fs_test_send_batch(struct fs_test *t, const char *source, struct fs_packet *const *packets, unsigned count)
{
    struct fs_test_end *s = end_of(t, source);
    struct fs_batch batch = {.count = count};
    memcpy(batch.packets, packets, count * sizeof(packets[0]));
    fs_router_new_round(t->router);
    if (s == NULL) {
        fs_packet_free_batch(&batch);
    } else if (s->base.class->pull == NULL) {
        fs_output_push(&s->base, 0, &batch);
    } else {
        for (unsigned i = 0; i < count; i++) {
            s->kept[s->count++] = packets[i];
        }
        fs_signal_wake(&s->signal);
    }
}

void fs_test_send_packet(struct fs_test *t, const char *source, struct fs_packet *p)
{
    fs_test_send_batch(t, source, &p, 1);
}

void fs_test_send(struct fs_test *t, const char *source, const void *bytes, size_t size)
{
    struct fs_packet *p = fs_test_packet(t, bytes, size);
    if (p == NULL) {
        complain(t, "no packet left to send to", source);
        return;
    }
    p->timestamp = t->platform.now;
    fs_set_mac_header(p, p->data);
    fs_test_send_packet(t, source, p);
}

unsigned fs_test_pull(struct fs_test *t, const char *puller, unsigned max)
{
    struct fs_test_end *s = end_of(t, puller);
    struct fs_batch batch = {.count = 0};
    fs_router_new_round(t->router);
    if (s != NULL) {
        fs_input_pull(&s->base, 0, &batch, max < FS_BATCH_MAX ? max : FS_BATCH_MAX);
        memcpy(s->kept + s->count, batch.packets, batch.count * sizeof(batch.packets[0]));
        s->count += batch.count;
    }
    return batch.count;
}

bool fs_test_round(struct fs_test *t) { return t->started && fs_router_run_once(t->router); }

void fs_test_run(struct fs_test *t)
{
    for (unsigned i = 0; i < 10000 && fs_test_round(t); i++) {
    }
}

void fs_test_advance(struct fs_test *t, uint64_t ns)
{
    struct fs_test_platform *p = &t->platform;
    uint64_t end = p->steady + ns;
    fs_test_run(t);
    for (uint64_t next = fs_router_next_timer(t->router); next != 0 && next <= end;
         next = fs_router_next_timer(t->router)) {
        if (next > p->steady) {
            p->now += next - p->steady;
            p->steady = next;
        }
        fs_test_run(t);
    }
    p->now += end - p->steady;
    p->steady = end;
    fs_router_new_round(t->router);
}

uint64_t fs_test_now(const struct fs_test *t) { return t->platform.now; }

unsigned fs_test_count(struct fs_test *t, const char *sink)
{
    struct fs_test_end *s = end_of(t, sink);
    return s != NULL ? s->count - s->first : 0;
}

struct fs_packet *fs_test_out(struct fs_test *t, const char *sink, unsigned index)
{
    struct fs_test_end *s = end_of(t, sink);
    return s != NULL && index < s->count ? s->kept[index] : NULL;
}

void fs_test_forget(struct fs_test *t, const char *sink)
{
    struct fs_test_end *s = end_of(t, sink);
    while (s != NULL && s->count > 0) {
        fs_packet_free(s->kept[--s->count]);
    }
}

/* ---- devices ---- */

void fs_test_arrive(struct fs_test *t, unsigned device, const void *bytes, size_t size)
{
    fs_test_platform_arrive(&t->platform, device, bytes, size);
}

unsigned fs_test_sent_count(struct fs_test *t, unsigned device) { return t->platform.devices[device]->sent_count; }

struct fs_packet *fs_test_sent(struct fs_test *t, unsigned device, unsigned index)
{
    const struct fs_test_device *d = t->platform.devices[device];
    return index < d->sent_count ? d->sent[index] : NULL;
}

void fs_test_forget_sent(struct fs_test *t, unsigned device)
{
    struct fs_test_device *d = t->platform.devices[device];
    while (d->sent_count > 0) {
        fs_packet_free(d->sent[--d->sent_count]);
    }
}

void fs_test_sent_forget(struct fs_test *t, unsigned device)
{
    struct fs_test_device *d = t->platform.devices[device];
    unsigned ring = d->ring + d->sent_count;
    while (d->sent_count > 0) {
        fs_packet_free(d->sent[--d->sent_count]);
    }
    fs_test_ring(t, device, ring);
}

void fs_test_ring(struct fs_test *t, unsigned device, unsigned frames)
{
    struct fs_test_device *d = t->platform.devices[device];
    d->ring = frames;
    if (frames > 0 && d->room_wanted) {
        d->room_wanted = false;
        fs_device_room(&d->base);
    }
}

/* ---- handlers ---- */

const char *fs_test_read(struct fs_test *t, const char *handler)
{
    struct fs_text value = fs_text_in(t->text, TEXT - 1);
    if (!t->started || fs_router_read(t->router, handler, "", &value) != FS_HANDLER_OK) {
        complain(t, "cannot read handler", handler);
    }
    t->text[value.length] = '\0';
    return t->text;
}

bool fs_test_write(struct fs_test *t, const char *handler, const char *value)
{
    struct fs_text error = fs_text_in(t->error, TEXT - 1);
    enum fs_handler_answer answer =
        t->started ? fs_router_write(t->router, handler, value, strlen(value), &error) : FS_HANDLER_NO_ELEMENT;
    t->error[error.length] = '\0';
    if (answer != FS_HANDLER_OK && answer != FS_HANDLER_FAILED) {
        complain(t, "cannot write handler", handler);
    }
    return answer == FS_HANDLER_OK;
}

const char *fs_test_said(struct fs_test *t) { return t->error; }

uint64_t fs_test_drops(struct fs_test *t, const char *element, enum fs_drop_reason reason)
{
    struct fs_element *e = fs_test_element(t, element);
    return e != NULL ? e->drops->counts[reason] : 0;
}

uint64_t fs_test_rule_drops(struct fs_test *t, const char *element, uint32_t rule)
{
    struct fs_element *e = fs_test_element(t, element);
    return e != NULL && rule < e->drops->rule_count ? e->drops->rules[rule].count : 0;
}

const char *fs_test_log(struct fs_test *t) { return t->platform.log != NULL ? t->platform.log : ""; }

void fs_test_forget_log(struct fs_test *t)
{
    free(t->platform.log);
    t->platform.log = NULL;
    t->platform.log_length = 0;
}
