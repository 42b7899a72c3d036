/* resolve.c: which ports push and which pull (Click's rule: what is agnostic takes the kind of what it is joined to, by
 * a connection or by the element's flow code; what nothing decides pushes), and the joining of ports. */
#include "build.h"

struct resolution {
    struct fs_router *r;
    const struct fs_blueprint *b;
    char **inputs, **outputs; /* per element and port: 'h' push, 'l' pull, 'a' not known yet */
    struct fs_text *error;
    unsigned problems;
};

static bool read_codes(struct resolution *s)
{
    struct fs_router *r = s->r;
    s->inputs = fs_arena_alloc(&r->arena, r->element_count * sizeof(char *));
    s->outputs = fs_arena_alloc(&r->arena, r->element_count * sizeof(char *));
    for (uint32_t i = 0; s->inputs != NULL && s->outputs != NULL && i < r->element_count; i++) {
        const struct fs_element *e = r->elements[i];
        s->inputs[i] = fs_arena_alloc(&r->arena, e->input_count + 1);
        s->outputs[i] = fs_arena_alloc(&r->arena, e->output_count + 1);
        if (s->inputs[i] == NULL || s->outputs[i] == NULL) {
            return false;
        }
        for (uint32_t p = 0; p < e->input_count; p++) {
            s->inputs[i][p] = fs_processing_of(e->class->processing, false, p);
        }
        for (uint32_t p = 0; p < e->output_count; p++) {
            s->outputs[i][p] = fs_processing_of(e->class->processing, true, p);
        }
    }
    return s->inputs != NULL && s->outputs != NULL;
}

/* Makes two ports agree when one of them is known; answers whether that changed something. */
static bool agree(char *a, char *b)
{
    if (*a == *b || (*a != 'a' && *b != 'a')) {
        return false;
    }
    *(*a == 'a' ? a : b) = *a == 'a' ? *b : *a;
    return true;
}

static bool agree_inside(struct resolution *s, const struct fs_element *e)
{
    bool changed = false;
    for (uint32_t i = 0; i < e->input_count; i++) {
        if (fs_processing_of(e->class->processing, false, i) != 'a') {
            continue;
        }
        for (uint32_t o = 0; o < e->output_count; o++) {
            if (fs_processing_of(e->class->processing, true, o) == 'a' && fs_flow_reaches(e->class->flow, i, o)) {
                changed |= agree(&s->inputs[e->index][i], &s->outputs[e->index][o]);
            }
        }
    }
    return changed;
}

static void spread(struct resolution *s)
{
    bool changed = true;
    while (changed) { /* each round decides at least one port more */
        changed = false;
        for (uint32_t i = 0; i < s->b->connection_count; i++) {
            const struct fs_connection *c = &s->b->connections[i];
            changed |= agree(&s->outputs[c->from][c->from_port], &s->inputs[c->to][c->to_port]);
        }
        for (uint32_t i = 0; i < s->r->element_count; i++) {
            changed |= agree_inside(s, s->r->elements[i]);
        }
    }
}

static const char *kind_word(char code) { return code == 'l' ? "pull" : "push"; }

static void join(struct resolution *s, const struct fs_connection *c)
{
    struct fs_element *from = s->r->elements[c->from], *to = s->r->elements[c->to];
    char out = s->outputs[c->from][c->from_port], in = s->inputs[c->to][c->to_port];
    if ((out == 'l') != (in == 'l')) {
        fs_complain(s->error, from);
        fs_text_format(s->error, "%s output %u is connected to %s input %u of '%s'\n", kind_word(out), c->from_port,
                       kind_word(in), c->to_port, to->name);
        s->problems++;
        return;
    }
    struct fs_port *output = &from->outputs[c->from_port], *input = &to->inputs[c->to_port];
    if (output->element != NULL && out != 'l') { /* several may pull from one output, as several push to one input */
        fs_complain(s->error, from);
        fs_text_format(s->error, "%s output %u is connected more than once ('%s' and '%s')\n", kind_word(out),
                       c->from_port, output->element->name, to->name);
        s->problems++;
        return;
    }
    if (in == 'l' && input->element != NULL) {
        fs_complain(s->error, to);
        fs_text_format(s->error, "pull input %u is connected more than once ('%s' and '%s')\n", c->to_port,
                       input->element->name, from->name);
        s->problems++;
        return;
    }
    if (output->element == NULL) {
        *output = (struct fs_port){.element = to, .port = c->to_port, .push = out != 'l'};
    }
    if (input->element == NULL) {
        *input = (struct fs_port){.element = from, .port = c->from_port, .push = in != 'l'};
    }
}

