/* handler.c: handlers by name: `element.handler`, `handler` of an element itself, or a global one. */
#include "internal.h"

static const struct fs_handler *handler_of(struct fs_element *e, const char *name, size_t length)
{
    for (uint32_t i = 0; i < e->class->handler_count; i++) {
        if (fs_text_is(name, length, e->class->handlers[i].name)) {
            return &e->class->handlers[i];
        }
    }
    for (unsigned i = 0; i < fs_default_handlers_of(e); i++) {
        if (fs_text_is(name, length, fs_default_handlers[i].name)) {
            return &fs_default_handlers[i];
        }
    }
    return e->class->handler != NULL ? e->class->handler(e, name, length) : NULL;
}

static const struct fs_global_handler *global_handler(const char *name, size_t length)
{
    for (unsigned i = 0; i < fs_global_handler_count; i++) {
        if (fs_text_is(name, length, fs_global_handlers[i].name)) {
            return &fs_global_handlers[i];
        }
    }
    return NULL;
}

/* What a name stands for: a handler of an element, or a global one. */
struct target {
    struct fs_element *element;
    const struct fs_handler *handler;
    const struct fs_global_handler *global;
};

static size_t last_dot(const char *name, size_t length)
{
    while (length > 0 && name[length - 1] != '.') {
        length--;
    }
    return length; /* one past the dot; 0 without one */
}

/* Click takes an element's number, counted from 1, for its name. */
static struct fs_element *numbered(struct fs_router *r, const char *name, size_t length)
{
    uint32_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9' || n > r->element_count) {
            return NULL;
        }
        n = n * 10 + (uint32_t)(name[i] - '0');
    }
    return length > 0 && n > 0 && n <= r->element_count ? r->elements[n - 1] : NULL;
}

static enum fs_handler_answer resolve(struct fs_router *r, struct fs_element *near, const char *name, struct target *t)
{
    size_t length = strlen(name), dot = last_dot(name, length);
    *t = (struct target){0};
    if (dot <= 1 || (dot == 2 && name[0] == '0')) { /* "x", ".x" and "0.x" are global; "x" is near's own if it has one */
        if (near == NULL || dot > 0 || handler_of(near, name, length) == NULL) {
            t->global = global_handler(name + dot, length - dot);
            return t->global != NULL ? FS_HANDLER_OK : FS_HANDLER_NO_HANDLER;
        }
        t->element = near;
    } else {
        t->element = near != NULL ? fs_find_near(near, name, dot - 1) : fs_router_find(r, name, dot - 1);
        if (t->element == NULL) {
            t->element = numbered(r, name, dot - 1);
        }
        if (t->element == NULL) {
            return FS_HANDLER_NO_ELEMENT;
        }
    }
    t->handler = handler_of(t->element, name + dot, length - dot);
    return t->handler != NULL && (near != NULL || !(t->handler->flags & FS_HANDLER_PRIVATE)) ? FS_HANDLER_OK
                                                                                             : FS_HANDLER_NO_HANDLER;
}

static enum fs_handler_answer read(struct fs_router *r, struct fs_element *near, const char *name,
                                   const char *parameters, struct fs_text *value)
{
    struct target t;
    enum fs_handler_answer answer = resolve(r, near, name, &t);
    if (answer != FS_HANDLER_OK) {
        return answer;
    }
    if (t.global != NULL) {
        if (t.global->read == NULL) {
            return FS_HANDLER_NOT_READABLE;
        }
        t.global->read(r, parameters, value);
        return value->failed ? FS_HANDLER_FAILED : FS_HANDLER_OK;
    }
    if (t.handler->read == NULL) {
        return FS_HANDLER_NOT_READABLE;
    }
    if (*parameters != '\0' && !(t.handler->flags & FS_HANDLER_PARAMETER)) {
        fs_text_fail(value, "read handler '%s' does not take parameters", name);
        return FS_HANDLER_FAILED;
    }
    t.handler->read(t.element, parameters, value);
    return value->failed ? FS_HANDLER_FAILED : FS_HANDLER_OK;
}

