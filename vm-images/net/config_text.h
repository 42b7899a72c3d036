/* config_text.h: Click's configuration texts: words parted by space, quotes, escapes, comments. */
#ifndef NET_CONFIG_TEXT_H
#define NET_CONFIG_TEXT_H

#include <flowstream/handler.h>

/* A piece of text that belongs to somebody else. */
struct fs_span {
    const char *at;
    size_t length;
};
static inline struct fs_span fs_span(const char *text) { return (struct fs_span){text, __builtin_strlen(text)}; }
static inline struct fs_span fs_span_of(const struct fs_text *t) { return (struct fs_span){t->at, t->length}; }
bool fs_span_is(struct fs_span s, const char *word);

/* Takes the first word off, quotes and all, with the space and comments around it; length 0 when there is none. */
struct fs_span fs_span_word(struct fs_span *rest);
/* Without the space and comments at both ends. */
struct fs_span fs_span_trimmed(struct fs_span s);

/* Appends s without one layer of quotes, escapes replaced, comments away. */
void fs_text_unquoted(struct fs_text *t, struct fs_span s);
/* Appends what fs_text_unquoted() makes s of: in double quotes, or without the two of them. */
void fs_text_quoted(struct fs_text *t, struct fs_span s);
void fs_text_escaped(struct fs_text *t, struct fs_span s);

/* Where a `$...` of a text ends, and what it names. */
struct fs_reference {
    char kind; /* '(' handler, '{' or 'a' variable, 0: a dollar sign that means itself */
    bool nested; /* the name has references of its own */
    struct fs_span name;
    const char *end;
};
struct fs_reference fs_reference(const char *dollar, const char *end);

#endif