static void check_side(struct resolution *s, struct fs_element *e, bool outputs)
{
    struct fs_port *ports = outputs ? e->outputs : e->inputs;
    char *codes = outputs ? s->outputs[e->index] : s->inputs[e->index];
    uint32_t count = outputs ? e->output_count : e->input_count;
    for (uint32_t p = 0; p < count; p++) {
        ports[p].push = codes[p] != 'l';
        if (ports[p].element == NULL && !s->b->partial) {
            fs_complain(s->error, e);
            fs_text_format(s->error, "%s %u is not connected\n", outputs ? "output" : "input", p);
            s->problems++;
        }
    }
}

static bool exists(const struct fs_router *r, const struct fs_connection *c)
{
    if ((c->from >= r->element_count) | (c->to >= r->element_count)) {
        return false;
    }
    return (c->from_port < r->elements[c->from]->output_count) & (c->to_port < r->elements[c->to]->input_count);
}

/* ---- where nothing pulls ---- */

/* Most configurations have no element that pulls, so everything pushes and there is nothing to decide. Joins all ports;
 * false when some class pulls or something is wrong: then the above decides, or tells. */
static bool join_pushing(struct fs_router *r, const struct fs_blueprint *b)
{
    uint32_t open_inputs = 0, open_outputs = 0;
    bool wrong = b->partial;
    for (uint32_t i = 0; i < r->element_count; i++) {
        const struct fs_element *e = r->elements[i];
        open_inputs += e->input_count;
        open_outputs += e->output_count;
        for (const char *code = e->class->processing; *code != '\0'; code++) {
            wrong |= *code == 'l';
        }
    }
    if (wrong | (open_outputs != b->connection_count)) { /* each output is joined once */
        return false;
    }
    for (uint32_t i = 0; i < b->connection_count; i++) {
        const struct fs_connection *c = &b->connections[i];
        if (!exists(r, c)) {
            return false;
        }
        struct fs_element *from = r->elements[c->from], *to = r->elements[c->to];
        struct fs_port *output = &from->outputs[c->from_port], *input = &to->inputs[c->to_port];
        bool first = input->element == NULL;
        open_outputs -= output->element == NULL;
        *output = (struct fs_port){.element = to, .port = c->to_port, .push = true};
        open_inputs -= first;
        input->element = first ? from : input->element;
        input->port = first ? c->from_port : input->port;
        input->push = true;
    }
    return (open_inputs == 0) & (open_outputs == 0);
}

unsigned fs_router_connect(struct fs_router *r, const struct fs_blueprint *b, struct fs_text *error)
{
    if (join_pushing(r, b)) {
        return 0;
    }
    struct resolution s = {.r = r, .b = b, .error = error};
    for (uint32_t i = 0; i < b->connection_count; i++) {
        if (!exists(r, &b->connections[i])) {
            fs_text_format(error, "connection %u joins ports that are not there\n", i);
            return 1;
        }
    }
    for (uint32_t i = 0; i < r->element_count; i++) { /* what join_pushing() may have joined */
        struct fs_element *e = r->elements[i];
        memset(e->inputs, 0, (e->input_count + e->output_count) * sizeof(struct fs_port)); /* outputs lie behind */
    }
    if (!read_codes(&s)) {
        fs_text_string(error, "out of memory\n");
        return 1;
    }
    spread(&s);
    for (uint32_t i = 0; i < b->connection_count; i++) {
        join(&s, &b->connections[i]);
    }
    for (uint32_t i = 0; s.problems == 0 && i < r->element_count; i++) { /* else ports are open for want of a join */
        check_side(&s, r->elements[i], false);
        check_side(&s, r->elements[i], true);
    }
    return s.problems;
}
