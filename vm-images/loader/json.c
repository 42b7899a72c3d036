#include "json.h"

#include <stdbool.h>
#include <string.h>

enum { DEPTH = 32 };

static const struct fs_json none = {NULL, NULL};

static struct fs_json skip_space(struct fs_json j)
{
    while (j.at < j.end && (*j.at == ' ' || *j.at == '\t' || *j.at == '\n' || *j.at == '\r')) {
        j.at++;
    }
    return j.at < j.end ? j : none;
}

static bool is(struct fs_json j, char c) { return j.at != NULL && j.at < j.end && *j.at == c; }

static struct fs_json past(struct fs_json j)
{
    j.at++;
    return skip_space(j);
}

static struct fs_json skip_string(struct fs_json j)
{
    for (j.at++; j.at < j.end && *j.at != '"'; j.at++) {
        if (*j.at == '\\') {
            j.at++;
        }
    }
    return j.at < j.end ? past(j) : none;
}

/* Skips a value by counting brackets; what follows it, or `none` at the text's end. */
static struct fs_json skip_value(struct fs_json j)
{
    unsigned depth = 0;
    while (j.at != NULL) {
        if (*j.at == '"') {
            j = skip_string(j);
        } else if (*j.at == '{' || *j.at == '[') {
            if (++depth > DEPTH) {
                return none;
            }
            j = past(j);
            continue;
        } else if (*j.at == '}' || *j.at == ']') {
            if (depth == 0) {
                return j; /* the bracket around the value that was skipped */
            }
            depth--;
            j = past(j);
        } else if (depth > 0 || (*j.at != ',' && *j.at != ':')) {
            j = past(j);
        }
        if (depth == 0 && (j.at == NULL || *j.at == ',' || *j.at == '}' || *j.at == ']' || *j.at == ':')) {
            return j;
        }
    }
    return none;
}

struct fs_json fs_json_text(const char *text, size_t length)
{
    return skip_space((struct fs_json){text, text + length});
}

struct fs_json fs_json_member(struct fs_json object, const char *name)
{
    if (!is(object, '{')) {
        return none;
    }
    struct fs_json j = past(object);
    while (is(j, '"')) {
        size_t length;
        const char *key = fs_json_string(j, &length);
        j = skip_string(j);
        if (key == NULL || !is(j, ':')) {
            return none;
        }
        j = past(j);
        if (strlen(name) == length && memcmp(key, name, length) == 0) {
            return j;
        }
        j = j.at != NULL ? skip_value(j) : none;
        if (!is(j, ',')) {
            return none;
        }
        j = past(j);
    }
    return none;
}

struct fs_json fs_json_item(struct fs_json array, unsigned index)
{
    if (!is(array, '[')) {
        return none;
    }
    struct fs_json j = past(array);
    if (is(j, ']')) {
        return none;
    }
    for (; j.at != NULL && index > 0; index--) {
        j = skip_value(j);
        j = is(j, ',') ? past(j) : none;
    }
    return j;
}

const char *fs_json_string(struct fs_json value, size_t *length)
{
    if (!is(value, '"')) {
        return NULL;
    }
    const char *from = value.at + 1, *to = from;
    for (; to < value.end && *to != '"'; to++) {
        if (*to == '\\') {
            to++;
        }
    }
    if (to >= value.end) {
        return NULL;
    }
    *length = (size_t)(to - from);
    return from;
}
