/* mapper.c: what the mappers have in common. */
#include "net/rewriter.h"
#include "net/values.h"

int fs_mapper_configure(struct fs_mapper *m, struct fs_bytes table, bool with_ids, struct fs_text *error)
{
    struct fs_nat_items items;
    if (!fs_nat_items(&items, table, error)) {
        return -1;
    }
    if (items.count == 0) {
        fs_text_string(error, "no patterns given");
        return -1;
    }
    m->table = table;
    m->count = items.count;
    m->choices = fs_alloc(&m->base, m->count * sizeof *m->choices);
    m->ids = with_ids ? fs_alloc(&m->base, m->count * sizeof *m->ids) : NULL;
    if (m->choices == NULL || (with_ids && m->ids == NULL)) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static bool take_id(const char *text, size_t *length, uint32_t *id)
{
    int64_t v;
    while (*length > 0 && (text[*length - 1] == ' ' || text[*length - 1] == '\t')) {
        --*length;
    }
    size_t start = *length;
    while (start > 0 && text[start - 1] != ' ' && text[start - 1] != '\t') {
        start--;
    }
    if (!fs_parse_integer(text + start, *length - start, 0, UINT16_MAX, &v)) {
        return false;
    }
    *id = (uint32_t)v;
    *length = start;
    return true;
}

static bool read_choice(struct fs_mapper *m, uint32_t i, const char *text, size_t length, struct fs_text *error)
{
    struct fs_mapper_choice *c = &m->choices[i];
    if (m->ids != NULL && !take_id(text, &length, &m->ids[i])) {
        fs_text_string(error, "bad server ID in pattern spec");
        return false;
    }
    const char *wrong = fs_rewriter_outputs(text, &length, c->output);
    if (wrong != NULL) {
        fs_text_string(error, wrong);
        return false;
    }
    fs_rewriter_pattern(&m->base, text, length, &c->own, &c->pattern, error);
    return c->pattern != NULL;
}

int fs_mapper_initialize(struct fs_element *e, struct fs_text *error)
{
    struct fs_mapper *m = (struct fs_mapper *)e;
    struct fs_nat_items items;
    const char *text;
    size_t length;
    if (m->ready) {
        return 0;
    }
    if (!fs_nat_items(&items, m->table, error)) {
        return -1;
    }
    for (uint32_t i = 0; i < items.count; i++) {
        if (!fs_nat_next_item(&items, &text, &length) || !read_choice(m, i, text, length, error)) {
            return -1;
        }
    }
    m->ready = true;
    return m->prepare != NULL ? m->prepare(m, error) : 0;
}
