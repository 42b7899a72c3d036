/* script_functions.c: the functions of scripts, which are read handlers with parameters. */
#include <flowstream/file.h>

#include "net/decimal.h"
#include "net/script.h"
#include "net/values.h"

static struct fs_script *mine(struct fs_element *e) { return (struct fs_script *)e; }

/* The word without its quotes; it lasts until the text is given back. */
static struct fs_text *unquoted(struct fs_script *s, struct fs_span word)
{
    struct fs_text *t = fs_script_take(s);
    if (t != NULL) {
        fs_text_unquoted(t, word);
    }
    return t;
}

static bool truth(struct fs_span word, bool *value) { return fs_parse_boolean(word.at, word.length, value); }

/* ---- numbers ---- */

enum list { ADD = '+', SUB = '-', MUL = '*', DIV = '/', IDIV = 'i', MIN = '<', MAX = '>' };

static void list(const char *parameters, enum list what, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters), word = fs_span_word(&rest);
    struct fs_number sum = fs_number_of(what == ADD || what == SUB ? 0 : 1), each;
    for (bool first = true; word.length > 0; first = false, word = fs_span_word(&rest)) {
        if (!fs_number_parse(word, &each)) {
            fs_text_fail(value, "expected list of numbers");
            return;
        }
        if (first) {
            sum = each;
        } else if (what == MIN || what == MAX) {
            sum = (fs_number_compare(&each, &sum) < 0) == (what == MIN) ? each : sum;
        } else {
            sum = fs_number_reckon(&sum, what == IDIV ? '/' : (char)what, &each);
        }
    }
    if (what == IDIV && sum.kind == FS_NUMBER_DECIMAL) {
        sum = fs_number_of((int64_t)(sum.decimal / 1000000000 / 1000000000));
    }
    fs_text_number(value, &sum);
}

static void remainder_of(const char *parameters, bool integers, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters), a = fs_span_word(&rest), b = fs_span_word(&rest);
    struct fs_number x, y;
    if (rest.length > 0 || !fs_number_parse(a, &x) || !fs_number_parse(b, &y)
        || (integers && (x.kind != FS_NUMBER_INTEGER || y.kind != FS_NUMBER_INTEGER))) {
        fs_text_fail(value, "expected two numbers");
        return;
    }
    x = fs_number_reckon(&x, '%', &y);
    fs_text_number(value, &x);
}

static void signed_number(const char *parameters, bool absolute, struct fs_text *value)
{
    struct fs_number x, zero = fs_number_of(0);
    if (!fs_number_parse(fs_span_trimmed(fs_span(parameters)), &x)) {
        fs_text_fail(value, "expected one number");
        return;
    }
    if (!absolute || fs_number_compare(&x, &zero) < 0) {
        x = fs_number_reckon(&zero, '-', &x);
    }
    fs_text_number(value, &x);
}

/* below, same, above: what the comparison must be one of. */
static void compare(struct fs_element *e, const char *parameters, bool below, bool same, bool above, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters), a = fs_span_word(&rest), b = fs_span_word(&rest);
    struct fs_number x, y;
    int order;
    if (rest.length > 0 || a.length == 0 || b.length == 0) {
        fs_text_fail(value, "expected two numbers");
        return;
    }
    if (fs_number_parse(a, &x) && fs_number_parse(b, &y)) {
        order = fs_number_compare(&x, &y);
    } else {
        struct fs_text *left = unquoted(mine(e), a), *right = left != NULL ? unquoted(mine(e), b) : NULL;
        if (right == NULL) {
            if (left != NULL) {
                fs_script_give(mine(e));
            }
            fs_text_fail(value, "expressions nest too deep");
            return;
        }
        size_t common = left->length < right->length ? left->length : right->length;
        order = common > 0 ? __builtin_memcmp(left->at, right->at, common) : 0;
        order = order != 0 ? order : left->length < right->length ? -1 : left->length > right->length;
        fs_script_give(mine(e));
        fs_script_give(mine(e));
    }
    fs_text_boolean(value, order < 0 ? below : order > 0 ? above : same);
}

static void swapped(const char *parameters, unsigned bytes, struct fs_text *value)
{
    int64_t n;
    if (!fs_integer_parse(fs_span_trimmed(fs_span(parameters)), &n)) {
        fs_text_fail(value, "syntax error");
        return;
    }
    fs_text_u64(value, bytes == 2 ? __builtin_bswap16((uint16_t)n) : __builtin_bswap32((uint32_t)n));
}

