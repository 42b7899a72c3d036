/* testing_blueprint.c: what a test's router is made of, until it starts. */
#include <stdio.h>
#include <stdlib.h>

#include "testing_router.h"

enum { ANY_ENCODING = 0 };

void fs_test_complain(struct fs_test *t, const char *what, const char *name)
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

void fs_test_pool(struct fs_test *t, unsigned packets) { fs_test_pool_of(t, packets, FS_PACKET_SIZE); }

void fs_test_pool_of(struct fs_test *t, unsigned packets, uint32_t object)
{
    size_t bytes = fs_pool_bytes_of(packets, object);
    free(t->platform.pool_region);
    t->platform.pool_region = malloc(bytes);
    fs_pool_init_of(&t->platform.pool, t->platform.pool_region, bytes, object);
}

void fs_test_devices(struct fs_test *t, unsigned count) { fs_test_platform_devices(&t->platform, count); }

static char *copy(struct fs_test *t, const char *text)
{
    return fs_arena_text(&t->router->arena, text, strlen(text));
}

static struct fs_element_spec *latest(struct fs_test *t) { return &t->elements[t->blueprint.element_count - 1]; }

void fs_test_add(struct fs_test *t, const char *name, const char *class_name)
{
    const struct fs_class *class = fs_class_find(class_name, strlen(class_name));
    if (class == NULL || t->blueprint.element_count == FS_TEST_ELEMENTS) {
        fs_test_complain(t, "no such class", class_name);
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
            fs_test_complain(t, "an argument's type does not fit the call", name);
            return;
        }
        char *place = fs_arena_text(&t->router->arena, bytes, size);
        latest(t)->args->values[i] = (struct fs_value){true, items, {(uint8_t *)place, size}};
        return;
    }
    fs_test_complain(t, "no such argument", name);
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

void fs_test_text_list(struct fs_test *t, const char *name, const char *const *texts)
{
    uint8_t table[8192];
    uint32_t words[2] = {1, 0};
    size_t size = sizeof(words);
    for (; texts[words[1]] != NULL; words[1]++) {
        uint32_t length = (uint32_t)strlen(texts[words[1]]);
        memcpy(table + size, &length, sizeof(length));
        memcpy(table + size + sizeof(length), texts[words[1]], length + 1);
        size += sizeof(length) + length + 1;
    }
    memcpy(table, words, sizeof(words));
    fs_test_table(t, name, table, size, words[1]);
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
    fs_test_complain(t, "no such element", name);
    return 0;
}

void fs_test_connect(struct fs_test *t, const char *from, unsigned from_port, const char *to, unsigned to_port)
{
    struct fs_connection c = {place_of(t, from), place_of(t, to), from_port, to_port};
    if (t->broken || t->blueprint.connection_count == FS_TEST_CONNECTIONS) {
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
    struct fs_text error = fs_text_in(t->error, FS_TEST_TEXT - 1);
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
