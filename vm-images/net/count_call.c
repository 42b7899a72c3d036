#include "net/count_call.h"

#include "net/values.h"

static size_t word_length(const char *text)
{
    size_t n = 0;
    while (text[n] != '\0' && text[n] != ' ' && text[n] != '\t') {
        n++;
    }
    return n;
}

FS_ONCE int fs_count_call_set(struct fs_element *e, struct fs_count_call *k, const char *name, const char *text, size_t length,
                      struct fs_text *error)
{
    char *copy = fs_alloc(e, length + 1);
    int64_t at;
    if (copy == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    __builtin_memcpy(copy, text, length);
    char *handler = copy + word_length(copy);
    if (!fs_parse_integer(copy, (size_t)(handler - copy), 0, INT64_MAX, &at)) {
        fs_text_format(error, "%s: expected COUNT HANDLER [VALUE], found '%s'", name, copy);
        return -1;
    }
    while (*handler == ' ' || *handler == '\t') {
        handler++;
    }
    char *value = handler + word_length(handler);
    while (*value == ' ' || *value == '\t') {
        *value++ = '\0';
    }
    *k = (struct fs_count_call){.at = (uint64_t)at, .handler = *handler == '\0' ? NULL : handler, .value = value};
    return 0;
}

FS_ONCE void fs_count_call_make(struct fs_element *e, struct fs_count_call *k)
{
    char line[200];
    struct fs_text error = {.at = line, .capacity = sizeof line};
    k->done = true;
    if (fs_handler_write(e, k->handler, k->value, __builtin_strlen(k->value), &error) != 0) {
        fs_log(e, line, error.length);
    }
}
