#include "net/match_element.h"

#include "net/match_text.h"

enum { HEAD = 8, ALIGNMENT = 8 };

void fs_match_element_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    fs_match_push(&((struct fs_match_element *)e)->match, e, batch);
}

FS_ONCE int fs_match_element_configure(struct fs_element *e, bool drops_by_rule, struct fs_text *error)
{
    struct fs_match_element *m = (struct fs_match_element *)e;
    m->drops_by_rule = drops_by_rule;
    if (fs_match_load(&m->match, e, fs_args_bytes(e->args, 0), error) != 0) {
        return -1;
    }
    if (drops_by_rule) {
        fs_drops_rules(e, m->match.rule_count);
    }
    return 0;
}

void fs_match_element_read_config(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct fs_match_element *m = (struct fs_match_element *)e;
    (void)parameters;
    fs_text_string(value, m->text != NULL ? m->text : fs_args_config(e->args));
}

void fs_match_element_read_program(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_match(value, &((struct fs_match_element *)e)->match);
}

/* ---- another program ---- */

struct written {
    struct fs_bytes text, table;
};

static bool part(struct written *w, const uint8_t *value, size_t length)
{
    if (length < HEAD || __builtin_memcmp(value, "FSCV", 4) != 0) {
        return false;
    }
    size_t text = value[4] | (uint32_t)value[5] << 8 | (uint32_t)value[6] << 16 | (uint32_t)value[7] << 24;
    size_t at = (HEAD + text + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (at > length) {
        return false;
    }
    w->text = (struct fs_bytes){value + HEAD, text};
    w->table = (struct fs_bytes){value + at, length - at};
    return true;
}

static int make(struct fs_element *e, void *context, struct fs_text *error)
{
    struct fs_match_element *m = (struct fs_match_element *)e;
    const struct written *w = context;
    char *text = fs_alloc(e, w->text.length + 1);
    uint8_t *table = fs_alloc(e, w->table.length + 1); /* where it can be used in place */
    struct fs_match match;
    if (text == NULL || table == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    __builtin_memcpy(text, w->text.at, w->text.length);
    __builtin_memcpy(table, w->table.at, w->table.length);
    if (fs_match_load(&match, e, (struct fs_bytes){table, w->table.length}, error) != 0) {
        return -1;
    }
    if (m->drops_by_rule) {
        fs_drops_rules(e, match.rule_count);
    }
    m->match = match;
    m->text = text;
    return 0;
}

int fs_match_element_write_config(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct written w;
    if (!part(&w, (const uint8_t *)value, length)) {
        fs_text_string(error, "config: expected what flowstream compiles of the text: use `flowstream handler write`");
        return -1;
    }
    return fs_remake(e, make, &w, error);
}
