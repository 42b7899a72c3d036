#include "build.h"

enum { CONFIG_SHOWN = 60 }; /* bytes of the argument text in an error line */

static void name_of(struct fs_text *error, const char *class_name, const char *config, size_t length)
{
    fs_text_format(error, "%s(", class_name);
    for (size_t i = 0; i < length && i < CONFIG_SHOWN; i++) {
        fs_text_char(error, (unsigned char)config[i] < ' ' ? ' ' : config[i]);
    }
    fs_text_string(error, length > CONFIG_SHOWN ? "...): " : "): ");
}

void fs_complain_about(struct fs_text *error, const struct fs_place *place, const char *class_name, const char *config)
{
    if (place != NULL && place->file != NULL && place->file[0] != '\0') {
        fs_text_format(error, "%s:%u: ", place->file, place->line);
    }
    name_of(error, class_name, config, strlen(config));
}

void fs_complain(struct fs_text *error, const struct fs_element *e)
{
    fs_complain_about(error, &e->router->places[e->index], e->class->name, e->args->config);
}

/* `FromDevice(0)`: the class and the first argument tell which one is meant; the place stands behind the words. */
static void name_shortly(struct fs_text *error, const struct fs_element *e)
{
    const char *config = e->args->config;
    size_t first = 0;
    while (config[first] != '\0' && config[first] != ',') {
        first++;
    }
    name_of(error, e->class->name, config, first);
}

/* As Click says it: where and what, then the words, indented. */
static void complain_as_click(struct fs_text *error, const struct fs_element *e, const struct fs_text *words,
                              const char *stage)
{
    const struct fs_place *place = &e->router->places[e->index];
    if (place->file != NULL && place->file[0] != '\0') {
        fs_text_format(error, "%s:%u: ", place->file, place->line);
    }
    fs_text_format(error, "While %s '%s :: %s':\n  ", stage, e->name, e->class->name);
    for (size_t i = 0; i < words->length; i++) {
        fs_text_char(error, words->at[i]);
        fs_text_string(error, words->at[i] == '\n' && i + 1 < words->length ? "  " : "");
    }
    if (words->length == 0) {
        fs_text_string(error, "unspecified error");
    }
    if (words->length == 0 || words->at[words->length - 1] != '\n') {
        fs_text_char(error, '\n');
    }
}

/* An element's own words, each line behind its name; "failed" when it said nothing. */
static void complain_words(struct fs_text *error, const struct fs_element *e, const struct fs_text *words,
                           const char *stage)
{
    if (e->router->platform->click_form) {
        complain_as_click(error, e, words, stage);
        return;
    }
    size_t at = 0;
    do {
        size_t end = at;
        while (end < words->length && words->at[end] != '\n') {
            end++;
        }
        name_shortly(error, e);
        if (words->length == 0) {
            fs_text_string(error, "failed without saying why");
        }
        fs_text_bytes(error, words->at + at, end - at);
        const struct fs_place *place = &e->router->places[e->index];
        if (place->file != NULL && place->file[0] != '\0') {
            fs_text_format(error, " (%s:%u)", place->file, place->line);
        }
        fs_text_char(error, '\n');
        at = end + 1;
    } while (at < words->length);
}

/* What an element says although nothing is wrong. */
static void remark(const struct fs_element *e, const struct fs_text *words, const char *stage)
{
    const struct fs_platform *p = e->router->platform;
    char buffer[1400];
    struct fs_text lines = fs_text_in(buffer, sizeof(buffer));
    complain_words(&lines, e, words, stage);
    for (size_t at = 0, end; at < lines.length; at = end + 1) {
        for (end = at; end < lines.length && buffer[end] != '\n'; end++) {
        }
        p->log(p->context, buffer + at, end - at);
    }
}

struct fs_router *fs_router_new(const struct fs_platform *platform)
{
    struct fs_arena arena = {.platform = platform};
    struct fs_router *r = fs_arena_alloc(&arena, sizeof(*r));
    if (r != NULL) {
        r->platform = platform;
        r->arena = arena;
        r->run_count = 1;
        r->levels = FS_PUSH_DEPTH;
        r->ring.next = r->last = r->rest = &r->ring;
        fs_router_seed(r, platform->seed);
    }
    return r;
}

