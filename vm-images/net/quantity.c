#include "net/quantity.h"

#include "net/values.h"

static const uint64_t second = 1000000000;

struct unit {
    const char *word;
    uint64_t factor;
};

/* Eighths of a byte per second. */
static const struct unit bandwidths[] = {
    {"", 8},           {"bps", 1},        {"Bps", 8},           {"kbps", 1000},       {"kBps", 8000},
    {"Mbps", 1000000}, {"MBps", 8000000}, {"Gbps", 1000000000}, {"GBps", 8000000000}, {"baud", 1},
};

/* Reads a decimal number and a unit: *bits is the number times the unit's factor, rounded, when it is below 2^62. */
static bool parse(const char *text, size_t length, uint64_t *bits)
{
    const char *word, *more;
    size_t n, more_length;
    uint64_t digits = 0, divisor = 1;
    if (!fs_parse_word(&text, &length, &word, &n)) {
        return false;
    }
    size_t i = 0;
    bool point = false, any = false;
    for (; i < n && ((word[i] >= '0' && word[i] <= '9') || (word[i] == '.' && !point)); i++) {
        if (word[i] == '.') {
            point = true;
            continue;
        }
        any = true;
        if (point && divisor >= second) {
            continue; /* too fine to matter */
        }
        if (digits > (uint64_t)1 << 58) {
            return false;
        }
        digits = digits * 10 + (uint64_t)(word[i] - '0');
        divisor *= point ? 10 : 1;
    }
    word += i;
    n -= i;
    if (n == 0 && fs_parse_word(&text, &length, &more, &more_length)) { /* "10 Mbps" */
        word = more;
        n = more_length;
    }
    if (!any || fs_parse_word(&text, &length, &more, &more_length)) {
        return false;
    }
    for (size_t u = 0; u < sizeof bandwidths / sizeof bandwidths[0]; u++) {
        if (__builtin_strlen(bandwidths[u].word) == n && __builtin_memcmp(bandwidths[u].word, word, n) == 0) {
            /* Without 128-bit division: whole and part apart. */
            uint64_t factor = bandwidths[u].factor, whole = digits / divisor, part = digits % divisor;
            if (whole > ((uint64_t)1 << 61) / factor || part > UINT64_MAX / 2 / factor) {
                return false;
            }
            *bits = whole * factor + (part * factor + divisor / 2) / divisor;
            return true;
        }
    }
    return false;
}

int fs_write_bandwidth(const char *name, const char *text, size_t length, uint64_t *bytes_per_second,
                       struct fs_text *error)
{
    uint64_t bits;
    if (!parse(text, length, &bits) || bits > 8000 * second) {
        fs_text_format(error, "%s: expected a bandwidth such as 10Mbps or 1.5kBps", name);
        return -1;
    }
    *bytes_per_second = (bits + 4) / 8;
    return 0;
}

/* value / 10^digits, without zeros at the end. */
static void text_decimal(struct fs_text *t, uint64_t value, unsigned digits)
{
    uint64_t unit = 1;
    for (unsigned i = 0; i < digits; i++) {
        unit *= 10;
    }
    fs_text_u64(t, value / unit);
    uint64_t part = value % unit;
    if (part != 0) {
        fs_text_char(t, '.');
        while (part != 0) {
            unit /= 10;
            fs_text_char(t, (char)('0' + part / unit));
            part %= unit;
        }
    }
}

void fs_text_bandwidth(struct fs_text *t, uint64_t bytes_per_second)
{
    if (bytes_per_second >= 0x20000000) {
        text_decimal(t, bytes_per_second, 6);
        fs_text_string(t, "MBps");
    } else if (bytes_per_second >= 0x20000) {
        text_decimal(t, bytes_per_second * 8, 6);
        fs_text_string(t, "Mbps");
    } else {
        text_decimal(t, bytes_per_second * 8, 3);
        fs_text_string(t, "kbps");
    }
}

int fs_write_duration(const char *name, const char *text, size_t length, uint64_t *ns, struct fs_text *error)
{
    if (fs_parse_duration(text, length, ns)) {
        return 0;
    }
    fs_text_format(error, "%s: expected a duration such as 10s or 500ms", name);
    return -1;
}

void fs_text_duration(struct fs_text *t, uint64_t ns)
{
    if (ns >= second || ns == 0) {
        text_decimal(t, ns, 9);
        fs_text_char(t, 's');
    } else if (ns >= 1000000) {
        text_decimal(t, ns, 6);
        fs_text_string(t, "ms");
    } else {
        text_decimal(t, ns, 3);
        fs_text_string(t, "us");
    }
}