static void read_random(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters), a = fs_span_word(&rest), b = fs_span_word(&rest);
    int64_t from = 0, to = INT32_MAX;
    bool good = a.length == 0 || fs_integer_parse(a, b.length > 0 ? &from : &to);
    good = good && (b.length == 0 || fs_integer_parse(b, &to)) && rest.length == 0;
    to -= a.length > 0 && b.length == 0; /* one number is one more than the largest */
    if (!good || from < 0 || to < from || to > UINT32_MAX) {
        fs_text_fail(value, "bad N");
        return;
    }
    fs_text_i64(value, from + (int64_t)(fs_random(e) >> 11) % (to - from + 1));
}

/* ---- truth ---- */

static void read_not(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    bool x;
    (void)e;
    if (!truth(fs_span_trimmed(fs_span(parameters)), &x)) {
        fs_text_fail(value, "syntax error");
        return;
    }
    fs_text_boolean(value, !x);
}

/* Until one is `decides`; the answer is that one, or its opposite, turned round for nand and nor. */
static void logic(const char *parameters, bool decides, bool turned, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters);
    bool answer = !decides;
    while (answer != decides && rest.length > 0) {
        if (!truth(fs_span_word(&rest), &answer)) {
            fs_text_fail(value, "syntax error");
            return;
        }
    }
    fs_text_boolean(value, answer != turned);
}

static void read_if(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters), condition = fs_span_word(&rest), yes = fs_span_word(&rest);
    bool x;
    (void)e;
    if (!truth(condition, &x)) {
        fs_text_fail(value, "syntax error");
        return;
    }
    struct fs_span answer = x ? yes : fs_span_word(&rest);
    fs_text_bytes(value, answer.at, answer.length);
}

static void read_in(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters);
    struct fs_text *word = unquoted(mine(e), fs_span_word(&rest));
    bool found = false;
    if (word == NULL) {
        fs_text_fail(value, "expressions nest too deep");
        return;
    }
    while (word->length > 0 && rest.length > 0 && !found) {
        struct fs_text *each = unquoted(mine(e), fs_span_word(&rest));
        if (each == NULL) {
            break;
        }
        found = each->length == word->length && __builtin_memcmp(each->at, word->at, word->length) == 0;
        fs_script_give(mine(e));
    }
    fs_script_give(mine(e));
    fs_text_boolean(value, found);
}

static void can_all(struct fs_element *e, const char *parameters, bool write, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters);
    bool all = true;
    while (rest.length > 0 && all) {
        struct fs_span word = fs_span_word(&rest);
        char name[FS_SCRIPT_NAME];
        struct fs_text nowhere = {0};
        all = word.length < sizeof name;
        if (all) {
            __builtin_memcpy(name, word.at, word.length);
            name[word.length] = '\0';
            all = fs_handler_check(e, name, write, &nowhere) == 0;
        }
    }
    fs_text_boolean(value, all);
}

/* ---- texts ---- */

static void read_first(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters), word = fs_span_word(&rest);
    (void)e;
    fs_text_bytes(value, word.at, word.length);
}

static void read_length(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)e;
    fs_text_u64(value, __builtin_strlen(parameters));
}

static void read_unquote(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)e;
    fs_text_unquoted(value, fs_span(parameters));
}

static void read_now(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_time(value, fs_now(e));
}

/* ---- sprintf ---- */

struct directive {
    bool zero, alternate, left, space, plus;
    uint32_t width, precision;
    bool precise;
    char size, conversion;
};

/* A width or precision: digits, or * for the next parameter. */
static bool figure(const char **f, const char *end, struct fs_span *rest, uint32_t *value, bool *negative)
{
    int64_t n = 0;
    if (*f < end && **f == '*') {
        ++*f;
        if (!fs_integer_parse(fs_span_word(rest), &n) || n < -4096 || n > 4096) {
            return false;
        }
    }
    for (; *f < end && **f >= '0' && **f <= '9' && n < 4096; ++*f) {
        n = n * 10 + (**f - '0');
    }
    *negative = n < 0;
    *value = (uint32_t)(n < 0 ? -n : n);
    return true;
}

static bool directive(const char **at, const char *end, struct fs_span *rest, struct directive *d)
{
    const char *f = *at + 1;
    bool negative;
    *d = (struct directive){0};
    for (; f < end && (*f == '0' || *f == '#' || *f == '-' || *f == ' ' || *f == '+'); f++) {
        d->zero |= *f == '0';
        d->alternate |= *f == '#';
        d->left |= *f == '-';
        d->space |= *f == ' ';
        d->plus |= *f == '+';
    }
    if (!figure(&f, end, rest, &d->width, &negative)) {
        return false;
    }
    d->left |= negative;
    if (f < end && *f == '.') {
        f++;
        d->precise = true;
        if (!figure(&f, end, rest, &d->precision, &negative) || negative) {
            return false;
        }
    }
    for (; f < end && (*f == 'h' || *f == 'l' || *f == 'L' || *f == 'q'); f++) {
        d->size = *f;
    }
    d->conversion = f < end ? *f : '\0';
    *at = f + 1;
    return f < end;
}

