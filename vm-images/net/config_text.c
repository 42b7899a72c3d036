#include "net/config_text.h"

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

bool fs_span_is(struct fs_span s, const char *word)
{
    return s.length == __builtin_strlen(word) && __builtin_memcmp(s.at, word, s.length) == 0;
}

static bool is_comment(const char *s, const char *end)
{
    return s + 1 < end && *s == '/' && (s[1] == '/' || s[1] == '*');
}

static const char *skip_comment(const char *s, const char *end)
{
    bool line = s[1] == '/';
    for (s += 2; s < end; s++) {
        if (line ? *s == '\n' || *s == '\r' : *s == '*' && s + 1 < end && s[1] == '/') {
            return line ? s + 1 : s + 2;
        }
    }
    return end;
}

static const char *skip_space(const char *s, const char *end)
{
    while (s < end && (is_space(*s) || is_comment(s, end))) {
        s = is_space(*s) ? s + 1 : skip_comment(s, end);
    }
    return s;
}

/* Past `\x`, or `\<...>`. */
static const char *skip_escape(const char *s, const char *end)
{
    if (s + 1 < end && s[1] == '<') {
        for (s += 2; s < end && *s != '>'; s = is_comment(s, end) ? skip_comment(s, end) : s + 1) {
        }
        return s < end ? s + 1 : end;
    }
    return s + 2 <= end ? s + 2 : end;
}

/* Past a quoted string, a comment, an escape outside of quotes, or one character. */
static const char *skip_item(const char *s, const char *end)
{
    char quote = *s;
    if (quote == '\\') {
        return s + 1 < end && s[1] == '<' ? skip_escape(s, end) : s + 1;
    }
    if (quote != '"' && quote != '\'') {
        return s + 1;
    }
    for (s++; s < end;) {
        if (*s == quote) {
            return s + 1;
        }
        s = *s == '\\' && quote == '"' ? skip_escape(s, end) : s + 1;
    }
    return end;
}

struct fs_span fs_span_word(struct fs_span *rest)
{
    if (rest->length == 0) {
        return *rest;
    }
    const char *end = rest->at + rest->length, *at = skip_space(rest->at, end), *s = at;
    while (s < end && !is_space(*s) && !is_comment(s, end)) {
        s = skip_item(s, end);
    }
    struct fs_span word = {at, (size_t)(s - at)};
    rest->at = skip_space(s, end);
    rest->length = (size_t)(end - rest->at);
    return word;
}

struct fs_span fs_span_trimmed(struct fs_span s)
{
    if (s.length == 0) {
        return s; /* perhaps without an address: not even nought may be added to none */
    }
    const char *end = s.at + s.length, *at = skip_space(s.at, end), *last = at;
    for (const char *p = at; p < end;) {
        if (is_space(*p)) {
            p++;
        } else if (is_comment(p, end)) {
            p = skip_comment(p, end);
        } else {
            last = p = skip_item(p, end);
        }
    }
    return (struct fs_span){at, (size_t)(last - at)};
}

