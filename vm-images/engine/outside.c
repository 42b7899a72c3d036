/* outside.c: what elements ask of the process around them: output, files, signals. A machine has none of it. */
#include "internal.h"

static const struct fs_platform *outside(const struct fs_element *e) { return e->router->platform; }

void fs_print(struct fs_element *e, const void *bytes, size_t n)
{
    const struct fs_platform *p = outside(e);
    if (p->print != NULL) {
        p->print(p->context, bytes, n);
        return;
    }
    const char *at = bytes, *end = at + n;
    while (at < end) {
        const char *line = at;
        while (at < end && *at != '\n') {
            at++;
        }
        p->log(p->context, line, (size_t)(at - line));
        at++;
    }
}

/* ---- files ---- */

struct fs_file *fs_file_open(struct fs_element *e, const char *name, enum fs_file_mode mode, struct fs_text *error)
{
    const struct fs_platform *p = outside(e);
    if (p->files == NULL) {
        fs_text_format(error, "%s: there are no files in a machine", name);
        return NULL;
    }
    return p->files->open(p->context, name, mode, error);
}

size_t fs_file_read(struct fs_element *e, struct fs_file *f, void *bytes, size_t n, bool some)
{
    return outside(e)->files->read(f, bytes, n, some);
}

bool fs_file_write(struct fs_element *e, struct fs_file *f, const void *bytes, size_t n)
{
    return outside(e)->files->write(f, bytes, n);
}

bool fs_file_flush(struct fs_element *e, struct fs_file *f) { return outside(e)->files->flush(f); }

bool fs_file_close(struct fs_element *e, struct fs_file *f) { return f == NULL || outside(e)->files->close(f); }

/* ---- signals ---- */

void fs_interrupt_wait(struct fs_interrupt *i)
{
    struct fs_router *r = i->element->router;
    if (i->waiting || r->platform->watch == NULL) {
        return;
    }
    i->waiting = true;
    i->next = r->interrupts;
    r->interrupts = i;
    r->platform->watch(r->platform->context, i->number, true);
}

bool fs_router_interrupt(struct fs_router *r, int number)
{
    struct fs_interrupt *called = NULL, **at = &r->interrupts;
    while (*at != NULL) {
        struct fs_interrupt *i = *at;
        if (i->number == number) {
            *at = i->next;
            i->next = called;
            called = i;
        } else {
            at = &i->next;
        }
    }
    if (called == NULL) {
        return false;
    }
    r->platform->watch(r->platform->context, number, false); /* whoever wants the next one waits for it */
    fs_router_new_round(r);
    while (called != NULL) {
        struct fs_interrupt *i = called;
        called = i->next;
        i->waiting = false;
        i->call(i->element, i);
    }
    return true;
}

int fs_raise(struct fs_element *e, int number, int64_t process, struct fs_text *error)
{
    const struct fs_platform *p = outside(e);
    int failed = p->raise != NULL ? p->raise(p->context, number, process) : -1;
    if (failed != 0) {
        fs_text_format(error, "kill(%ld, %d): %s", process, number,
                       failed < 0 ? "there are no processes in a machine" : "not permitted, or no such process");
    }
    return failed != 0 ? -1 : 0;
}

int64_t fs_process(const struct fs_element *e) { return outside(e)->process; }