static void repeated(struct fs_text *t, char c, size_t n)
{
    while (n-- > 0) {
        fs_text_char(t, c);
    }
}

/* prefix (sign or 0x), then zeros, then the body, to the width. */
static void padded(struct fs_text *t, const struct directive *d, const char *prefix, size_t zeros, struct fs_span body)
{
    size_t before = __builtin_strlen(prefix), length = before + zeros + body.length;
    size_t fill = d->width > length ? d->width - length : 0;
    bool with_zeros = d->zero && !d->left && !d->precise;
    repeated(t, ' ', d->left || with_zeros ? 0 : fill);
    fs_text_bytes(t, prefix, before);
    repeated(t, '0', zeros + (with_zeros ? fill : 0));
    fs_text_bytes(t, body.at, body.length);
    repeated(t, ' ', d->left ? fill : 0);
}

static bool number_directive(struct fs_text *t, const struct directive *d, struct fs_span word)
{
    bool is_signed = d->conversion == 'd' || d->conversion == 'i';
    unsigned base = is_signed || d->conversion == 'u' ? 10 : d->conversion == 'o' ? 8 : 16;
    const char *digits = d->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char buffer[24], *end = buffer + sizeof buffer, *at = end;
    int64_t n;
    if (!fs_integer_parse(word, &n)) {
        return false;
    }
    if (d->size == 'h') {
        n = is_signed ? (int16_t)n : (uint16_t)n;
    }
    uint64_t v = is_signed && n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    const char *prefix = is_signed && n < 0            ? "-"
                       : is_signed && d->plus          ? "+"
                       : is_signed && d->space         ? " "
                       : d->alternate && base == 16 && v != 0 ? (d->conversion == 'X' ? "0X" : "0x")
                       : d->alternate && base == 8     ? "0"
                                                       : "";
    do {
        *--at = digits[v % base];
        v /= base;
    } while (v != 0);
    size_t count = (size_t)(end - at), zeros = d->precise && d->precision > count ? d->precision - count : 0;
    padded(t, d, prefix, zeros, (struct fs_span){at, count});
    return true;
}

static bool string_directive(struct fs_script *s, struct fs_text *t, const struct directive *d, struct fs_span word)
{
    struct fs_text *text = word.length > 0 ? unquoted(s, word) : NULL;
    if (text == NULL) {
        return false;
    }
    size_t length = d->precise && d->precision < text->length ? d->precision : text->length;
    struct directive plain = *d;
    plain.zero = false;
    padded(t, &plain, "", 0, (struct fs_span){text->at, length});
    fs_script_give(s);
    return true;
}

static bool formatted(struct fs_script *s, struct fs_text *t, struct fs_span format, struct fs_span *rest)
{
    const char *f = format.at, *end = f + format.length;
    while (f < end) {
        struct directive d;
        if (*f != '%') {
            fs_text_char(t, *f++);
            continue;
        }
        if (!directive(&f, end, rest, &d)) {
            return false;
        }
        bool good = true;
        switch (d.conversion) {
        case '%':
            fs_text_char(t, '%');
            break;
        case 's':
            good = string_directive(s, t, &d, fs_span_word(rest));
            break;
        case 'd': case 'i': case 'u': case 'o': case 'x': case 'X':
            good = number_directive(t, &d, fs_span_word(rest));
            break;
        default:
            good = false;
        }
        if (!good) {
            return false;
        }
    }
    return rest->length == 0;
}

static void read_sprintf(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters);
    struct fs_text *format = unquoted(mine(e), fs_span_word(&rest));
    if (format == NULL || !formatted(mine(e), value, fs_span_of(format), &rest)) {
        fs_text_fail(value, "syntax error");
    }
    if (format != NULL) {
        fs_script_give(mine(e));
    }
}

/* ---- the process around ---- */

