#include "net/decimal.h"

enum { PLACES = 18, DIGITS = 12, NUMBER_MAX = 40 };
static const int64_t one = 1000000000000000000; /* 1e18 */
static const fs_decimal largest = (fs_decimal)(((unsigned __int128)1 << 127) - 1);

static struct fs_number special(enum fs_number_kind kind) { return (struct fs_number){.kind = kind}; }

struct fs_number fs_number_of(int64_t n)
{
    return (struct fs_number){FS_NUMBER_INTEGER, n, (fs_decimal)n * one};
}

static struct fs_number decimal(fs_decimal d) { return (struct fs_number){FS_NUMBER_DECIMAL, 0, d}; }

static int digit(char c)
{
    char lower = (char)(c | 0x20);
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

static bool sign(struct fs_span *s)
{
    bool negative = s->length > 0 && *s->at == '-';
    if (s->length > 0 && (*s->at == '-' || *s->at == '+')) {
        s->at++;
        s->length--;
    }
    return negative;
}

bool fs_integer_parse(struct fs_span s, int64_t *n)
{
    bool negative = sign(&s);
    int base = 10;
    if (s.length > 1 && s.at[0] == '0') {
        base = (s.at[1] | 0x20) == 'x' ? 16 : 8;
        s.at += base == 16 ? 2 : 1;
        s.length -= base == 16 ? 2 : 1;
    }
    if (s.length == 0) {
        return false;
    }
    uint64_t v = 0, most = (uint64_t)INT64_MAX + negative;
    for (size_t i = 0; i < s.length; i++) {
        int d = digit(s.at[i]);
        if (d >= base || v > (most - (uint64_t)d) / (uint64_t)base) {
            return false;
        }
        v = v * (uint64_t)base + (uint64_t)d;
    }
    *n = (int64_t)(negative ? 0 - v : v);
    return true;
}

static bool tenfold(fs_decimal *d, int by)
{
    for (; by > 0; by--) {
        if (*d > largest / 10) {
            return false;
        }
        *d *= 10;
    }
    for (; by < 0 && *d != 0; by++) {
        *d /= 10;
    }
    return true;
}

/* What is behind the e; 0 when there is none. */
static bool exponent(struct fs_span s, int *e)
{
    *e = 0;
    if (s.length == 0) {
        return true;
    }
    s.at++;
    s.length--;
    bool negative = sign(&s);
    for (size_t i = 0; i < s.length; i++) {
        if (digit(s.at[i]) > 9) {
            return false;
        }
        *e = *e < 1000 ? *e * 10 + digit(s.at[i]) : *e;
    }
    *e = negative ? -*e : *e;
    return s.length > 0;
}

bool fs_number_parse(struct fs_span s, struct fs_number *n)
{
    int64_t whole;
    if (fs_integer_parse(s, &whole)) {
        *n = fs_number_of(whole);
        return true;
    }
    bool negative = sign(&s), point = false;
    fs_decimal d = 0;
    int places = 0, e;
    size_t i = 0, digits = 0;
    for (; i < s.length && (digit(s.at[i]) < 10 || (s.at[i] == '.' && !point)); i++) {
        if (s.at[i] == '.') {
            point = true;
        } else if (d <= largest / 10 - 1) {
            d = d * 10 + digit(s.at[i]);
            places += point;
            digits++;
        } else {
            places -= !point; /* more digits than anybody can use */
        }
    }
    s = (struct fs_span){s.at + i, s.length - i};
    if (digits == 0 || (s.length > 0 && (*s.at | 0x20) != 'e') || !exponent(s, &e)
        || !tenfold(&d, PLACES - places + e)) {
        return false;
    }
    *n = decimal(negative ? -d : d);
    return true;
}

/* ---- reckoning ---- */

/* Of two numbers that are not below 0: their product, and `largest` when it is larger. */
static fs_decimal times(fs_decimal a, fs_decimal b)
{
    fs_decimal whole_a = a / one, part_a = a % one, whole_b = b / one, part_b = b % one, product;
    if (whole_b > 0 && whole_a > largest / one / 4 / whole_b) {
        return largest;
    }
    product = whole_a * whole_b * one + whole_a * part_b;
    return product + part_a * whole_b + part_a * part_b / one;
}

static fs_decimal divided(fs_decimal a, fs_decimal b)
{
    fs_decimal quotient = a / b, rest = a % b;
    for (int i = 0; i < PLACES; i++) {
        if (quotient > largest / 10 - 1) {
            return largest;
        }
        while (rest > largest / 10) { /* only of numbers so large that this is beyond their digits */
            rest /= 2;
            b /= 2;
        }
        quotient = quotient * 10 + rest * 10 / b;
        rest = rest * 10 % b;
    }
    return quotient;
}

static fs_decimal magnitude(fs_decimal d) { return d < 0 ? -d : d; }

static struct fs_number divide(const struct fs_number *a, const struct fs_number *b)
{
    if (b->decimal == 0) {
        return special(a->decimal == 0  ? FS_NUMBER_NONE
                       : a->decimal > 0 ? FS_NUMBER_INFINITE
                                        : FS_NUMBER_NEGATIVE_INFINITE);
    }
    fs_decimal d = divided(magnitude(a->decimal), magnitude(b->decimal));
    return decimal((a->decimal < 0) != (b->decimal < 0) ? -d : d);
}

struct fs_number fs_number_reckon(const struct fs_number *a, char operation, const struct fs_number *b)
{
    if (a->kind > FS_NUMBER_DECIMAL || b->kind > FS_NUMBER_DECIMAL) {
        return special(FS_NUMBER_NONE);
    }
    const unsigned __int128 left = (unsigned __int128)a->decimal, right = (unsigned __int128)b->decimal;
    bool whole = a->kind == FS_NUMBER_INTEGER && b->kind == FS_NUMBER_INTEGER;
    uint64_t x = (uint64_t)a->integer, y = (uint64_t)b->integer;
    switch (operation) {
    case '+':
        return whole ? fs_number_of((int64_t)(x + y)) : decimal((fs_decimal)(left + right));
    case '-':
        return whole ? fs_number_of((int64_t)(x - y)) : decimal((fs_decimal)(left - right));
    case '*': {
        fs_decimal d = whole ? 0 : times(magnitude(a->decimal), magnitude(b->decimal));
        return whole ? fs_number_of((int64_t)(x * y)) : decimal((a->decimal < 0) != (b->decimal < 0) ? -d : d);
    }
    case '%':
        if (b->decimal == 0) {
            return special(FS_NUMBER_NONE);
        }
        return whole ? fs_number_of(b->integer == -1 ? 0 : a->integer % b->integer) : decimal(a->decimal % b->decimal);
    default:
        return divide(a, b);
    }
}

int fs_number_compare(const struct fs_number *a, const struct fs_number *b)
{
    return a->decimal < b->decimal ? -1 : a->decimal > b->decimal;
}

/* ---- texts ---- */

/* The digits of d, at the end of the buffer. */
static char *digits_of(char *end, fs_decimal d)
{
    do {
        *--end = (char)('0' + (int)(d % 10));
        d /= 10;
    } while (d != 0);
    return end;
}

/* As C's %.12g. */
static void text_decimal(struct fs_text *t, fs_decimal d)
{
    char buffer[NUMBER_MAX], *end = buffer + sizeof buffer;
    if (d < 0) {
        fs_text_char(t, '-');
        d = -d;
    }
    char *at = digits_of(end, d);
    int before = (int)(end - at) - PLACES; /* digits in front of the point; 0 or less: zeros behind it */
    if (end - at > DIGITS) {
        fs_decimal unit = 1;
        tenfold(&unit, (int)(end - at) - DIGITS);
        at = digits_of(end, (d + unit / 2) / unit);
        before += (int)(end - at) - DIGITS; /* rounding may have made one more */
    }
    while (end > at + 1 && end[-1] == '0') {
        end--;
    }
    int count = (int)(end - at), e = before - 1;
    if (d != 0 && (e < -4 || e >= DIGITS)) {
        fs_text_format(t, "%c%s%.*se%c%02d", *at, count > 1 ? "." : "", count - 1, at + 1, e < 0 ? '-' : '+',
                       e < 0 ? -e : e);
        return;
    }
    if (d == 0 || before <= 0) {
        fs_text_string(t, d == 0 ? "0" : "0.");
    }
    for (int i = before; d != 0 && i < 0; i++) {
        fs_text_char(t, '0');
    }
    for (int i = 0; d != 0 && (i < count || i < before); i++) {
        if (i == before && i > 0) {
            fs_text_char(t, '.');
        }
        fs_text_char(t, i < count ? at[i] : '0');
    }
}

void fs_text_number(struct fs_text *t, const struct fs_number *n)
{
    switch (n->kind) {
    case FS_NUMBER_INTEGER:
        fs_text_i64(t, n->integer);
        break;
    case FS_NUMBER_DECIMAL:
        text_decimal(t, n->decimal);
        break;
    default:
        fs_text_string(t, n->kind == FS_NUMBER_NONE ? "nan" : n->kind == FS_NUMBER_INFINITE ? "inf" : "-inf");
    }
}

bool fs_time_parse(struct fs_span s, uint64_t *ns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"", 1000000000},         {"s", 1000000000},       {"sec", 1000000000},      {"ms", 1000000},
                 {"msec", 1000000},        {"us", 1000},            {"usec", 1000},           {"ns", 1},
                 {"nsec", 1},              {"m", 60000000000},      {"min", 60000000000},     {"h", 3600000000000},
                 {"hr", 3600000000000},    {"d", 86400000000000},   {"day", 86400000000000}};
    size_t n = s.length;
    while (n > 0 && (s.at[n - 1] | 0x20) >= 'a' && (s.at[n - 1] | 0x20) <= 'z') {
        n--;
    }
    struct fs_span unit = {s.at + n, s.length - n}, figure = fs_span_trimmed((struct fs_span){s.at, n});
    struct fs_number number;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (fs_span_is(unit, units[i].name)) {
            struct fs_number factor = fs_number_of(units[i].ns);
            if (!fs_number_parse(figure, &number) || number.decimal < 0
                || number.decimal / one > INT64_MAX / units[i].ns) {
                return false;
            }
            *ns = (uint64_t)(times(number.decimal, factor.decimal) / one);
            return true;
        }
    }
    return false;
}
