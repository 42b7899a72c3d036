#include "internal.h"

#include <stdarg.h>

void fs_text_bytes(struct fs_text *t, const void *bytes, size_t n)
{
    size_t room = t->capacity - t->length;
    if (n > room && t->grow != NULL && t->grow(t, n)) {
        room = t->capacity - t->length;
    }
    size_t fits = n < room ? n : room;
    if (fits > 0) {
        memcpy(t->at + t->length, bytes, fits);
        t->length += fits;
    }
    t->missing += n - fits;
}

void fs_text_char(struct fs_text *t, char c) { fs_text_bytes(t, &c, 1); }

void fs_text_string(struct fs_text *t, const char *s) { fs_text_bytes(t, s, strlen(s)); }

static const char digits[] = "0123456789abcdef";

/* The digits of v in `base`, at the end of a 20-byte buffer; answers where they begin. */
static char *number(char *end, uint64_t v, unsigned base)
{
    do {
        *--end = digits[v % base];
        v /= base;
    } while (v != 0);
    return end;
}

void fs_text_u64(struct fs_text *t, uint64_t v)
{
    char buffer[20];
    char *at = number(buffer + sizeof(buffer), v, 10);
    fs_text_bytes(t, at, (size_t)(buffer + sizeof(buffer) - at));
}

void fs_text_i64(struct fs_text *t, int64_t v)
{
    if (v < 0) {
        fs_text_char(t, '-');
    }
    fs_text_u64(t, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void fs_text_hex(struct fs_text *t, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < n; i++) {
        char pair[2] = {digits[at[i] >> 4], digits[at[i] & 15]};
        fs_text_bytes(t, pair, 2);
    }
}

struct directive {
    bool left, zero, negative;
    unsigned width, longs;
    int precision; /* -1: none */
};

static void padded(struct fs_text *t, const struct directive *d, const char *at, size_t n)
{
    size_t total = n + d->negative;
    size_t fill = d->width > total ? d->width - total : 0;
    for (size_t i = 0; !d->left && !d->zero && i < fill; i++) {
        fs_text_char(t, ' ');
    }
    if (d->negative) {
        fs_text_char(t, '-');
    }
    for (size_t i = 0; !d->left && d->zero && i < fill; i++) {
        fs_text_char(t, '0');
    }
    fs_text_bytes(t, at, n);
    for (size_t i = 0; d->left && i < fill; i++) {
        fs_text_char(t, ' ');
    }
}

static const char *directive(const char *f, struct directive *d, va_list *arguments)
{
    *d = (struct directive){.precision = -1};
    for (; *f == '-' || *f == '0'; f++) {
        d->left |= *f == '-';
        d->zero |= *f == '0';
    }
    for (; *f >= '0' && *f <= '9'; f++) {
        d->width = d->width * 10 + (unsigned)(*f - '0');
    }
    if (*f == '.') {
        f++;
        if (*f == '*') {
            d->precision = va_arg(*arguments, int);
            f++;
        } else {
            for (d->precision = 0; *f >= '0' && *f <= '9'; f++) {
                d->precision = d->precision * 10 + (*f - '0');
            }
        }
    }
    for (; *f == 'l' || *f == 'z'; f++) {
        d->longs++;
    }
    return f;
}

static size_t bounded_length(const char *s, int precision)
{
    size_t n = 0;
    while ((precision < 0 || n < (size_t)precision) && s[n] != '\0') {
        n++;
    }
    return n;
}

static void format_list(struct fs_text *t, const char *format, va_list *arguments)
{
    for (const char *f = format; *f != '\0'; f++) {
        if (*f != '%') {
            fs_text_char(t, *f);
            continue;
        }
        struct directive d;
        char buffer[20];
        char *end = buffer + sizeof(buffer), *at = end;
        f = directive(f + 1, &d, arguments);
        switch (*f) {
        case 's': {
            const char *s = va_arg(*arguments, const char *);
            padded(t, &d, s, bounded_length(s, d.precision));
            break;
        }
        case 'c':
            *--at = (char)va_arg(*arguments, int);
            padded(t, &d, at, 1);
            break;
        case 'd': {
            int64_t v = d.longs > 0 ? va_arg(*arguments, long) : va_arg(*arguments, int);
            d.negative = v < 0;
            at = number(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10);
            padded(t, &d, at, (size_t)(end - at));
            break;
        }
        case 'u':
        case 'x': {
            uint64_t v = d.longs > 0 ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
            at = number(end, v, *f == 'u' ? 10 : 16);
            padded(t, &d, at, (size_t)(end - at));
            break;
        }
        case '\0':
            f--; /* a lone '%' at the end: the loop sees the end again */
            break;
        default:
            fs_text_char(t, *f);
        }
    }
}

void fs_text_format(struct fs_text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    format_list(t, format, &arguments);
    va_end(arguments);
}

void fs_text_fail(struct fs_text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    t->length = t->missing = 0;
    t->failed = true;
    format_list(t, format, &arguments);
    va_end(arguments);
}

bool fs_text_is(const char *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != word[i] || word[i] == '\0') {
            return false;
        }
    }
    return word[length] == '\0';
}
