/* remake.c: memory of an element's own, released when it makes the same again. A router's arena only grows. */
#include "internal.h"

enum { LINE = 256 };

static struct fs_apart *apart_of(struct fs_element *e)
{
    struct fs_router *r = e->router;
    for (struct fs_apart *a = r->apart; a != NULL; a = a->next) {
        if (a->element == e) {
            return a;
        }
    }
    struct fs_apart *a = fs_alloc(e, sizeof *a);
    if (a != NULL) {
        *a = (struct fs_apart){.next = r->apart, .element = e};
        r->apart = a;
    }
    return a;
}

int fs_remake(struct fs_element *e, int (*make)(struct fs_element *e, void *context, struct fs_text *error), void *context,
              struct fs_text *error)
{
    struct fs_router *r = e->router;
    struct fs_apart *a = apart_of(e);
    if (a == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    char line[LINE]; /* not `error`, which may grow in the memory that is released */
    struct fs_text said = {.at = line, .capacity = sizeof line};
    struct fs_arena router = r->arena;
    r->arena = (struct fs_arena){.platform = router.platform};
    int answer = make(e, context, &said);
    struct fs_arena released = r->arena;
    if (answer == 0) {
        released = a->arena;
        a->arena = r->arena;
    }
    r->arena = router;
    fs_arena_release(&released);
    fs_text_bytes(error, line, said.length);
    return answer;
}

void fs_apart_release(struct fs_router *r)
{
    for (struct fs_apart *a = r->apart; a != NULL; a = a->next) {
        fs_arena_release(&a->arena);
    }
}