static void read_file(struct fs_element *e, const char *parameters, bool quoted, struct fs_text *value)
{
    struct fs_text *name = unquoted(mine(e), fs_span(parameters)), *whole = name != NULL ? fs_script_take(mine(e)) : NULL;
    struct fs_text error = fs_text_growing(e);
    if (whole == NULL) {
        if (name != NULL) {
            fs_script_give(mine(e));
        }
        fs_text_fail(value, "expressions nest too deep");
        return;
    }
    fs_text_char(name, '\0');
    struct fs_file *f = fs_file_open(e, name->at, FS_FILE_READ, &error);
    char bytes[512];
    size_t got;
    while (f != NULL && (got = fs_file_read(e, f, bytes, sizeof bytes, false)) > 0) {
        fs_text_bytes(quoted ? whole : value, bytes, got);
    }
    if (f == NULL) {
        fs_text_fail(value, "%.*s", (int)error.length, error.at);
    } else {
        fs_file_close(e, f);
        if (quoted) {
            fs_text_quoted(value, fs_span_of(whole));
        }
    }
    fs_script_give(mine(e));
    fs_script_give(mine(e));
}

static void read_kill(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters);
    int number = fs_script_signal(fs_span_word(&rest));
    if (number == 0) {
        fs_text_fail(value, "bad SIGNO");
        return;
    }
    while (rest.length > 0) {
        int64_t process;
        char line[120];
        struct fs_text error = {.at = line, .capacity = sizeof line};
        if (!fs_integer_parse(fs_span_word(&rest), &process)) {
            fs_text_fail(value, "bad PID");
            return;
        }
        if (fs_raise(e, number, process, &error) != 0) {
            fs_text_fail(value, "%.*s", (int)error.length, line);
            return;
        }
    }
}

/* ---- variables ---- */

static struct fs_text *variable(struct fs_element *e, struct fs_span name, bool add)
{
    if (fs_span_is(name, "args")) {
        return &mine(e)->arguments;
    }
    struct fs_script_variable *v = fs_script_variable(mine(e), name, add);
    return v != NULL ? &v->value : NULL;
}

static struct fs_text *named_variable(struct fs_element *e, const char *parameters, const char *fallback,
                                      struct fs_text *value)
{
    struct fs_span rest = fs_span(parameters), name = fs_span_word(&rest);
    name = name.length == 0 ? fs_span(fallback) : name;
    if (name.length == 0 || rest.length > 0) {
        fs_text_fail(value, rest.length > 0 ? "too many arguments" : "no variable");
        return NULL;
    }
    struct fs_text *v = variable(e, name, false);
    if (v == NULL) {
        fs_text_fail(value, "undefined variable '%.*s'", (int)name.length, name.at);
    }
    return v;
}

static void read_get(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_text *v = named_variable(e, parameters, "", value);
    if (v != NULL) {
        fs_text_bytes(value, v->at, v->length);
    }
}

static void read_shift(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_text *v = named_variable(e, parameters, "args", value);
    if (v == NULL || v->length == 0) {
        return;
    }
    struct fs_span rest = fs_span_of(v), word = fs_span_word(&rest);
    fs_text_bytes(value, word.at, word.length);
    __builtin_memmove(v->at, rest.at, rest.length);
    v->length = rest.length;
}

static int write_set(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_span rest = {value, length}, name = fs_span_word(&rest);
    struct fs_text *v = name.length > 0 ? variable(e, name, true) : NULL;
    if (v == NULL) {
        fs_text_string(error, name.length > 0 ? "out of memory" : "no variable");
        return -1;
    }
    v->length = v->missing = 0;
    fs_text_bytes(v, rest.at, rest.length);
    return 0;
}

/* ---- the list ---- */

#define READ(name, call) \
    static void read_##name(struct fs_element *e, const char *parameters, struct fs_text *value) \
    { \
        (void)e; \
        call; \
    }
READ(add, list(parameters, ADD, value))
READ(sub, list(parameters, SUB, value))
READ(mul, list(parameters, MUL, value))
READ(div, list(parameters, DIV, value))
READ(idiv, list(parameters, IDIV, value))
READ(min, list(parameters, MIN, value))
READ(max, list(parameters, MAX, value))
READ(mod, remainder_of(parameters, true, value))
READ(rem, remainder_of(parameters, false, value))
READ(neg, signed_number(parameters, false, value))
READ(abs, signed_number(parameters, true, value))
READ(eq, compare(e, parameters, false, true, false, value))
READ(ne, compare(e, parameters, true, false, true, value))
READ(gt, compare(e, parameters, false, false, true, value))
READ(ge, compare(e, parameters, false, true, true, value))
READ(lt, compare(e, parameters, true, false, false, value))
READ(le, compare(e, parameters, true, true, false, value))
READ(and, logic(parameters, false, false, value))
READ(or, logic(parameters, true, false, value))
READ(nand, logic(parameters, false, true, value))
READ(nor, logic(parameters, true, true, value))
READ(swap16, swapped(parameters, 2, value))
READ(swap32, swapped(parameters, 4, value))
READ(readable, can_all(e, parameters, false, value))
READ(writable, can_all(e, parameters, true, value))
READ(cat, read_file(e, parameters, false, value))
READ(catq, read_file(e, parameters, true, value))