static struct fs_element *make(struct fs_router *r, uint32_t index, const struct fs_element_spec *spec)
{
    /* One piece: the element's state, what it lost, and its ports. */
    size_t state = (spec->class->size + 15) & ~(size_t)15, ports = state + sizeof(struct fs_drops);
    uint8_t *piece = fs_arena_alloc(&r->arena, ports + (spec->inputs + spec->outputs) * sizeof(struct fs_port));
    if (piece == NULL) {
        return NULL;
    }
    struct fs_element *e = (struct fs_element *)(void *)piece;
    struct fs_port *inputs = (struct fs_port *)(void *)(piece + ports);
    *e = (struct fs_element){.class = spec->class, .router = r, .name = spec->name, .args = spec->args, .index = index,
                             .input_count = spec->inputs, .output_count = spec->outputs,
                             .inputs = inputs, .outputs = inputs + spec->inputs,
                             .drops = (struct fs_drops *)(void *)(piece + state)};
    r->places[index] = spec->place;
    return e;
}

static bool make_all(struct fs_router *r, const struct fs_blueprint *b)
{
    r->elements = fs_arena_alloc(&r->arena, (b->element_count + 1) * sizeof(struct fs_element *));
    r->places = fs_arena_alloc(&r->arena, (b->element_count + 1) * sizeof(struct fs_place));
    r->spare_record_count = 4 * b->element_count;
    r->spare_records = fs_arena_alloc(&r->arena, r->spare_record_count * sizeof(struct fs_drop_record));
    if (r->elements == NULL || r->places == NULL || r->spare_records == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < b->element_count; i++) {
        r->elements[i] = make(r, i, &b->elements[i]);
        if (r->elements[i] == NULL) {
            return false;
        }
        r->element_count++;
    }
    r->connections = b->connections;
    r->connection_count = b->connection_count;
    return true;
}

static unsigned explain_count(struct fs_text *error, const struct fs_element *e, bool outputs)
{
    uint32_t least, most, count = outputs ? e->output_count : e->input_count;
    const char *what = outputs ? "outputs" : "inputs";
    if (!fs_ports_parse(e->class->ports, outputs, fs_rest_arguments(e), &least, &most)) {
        fs_complain(error, e);
        fs_text_format(error, "the class's port text '%s' is not one\n", e->class->ports);
        return 1;
    }
    if (count >= least && count <= most) {
        return 0;
    }
    fs_complain(error, e);
    fs_text_format(error, "has %u %s, expected ", count, what);
    if (most == UINT16_MAX) {
        fs_text_format(error, "at least %u\n", least);
    } else if (least == most) {
        fs_text_format(error, "%u\n", least);
    } else {
        fs_text_format(error, "%u to %u\n", least, most);
    }
    return 1;
}

static unsigned configure(struct fs_router *r, struct fs_element *e, struct fs_text *error)
{
    r->configured = e->index + 1;
    if (e->class->configure == NULL) {
        return 0;
    }
    char buffer[1024];
    struct fs_text words = fs_text_in(buffer, sizeof(buffer));
    if (e->class->configure(e, &words) == 0) {
        if (words.length > 0) {
            remark(e, &words, "configuring");
        }
        return 0;
    }
    complain_words(error, e, &words, "configuring");
    return 1;
}

int fs_router_build(struct fs_router *r, const struct fs_blueprint *b, struct fs_text *error)
{
    if (!make_all(r, b)) {
        fs_text_string(error, "out of memory\n");
        return -1;
    }
    unsigned problems = 0;
    for (uint32_t i = 0; i < r->element_count; i++) {
        const struct fs_element *e = r->elements[i];
        if (!fs_ports_fit(e)) {
            problems += explain_count(error, e, false) + explain_count(error, e, true);
        }
    }
    problems += fs_router_connect(r, b, error);
    for (uint32_t i = 0; i < r->element_count; i++) {
        /* One with too few ports might look at those that it lacks. */
        if (problems == 0 || fs_ports_fit(r->elements[i])) {
            problems += configure(r, r->elements[i], error);
        }
    }
    return problems == 0 ? 0 : -1;
}

int fs_router_start(struct fs_router *r, struct fs_text *error)
{
    unsigned problems = 0;
    for (uint32_t i = 0; i < r->element_count; i++) {
        struct fs_element *e = r->elements[i];
        char buffer[1024];
        struct fs_text words = fs_text_in(buffer, sizeof(buffer));
        if (e->class->initialize != NULL && e->class->initialize(e, &words) != 0) {
            complain_words(error, e, &words, "initializing");
            problems++;
        }
    }
    r->running = problems == 0;
    r->bfd_due = fs_bfd_next(r->platform); /* sessions are the devices', whoever ran before */
    return problems == 0 ? 0 : -1;
}
