#include "net/storage.h"

#include "net/values.h"

enum { QUEUES_MAX = 64, SEEN_MAX = 256 };

struct walk {
    struct fs_element *seen[SEEN_MAX]; /* also the list of what is still to be looked at */
    uint32_t count;
};

static void visit(struct walk *w, struct fs_element *e)
{
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->seen[i] == e) {
            return;
        }
    }
    if (e != NULL && w->count < SEEN_MAX) {
        w->seen[w->count++] = e;
    }
}
static void go_on(struct walk *w, const struct fs_element *e, bool downstream, uint32_t ports)
{
    for (uint32_t i = 0; i < ports; i++) {
        visit(w, (downstream ? e->outputs : e->inputs)[i].element);
    }
}

static bool add(struct fs_storage *s, struct fs_element *e)
{
    if (s->count == QUEUES_MAX) {
        return false;
    }
    s->queues[s->count++] = e;
    return true;
}

static int find_named(struct fs_element *e, const char *names, struct fs_storage *s, struct fs_text *error)
{
    size_t length = __builtin_strlen(names), n;
    const char *word;
    while (fs_parse_word(&names, &length, &word, &n)) {
        char name[256];
        if (n >= sizeof name) {
            n = sizeof name - 1;
        }
        __builtin_memcpy(name, word, n);
        name[n] = '\0';
        struct fs_element *found = fs_find(e, name);
        if (found == NULL || found->class->stored == NULL || !add(s, found)) {
            fs_text_format(error, "QUEUES: '%s' is not an element that stores packets", name);
            return -1;
        }
    }
    return 0;
}

int fs_storage_find(struct fs_element *e, const char *names, bool downstream, struct fs_storage *s,
                    struct fs_text *error)
{
    s->queues = fs_alloc(e, QUEUES_MAX * sizeof(struct fs_element *));
    struct walk *w = fs_alloc(e, sizeof *w);
    if (s->queues == NULL || w == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    if (names != NULL && find_named(e, names, s, error) != 0) {
        return -1;
    }
    if (s->count == 0) {
        go_on(w, e, downstream, 1); /* by its first port; a second one is for what it takes out */
        for (uint32_t i = 0; i < w->count; i++) {
            struct fs_element *at = w->seen[i];
            if (at->class->stored == NULL) {
                go_on(w, at, downstream, downstream ? at->output_count : at->input_count);
            } else {
                add(s, at);
            }
        }
    }
    if (s->count == 0) {
        fs_text_format(error, "no Queues %s", downstream ? "downstream" : "upstream");
        return -1;
    }
    return 0;
}

void fs_storage_text(const struct fs_storage *s, struct fs_text *value)
{
    for (uint32_t i = 0; i < s->count; i++) {
        fs_text_format(value, "%s\n", s->queues[i]->name);
    }
}