static enum fs_handler_answer write(struct fs_router *r, struct fs_element *near, const char *name, const char *value,
                                    size_t length, struct fs_text *error)
{
    struct target t;
    enum fs_handler_answer answer = resolve(r, near, name, &t);
    if (answer != FS_HANDLER_OK) {
        return answer;
    }
    unsigned flags = t.global != NULL ? t.global->flags : t.handler->flags;
    if (!(flags & (FS_HANDLER_RAW | FS_HANDLER_COMPILED)) && length > 0 && value[length - 1] == '\n') {
        length--;
    }
    int failed;
    if (t.global != NULL) {
        if (t.global->write == NULL) {
            return FS_HANDLER_NOT_WRITABLE;
        }
        failed = t.global->write(r, value, length, error);
    } else {
        if (t.handler->write == NULL) {
            return FS_HANDLER_NOT_WRITABLE;
        }
        failed = t.handler->write(t.element, value, length, error);
    }
    return failed != 0 ? FS_HANDLER_FAILED : FS_HANDLER_OK;
}

enum fs_handler_answer fs_router_read(struct fs_router *r, const char *handler, const char *parameters,
                                      struct fs_text *value)
{
    fs_router_new_round(r); /* a handler may be called long after the last round */
    return read(r, NULL, handler, parameters, value);
}

enum fs_handler_answer fs_router_write(struct fs_router *r, const char *handler, const char *value, size_t length,
                                       struct fs_text *error)
{
    fs_router_new_round(r);
    return write(r, NULL, handler, value, length, error);
}

unsigned fs_router_handler_flags(struct fs_router *r, const char *handler)
{
    struct target t;
    if (resolve(r, NULL, handler, &t) != FS_HANDLER_OK) {
        return 0;
    }
    return t.global != NULL ? t.global->flags : t.handler->flags;
}

/* In Click's words. */
static int answered(enum fs_handler_answer answer, const char *handler, bool write, struct fs_text *error)
{
    if (answer == FS_HANDLER_NO_ELEMENT) {
        fs_text_format(error, "no element named '%.*s'", (int)last_dot(handler, strlen(handler)) - 1, handler);
    } else if (answer != FS_HANDLER_OK && answer != FS_HANDLER_FAILED) {
        fs_text_format(error, "no '%s' %s handler", handler, write ? "write" : "read");
    }
    return answer == FS_HANDLER_OK ? 0 : -1;
}

int fs_handler_write(struct fs_element *e, const char *handler, const char *value, size_t length, struct fs_text *error)
{
    return answered(write(e->router, e, handler, value, length, error), handler, true, error);
}

int fs_handler_read(struct fs_element *e, const char *handler, const char *parameters, struct fs_text *value)
{
    return answered(read(e->router, e, handler, parameters, value), handler, false, value);
}

static enum fs_handler_answer check(struct fs_router *r, struct fs_element *near, const char *handler, bool write)
{
    struct target t;
    enum fs_handler_answer answer = resolve(r, near, handler, &t);
    if (answer != FS_HANDLER_OK) {
        return answer;
    }
    bool can_read = t.global != NULL ? t.global->read != NULL : t.handler->read != NULL;
    bool can_write = t.global != NULL ? t.global->write != NULL : t.handler->write != NULL;
    if (write) {
        return can_write ? FS_HANDLER_OK : FS_HANDLER_NOT_WRITABLE;
    }
    return can_read ? FS_HANDLER_OK : FS_HANDLER_NOT_READABLE;
}

enum fs_handler_answer fs_router_check(struct fs_router *r, const char *handler, bool write)
{
    return check(r, NULL, handler, write);
}

int fs_handler_check(struct fs_element *e, const char *handler, bool write, struct fs_text *error)
{
    return answered(check(e->router, e, handler, write), handler, write, error);
}

void fs_handler_name(struct fs_element *e, const char *handler, struct fs_text *t)
{
    struct target found;
    if (resolve(e->router, e, handler, &found) == FS_HANDLER_OK && found.element != NULL) {
        fs_text_format(t, "%s.", found.element->name);
    }
    fs_text_string(t, handler + (found.element != NULL || found.global != NULL ? last_dot(handler, strlen(handler)) : 0));
}

void fs_handler_line(struct fs_text *t, const char *name, bool readable, bool writable, unsigned flags)
{
    static const struct {
        unsigned flag;
        char mark;
    } marks[] = {{FS_HANDLER_PARAMETER, '+'}, {FS_HANDLER_RAW, '%'},    {FS_HANDLER_CALM, '.'},
                 {FS_HANDLER_EXPENSIVE, '$'}, {FS_HANDLER_BUTTON, 'b'}, {FS_HANDLER_CHECKBOX, 'x'}};
    fs_text_format(t, "%s\t%s%s", name, readable ? "r" : "", writable ? "w" : "");
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (flags & marks[i].flag) {
            fs_text_char(t, marks[i].mark);
        }
    }
    fs_text_char(t, '\n');
}
