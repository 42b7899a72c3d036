#include "click.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "net/values.h"

/* Reads a handler whole, however long its value is; the caller frees what it answers. */
static char *read_whole(struct fs_router *r, const char *handler, size_t *length)
{
    for (size_t size = 65536;;) {
        char *buffer = malloc(size);
        struct fs_text value = {.at = buffer, .capacity = size};
        if (buffer == NULL) {
            return NULL;
        }
        fs_router_read(r, handler, "", &value);
        *length = value.length;
        if (value.missing == 0) {
            return buffer;
        }
        size = 2 * (value.length + value.missing);
        free(buffer);
    }
}

static bool print_handler(struct fs_router *r, const char *handler, bool named)
{
    switch (fs_router_check(r, handler, false)) {
    case FS_HANDLER_OK:
        break;
    case FS_HANDLER_NOT_READABLE:
        fprintf(stderr, "'%s' is a write handler\n", handler);
        return false;
    default:
        fprintf(stderr, "no '%s' handler\n", handler);
        return false;
    }
    size_t length;
    char *value = read_whole(r, handler, &length);
    if (value == NULL) {
        return false;
    }
    if (named) {
        printf("%s:\n", handler);
    }
    fwrite(value, 1, length, stdout);
    if (length > 0 && value[length - 1] != '\n' && !(fs_router_handler_flags(r, handler) & FS_HANDLER_RAW)) {
        putchar('\n');
    }
    if (named) {
        putchar('\n');
    }
    free(value);
    return true;
}

/* The handler of every element whose name matches the pattern, or whose class has that name. */
static bool print_many(struct fs_router *r, const char *elements, const char *handler)
{
    bool pattern = strpbrk(elements, "?*[") != NULL, any = false, all = true;
    for (uint32_t i = 0; i < fs_router_element_count(r); i++) {
        const struct fs_element *e = fs_router_element(r, i);
        char name[FS_CLICK_NAME];
        if (pattern ? fnmatch(elements, e->name, 0) != 0 : strcmp(elements, e->class->name) != 0) {
            continue;
        }
        any = true;
        snprintf(name, sizeof(name), "%s.%s", e->name, handler);
        if (fs_router_check(r, name, false) == FS_HANDLER_OK) {
            all &= print_handler(r, name, true);
        }
    }
    if (!any) {
        fprintf(stderr, pattern ? "no element matching '%s'\n" : "no element '%s'\n", elements);
    }
    return any && all;
}

static bool print_handlers(struct fs_router *r, const struct fs_options *o)
{
    bool all = true;
    for (unsigned i = 0; i < o->handler_count; i++) {
        const char *handler = o->handlers[i], *dot = strchr(handler, '.');
        char element[FS_CLICK_NAME];
        if (dot == NULL) {
            all &= print_handler(r, handler, o->handler_count > 1);
            continue;
        }
        snprintf(element, sizeof(element), "%.*s", (int)(dot - handler), handler);
        if (fs_router_check(r, handler, false) != FS_HANDLER_NO_ELEMENT) {
            all &= print_handler(r, handler, o->handler_count > 1);
        } else {
            all &= print_many(r, element, dot + 1);
        }
    }
    return all;
}

/* A number, or true and false, as a shell means them. */
static int exit_status(struct fs_router *r, const char *handler)
{
    size_t length = 0;
    int64_t number;
    bool truth;
    int status = 255;
    char *value = fs_router_check(r, handler, false) == FS_HANDLER_OK ? read_whole(r, handler, &length) : NULL;
    if (value == NULL) {
        fprintf(stderr, "no '%s' handler\n", handler);
        return status;
    }
    while (length > 0 && strchr(" \t\r\n", value[length - 1]) != NULL) {
        length--;
    }
    if (fs_parse_integer(value, length, INT32_MIN, INT32_MAX, &number)) {
        status = (int)(number & 0xff);
    } else if (fs_parse_boolean(value, length, &truth)) {
        status = !truth;
    } else {
        fprintf(stderr, "exit handler value should be integer\n");
    }
    free(value);
    return status;
}

int fs_click_run(struct fs_machine *m, const struct fs_options *o)
{
    if (!o->quit && fs_router_element_count(m->router) > 0) {
        fs_machine_run(m);
    }
    bool good = print_handlers(m->router, o) & (fflush(stdout) == 0);
    int status = o->exit_handler != NULL ? exit_status(m->router, o->exit_handler) : 0;
    return status == 0 && !good ? 1 : status;
}