static int hex_digit(char c)
{
    char lower = (char)(c | 0x20);
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* `\<00 01 ...>` */
static const char *unescape_bytes(struct fs_text *t, const char *s, const char *end)
{
    int value = 0, digits = 0;
    for (s += 2; s < end && *s != '>'; s++) {
        if (is_comment(s, end)) {
            s = skip_comment(s, end) - 1;
            continue;
        }
        int d = hex_digit(*s);
        if (d < 0) {
            continue;
        }
        value = value * 16 + d;
        if (++digits == 2) {
            fs_text_char(t, (char)value);
            value = digits = 0;
        }
    }
    return s < end ? s + 1 : end;
}

static const char *unescape_number(struct fs_text *t, const char *s, const char *end)
{
    bool hex = s[1] == 'x';
    int value = 0;
    s += hex ? 2 : 1;
    for (unsigned i = 0; s < end && hex_digit(*s) >= 0 && (hex || (i < 3 && *s < '8')); s++, i++) {
        value = (value * (hex ? 16 : 8) + hex_digit(*s)) & 0xff;
    }
    fs_text_char(t, (char)value);
    return s;
}

/* What the escape that begins at s stands for; answers where it ends. */
static const char *unescape(struct fs_text *t, const char *s, const char *end)
{
    static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
    if (s + 1 == end) {
        fs_text_char(t, '\\');
        return end;
    }
    char c = s[1];
    if (c == '<') {
        return unescape_bytes(t, s, end);
    }
    if ((c >= '0' && c <= '7') || c == 'x') {
        return unescape_number(t, s, end);
    }
    if (c == '\n' || c == '\r') {
        return c == '\r' && s + 2 < end && s[2] == '\n' ? s + 3 : s + 2;
    }
    for (unsigned i = 0; from[i] != '\0'; i++) {
        if (c == from[i]) {
            c = to[i];
            break;
        }
    }
    fs_text_char(t, c);
    return s + 2;
}

void fs_text_unquoted(struct fs_text *t, struct fs_span text)
{
    text = fs_span_trimmed(text);
    const char *s = text.at, *end = s + text.length;
    char quote = 0;
    while (s < end) {
        if ((*s == '"' || *s == '\'') && (quote == 0 || quote == *s)) {
            quote = quote == 0 ? *s : 0;
            s++;
        } else if (*s == '\\' && (quote == '"' || (quote == 0 && s + 1 < end && s[1] == '<'))) {
            s = unescape(t, s, end);
        } else if (quote == 0 && (is_space(*s) || is_comment(s, end))) {
            const char *after = skip_space(s, end), *space = s;
            while (space < after && is_space(*space)) {
                space++;
            }
            fs_text_bytes(t, space < after ? " " : s, space < after ? 1 : (size_t)(after - s));
            s = after;
        } else {
            fs_text_char(t, *s++);
        }
    }
}

void fs_text_escaped(struct fs_text *t, struct fs_span s)
{
    for (size_t i = 0; i < s.length; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c == '\\' || c == '"' || c == '$') {
            fs_text_char(t, '\\');
            fs_text_char(t, (char)c);
        } else if (c == '\t' || c == '\r' || c == '\n') {
            fs_text_string(t, c == '\t' ? "\\t" : c == '\r' ? "\\r" : "\\n");
        } else if (c < 32 || c >= 127) {
            fs_text_format(t, "\\%c%c%c", '0' + (c >> 6), '0' + (c >> 3 & 7), '0' + (c & 7));
        } else {
            fs_text_char(t, (char)c);
        }
    }
}

void fs_text_quoted(struct fs_text *t, struct fs_span s)
{
    fs_text_char(t, '"');
    fs_text_escaped(t, s);
    fs_text_char(t, '"');
}

/* `$(HANDLER ...)`: to the bracket that closes it, outside of quotes. */
static struct fs_reference handler_reference(const char *s, const char *end)
{
    struct fs_reference r = {.kind = '('};
    const char *begin = s;
    char quote = 0;
    for (unsigned level = 1; s < end; s++) {
        if (*s == '"' || *s == '\'') {
            quote = quote == 0 ? *s : quote == *s ? 0 : quote;
        } else if (*s == '\\' && quote != '\'' && s + 1 < end) {
            s++;
        } else if (*s == '$') {
            r.nested |= quote != '\'';
        } else if (quote == 0 && *s == '(') {
            level++;
        } else if (quote == 0 && *s == ')' && --level == 0) {
            r.name = (struct fs_span){begin, (size_t)(s - begin)};
            r.end = s + 1;
            return r;
        }
    }
    return (struct fs_reference){.end = end}; /* never closed */
}

struct fs_reference fs_reference(const char *dollar, const char *end)
{
    const char *s = dollar + 1, *begin = s;
    if (s == end) {
        return (struct fs_reference){.end = end};
    }
    if (*s == '(') {
        return handler_reference(s + 1, end);
    }
    if (*s == '{') {
        for (begin = ++s; s < end && *s != '}'; s++) {
        }
        return s == end ? (struct fs_reference){.end = end}
                        : (struct fs_reference){'{', false, {begin, (size_t)(s - begin)}, s + 1};
    }
    if (*s == '?' || *s == '#' || *s == '$') {
        s++;
    }
    while (s < end && (s == begin || is_word(begin[0])) && is_word(*s)) {
        s++;
    }
    return s == begin ? (struct fs_reference){.end = s} : (struct fs_reference){'a', false, {begin, (size_t)(s - begin)}, s};
}