enum { P = FS_HANDLER_PARAMETER, OWN = FS_HANDLER_PARAMETER | FS_HANDLER_PRIVATE };

const struct fs_handler fs_script_handlers[FS_SCRIPT_HANDLERS] = {
    {"step", NULL, fs_script_write_step, 0, NULL, "Goes past the pause or wait where it is; past N of them with a number."},
    {"goto", NULL, fs_script_write_goto, 0, NULL, "Goes on at the label."},
    {"run", fs_script_run, fs_script_write_run, P, NULL, "Runs the script from its beginning; the value is `return`'s."},
    {"add", read_add, NULL, P, NULL, "The sum of the numbers."},
    {"sub", read_sub, NULL, P, NULL, "The first number less the others."},
    {"min", read_min, NULL, P, NULL, "The least of the numbers."},
    {"max", read_max, NULL, P, NULL, "The greatest of the numbers."},
    {"mul", read_mul, NULL, P, NULL, "The product of the numbers."},
    {"div", read_div, NULL, P, NULL, "The first number divided by the others."},
    {"idiv", read_idiv, NULL, P, NULL, "The same, without the fraction."},
    {"mod", read_mod, NULL, P, NULL, "The rest of a division of two integers."},
    {"rem", read_rem, NULL, P, NULL, "The rest of a division of two numbers."},
    {"neg", read_neg, NULL, P, NULL, "The number with the other sign."},
    {"abs", read_abs, NULL, P, NULL, "The number without its sign."},
    {"eq", read_eq, NULL, P, NULL, "Whether two numbers, or else texts, are equal."},
    {"ne", read_ne, NULL, P, NULL, "Whether they differ."},
    {"gt", read_gt, NULL, P, NULL, "Whether the first is greater."},
    {"ge", read_ge, NULL, P, NULL, "Whether the first is greater or equal."},
    {"lt", read_lt, NULL, P, NULL, "Whether the first is less."},
    {"le", read_le, NULL, P, NULL, "Whether the first is less or equal."},
    {"not", read_not, NULL, P, NULL, "The opposite truth."},
    {"sprintf", read_sprintf, NULL, P, NULL, "A format (d i u o x X s %) and what it shows."},
    {"first", read_first, NULL, P, NULL, "The first word."},
    {"random", read_random, NULL, P, NULL, "A number from 0 to 2^31-1, below N, or from N1 to N2."},
    {"and", read_and, NULL, P, NULL, "Whether all are true."},
    {"or", read_or, NULL, P, NULL, "Whether one is true."},
    {"nand", read_nand, NULL, P, NULL, "Whether one is false."},
    {"nor", read_nor, NULL, P, NULL, "Whether all are false."},
    {"if", read_if, NULL, P, NULL, "The second word if the first is true, else the third."},
    {"in", read_in, NULL, P, NULL, "Whether the first word is among the others."},
    {"now", read_now, NULL, 0, NULL, "The time, in seconds since 1970."},
    {"readable", read_readable, NULL, P, NULL, "Whether all these handlers can be read."},
    {"writable", read_writable, NULL, P, NULL, "Whether all these handlers can be written."},
    {"length", read_length, NULL, P, NULL, "How many characters there are."},
    {"unquote", read_unquote, NULL, P, NULL, "The text without one layer of quotes."},
    {"htons", read_swap16, NULL, P, NULL, "16 bits in the other order of bytes."},
    {"htonl", read_swap32, NULL, P, NULL, "32 bits in the other order of bytes."},
    {"ntohs", read_swap16, NULL, P, NULL, "16 bits in the other order of bytes."},
    {"ntohl", read_swap32, NULL, P, NULL, "32 bits in the other order of bytes."},
    {"cat", read_cat, NULL, OWN, NULL, "What is in the file (not in a machine)."},
    {"catq", read_catq, NULL, OWN, NULL, "The same, quoted."},
    {"kill", read_kill, NULL, OWN, NULL, "Sends a signal to processes (not in a machine): SIGNAL PROCESS..."},
    {"get", read_get, NULL, P, NULL, "The variable's value."},
    {"set", NULL, write_set, 0, NULL, "Sets a variable: NAME VALUE."},
    {"shift", read_shift, NULL, P, NULL, "Takes the first word off a variable (the arguments of run) and answers it."},
};
