#include "net/values.h"

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void strip(const char **text, size_t *length)
{
    while (*length > 0 && is_space(**text)) {
        ++*text;
        --*length;
    }
    while (*length > 0 && is_space((*text)[*length - 1])) {
        --*length;
    }
}

static int digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
}

bool fs_parse_integer(const char *text, size_t length, int64_t minimum, int64_t maximum, int64_t *value)
{
    strip(&text, &length);
    bool negative = length > 0 && *text == '-';
    if (length > 0 && (*text == '-' || *text == '+')) {
        text++;
        length--;
    }
    int base = 10;
    if (length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
        base = 16;
        text += 2;
        length -= 2;
    }
    if (length == 0) {
        return false;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < length; i++) {
        int d = digit(text[i]);
        if (d >= base || v > ((uint64_t)INT64_MAX - (uint64_t)d) / (uint64_t)base) {
            return false;
        }
        v = v * (uint64_t)base + (uint64_t)d;
    }
    int64_t n = negative ? -(int64_t)v : (int64_t)v;
    if (n < minimum || n > maximum) {
        return false;
    }
    *value = n;
    return true;
}

bool fs_parse_boolean(const char *text, size_t length, bool *value)
{
    static const struct {
        const char *word;
        size_t length;
        bool value;
    } words[] = {
        {"true", 4, true}, {"false", 5, false}, {"yes", 3, true}, {"no", 2, false}, {"1", 1, true}, {"0", 1, false},
        {"t", 1, true},    {"f", 1, false},     {"y", 1, true},   {"n", 1, false},
    };
    strip(&text, &length);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (length == words[i].length && __builtin_memcmp(text, words[i].word, length) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}

bool fs_parse_duration(const char *text, size_t length, uint64_t *ns)
{
    static const struct {
        char unit[4];
        uint32_t length, ns;
    } units[] = {{"ns", 2, 1}, {"us", 2, 1000}, {"ms", 2, 1000000}, {"sec", 3, 1000000000}, {"s", 1, 1000000000}};
    uint64_t unit = 1000000000, whole = 0, part = 0;
    strip(&text, &length);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = units[i].length;
        if (length > n && __builtin_memcmp(text + length - n, units[i].unit, n) == 0) {
            unit = units[i].ns;
            length -= n;
            strip(&text, &length);
            break;
        }
    }
    size_t i = 0;
    for (; i < length && digit(text[i]) < 10; i++) {
        if ((whole = whole * 10 + (uint64_t)digit(text[i])) > 9000000000u) {
            return false;
        }
    }
    if (i < length && text[i] == '.') {
        uint64_t scale = unit;
        for (i++; i < length && digit(text[i]) < 10; i++) {
            scale /= 10;
            part += scale * (uint64_t)digit(text[i]);
        }
    }
    if (i != length || length == 0 || text[length - 1] == '.') {
        return false;
    }
    *ns = whole * unit + part;
    return true;
}

bool fs_parse_ip(const char *text, size_t length, uint8_t address[4])
{
    uint8_t parsed[4];
    strip(&text, &length);
    for (unsigned i = 0; i < 4; i++) {
        size_t n = 0;
        unsigned v = 0;
        while (n < length && n < 4 && text[n] >= '0' && text[n] <= '9') {
            v = v * 10 + (unsigned)(text[n++] - '0');
        }
        if (n == 0 || v > 255 || (i < 3 ? n == length || text[n] != '.' : n != length)) {
            return false;
        }
        parsed[i] = (uint8_t)v;
        text += i < 3 ? n + 1 : n;
        length -= i < 3 ? n + 1 : n;
    }
    __builtin_memcpy(address, parsed, 4);
    return true;
}

/* Hexadecimal digits, at most `most`, from the front of the text. */
static size_t hexadecimal(const char *text, size_t length, size_t most, unsigned *value)
{
    size_t n = 0;
    *value = 0;
    while (n < length && n < most && digit(text[n]) < 16) {
        *value = *value * 16 + (unsigned)digit(text[n++]);
    }
    return n;
}

bool fs_parse_mac(const char *text, size_t length, uint8_t address[6])
{
    uint8_t parsed[6];
    strip(&text, &length);
    for (unsigned i = 0; i < 6; i++) {
        unsigned v;
        size_t n = hexadecimal(text, length, 2, &v);
        bool parted = n < length && (text[n] == ':' || text[n] == '-');
        if (n == 0 || (i < 5 ? !parted : n != length)) {
            return false;
        }
        parsed[i] = (uint8_t)v;
        text += i < 5 ? n + 1 : n;
        length -= i < 5 ? n + 1 : n;
    }
    __builtin_memcpy(address, parsed, 6);
    return true;
}

bool fs_parse_ip6(const char *text, size_t length, uint8_t address[16])
{
    uint8_t parsed[16] = {0};
    enum { NONE = 9 };
    unsigned fields = 0, gap = NONE; /* 16-bit fields read; which of them the "::" stands before */
    strip(&text, &length);
    if (length >= 2 && text[0] == ':' && text[1] == ':') {
        gap = 0;
        text += 2;
        length -= 2;
    }
    while (length > 0) {
        unsigned v;
        size_t n = hexadecimal(text, length, 4, &v);
        if (fields <= 6 && n < length && text[n] == '.') { /* the last 32 bits as an IPv4 address */
            if (!fs_parse_ip(text, length, parsed + 2 * fields)) {
                return false;
            }
            fields += 2;
            break;
        }
        if (n == 0 || fields == 8) {
            return false;
        }
        fs_put16(parsed + 2 * fields++, (uint16_t)v);
        text += n;
        length -= n;
        if (length == 0) {
            break;
        }
        if (*text != ':' || length == 1) {
            return false;
        }
        text++;
        length--;
        if (*text == ':') {
            if (gap != NONE) {
                return false;
            }
            gap = fields;
            text++;
            length--;
        }
    }
    if (gap == NONE ? fields != 8 : fields > 7) {
        return false;
    }
    __builtin_memset(address, 0, 16);
    if (gap == NONE) {
        gap = fields;
    }
    __builtin_memcpy(address, parsed, 2 * (size_t)gap);
    __builtin_memcpy(address + 2 * (8 - (size_t)(fields - gap)), parsed + 2 * (size_t)gap, 2 * (size_t)(fields - gap));
    return true;
}

/* An address whose trailing octets may be left out: 0, 18.26.4. */
static bool parse_ip_front(const char *text, size_t length, uint8_t address[4])
{
    char whole[20];
    unsigned dots = 0;
    for (size_t i = 0; i < length && i < sizeof whole; i++) {
        whole[i] = text[i];
        dots += text[i] == '.';
    }
    if (length == 0 || length + 6 > sizeof whole) {
        return fs_parse_ip(text, length, address);
    }
    for (; dots < 3; dots++) {
        whole[length++] = '.';
        whole[length++] = '0';
    }
    return fs_parse_ip(whole, length, address);
}

bool fs_parse_prefix(const char *text, size_t length, uint8_t address[4], uint8_t mask[4])
{
    strip(&text, &length);
    size_t n = 0;
    while (n < length && text[n] != '/') {
        n++;
    }
    if (n == length) {
        fs_put32(mask, 0xffffffff);
        return fs_parse_ip(text, length, address);
    }
    int64_t bits;
    const char *behind = text + n + 1;
    if (fs_parse_integer(behind, length - n - 1, 0, 32, &bits)) {
        fs_put32(mask, bits == 0 ? 0 : 0xffffffffu << (32 - bits));
    } else if (!fs_parse_ip(behind, length - n - 1, mask)) {
        return false;
    }
    return parse_ip_front(text, n, address);
}

bool fs_parse_word(const char **text, size_t *length, const char **word, size_t *word_length)
{
    strip(text, length);
    size_t n = 0;
    while (n < *length && !is_space((*text)[n])) {
        n++;
    }
    *word = *text;
    *word_length = n;
    *text += n;
    *length -= n;
    return n != 0;
}

int fs_write_integer(const char *name, const char *text, size_t length, int64_t minimum, int64_t maximum,
                     int64_t *value, struct fs_text *error)
{
    if (fs_parse_integer(text, length, minimum, maximum, value)) {
        return 0;
    }
    fs_text_format(error, "%s: expected an integer from %lld to %lld", name, (long long)minimum, (long long)maximum);
    return -1;
}

int fs_write_boolean(const char *name, const char *text, size_t length, bool *value, struct fs_text *error)
{
    if (fs_parse_boolean(text, length, value)) {
        return 0;
    }
    fs_text_format(error, "%s: expected true or false", name);
    return -1;
}

int fs_write_mac(const char *name, const char *text, size_t length, uint8_t address[6], struct fs_text *error)
{
    if (fs_parse_mac(text, length, address)) {
        return 0;
    }
    fs_text_format(error, "%s: expected an Ethernet address such as 00:11:22:33:44:55", name);
    return -1;
}
int fs_write_ip(const char *name, const char *text, size_t length, uint8_t address[4], struct fs_text *error)
{
    if (fs_parse_ip(text, length, address)) {
        return 0;
    }
    fs_text_format(error, "%s: expected an IP address such as 192.0.2.1", name);
    return -1;
}

static bool parse_fraction(const char *text, size_t length, uint64_t *value)
{
    uint64_t whole = 0, part = 0, unit = 1;
    size_t i = 0;
    strip(&text, &length);
    for (; i < length && text[i] != '.'; i++) {
        if (text[i] < '0' || text[i] > '9' || whole > UINT32_MAX / 10) {
            return false;
        }
        whole = whole * 10 + (uint64_t)(text[i] - '0');
    }
    bool pointed = i < length;
    for (i += pointed; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        if (unit < 1000000000) { /* what follows does not matter */
            part = part * 10 + (uint64_t)(text[i] - '0');
            unit *= 10;
        }
    }
    *value = (whole << 32) + ((part << 32) + unit / 2) / unit;
    return length > (size_t)pointed;
}
int fs_write_fraction(const char *name, const char *text, size_t length, uint32_t maximum, uint64_t *value,
                      struct fs_text *error)
{
    uint64_t parsed;
    if (!parse_fraction(text, length, &parsed) || parsed > (uint64_t)maximum << 32) {
        fs_text_format(error, "%s: expected a number from 0 to %u", name, maximum);
        return -1;
    }
    *value = parsed;
    return 0;
}
void fs_text_fraction(struct fs_text *t, uint64_t value)
{
    const uint32_t unit = 1000000000;
    uint64_t whole = value >> 32, part = ((value & 0xffffffff) * unit + (1u << 31)) >> 32;
    whole += part / unit;
    part %= unit;
    fs_text_u64(t, whole);
    if (part != 0) {
        unsigned digits = 9;
        for (; part % 10 == 0; digits--) {
            part /= 10;
        }
        char text[10] = ".";
        for (unsigned i = digits; i > 0; i--, part /= 10) {
            text[i] = (char)('0' + part % 10);
        }
        fs_text_bytes(t, text, digits + 1);
    }
}

void fs_text_ip(struct fs_text *t, const uint8_t address[4])
{
    fs_text_format(t, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
}

void fs_text_prefix(struct fs_text *t, const uint8_t address[4], const uint8_t mask[4])
{
    uint32_t bits = fs_get32(mask);
    fs_text_ip(t, address);
    fs_text_char(t, '/');
    if ((~bits & (~bits + 1)) == 0) { /* ones, then zeros */
        fs_text_u64(t, bits == 0 ? 0 : 32u - (unsigned)__builtin_ctz(bits));
    } else {
        fs_text_ip(t, mask);
    }
}

void fs_text_mac(struct fs_text *t, const uint8_t address[6])
{
    static const char digits[] = "0123456789ABCDEF";
    for (unsigned i = 0; i < 6; i++) {
        if (i != 0) {
            fs_text_char(t, '-');
        }
        fs_text_char(t, digits[address[i] >> 4]);
        fs_text_char(t, digits[address[i] & 15]);
    }
}

/* RFC 5952 section 4: no leading zeros, the longest run of two or more zero fields (the first of equals) as "::". */
void fs_text_ip6(struct fs_text *t, const uint8_t address[16])
{
    unsigned best = 8, best_length = 1;
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = 0;
        while (i + n < 8 && fs_get16(address + 2 * (i + n)) == 0) {
            n++;
        }
        if (n > best_length) {
            best = i;
            best_length = n;
        }
    }
    for (unsigned i = 0; i < 8; i++) {
        if (i == best) {
            fs_text_string(t, "::");
            i += best_length - 1;
            continue;
        }
        if (i != 0 && i != best + best_length) {
            fs_text_char(t, ':');
        }
        fs_text_format(t, "%x", (unsigned)fs_get16(address + 2 * i));
    }
}

void fs_text_fixed(struct fs_text *t, uint64_t value, unsigned bits)
{
    uint64_t whole = value >> bits, rest = value & (((uint64_t)1 << bits) - 1);
    uint64_t thousandths = (rest * 1000 + ((uint64_t)1 << bits) / 2) >> bits;
    if (thousandths == 1000) {
        whole++;
        thousandths = 0;
    }
    fs_text_u64(t, whole);
    if (thousandths != 0) {
        char digits[3] = {(char)('0' + thousandths / 100), (char)('0' + thousandths / 10 % 10),
                          (char)('0' + thousandths % 10)};
        size_t n = digits[2] != '0' ? 3 : digits[1] != '0' ? 2 : 1;
        fs_text_char(t, '.');
        fs_text_bytes(t, digits, n);
    }
}

bool fs_parse_time_difference(const char *text, size_t length, int64_t *ns)
{
    uint64_t value;
    strip(&text, &length);
    bool negative = length > 0 && *text == '-', sign = negative || (length > 0 && *text == '+');
    if (!fs_parse_duration(text + sign, length - sign, &value)) {
        return false;
    }
    *ns = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

void fs_text_time(struct fs_text *t, uint64_t ns)
{
    if ((int64_t)ns < 0) {
        fs_text_char(t, '-');
        ns = -ns;
    }
    uint64_t seconds = ns / 1000000000, rest = ns % 1000000000;
    if (rest % 1000 == 0) {
        fs_text_format(t, "%lu.%06lu", seconds, rest / 1000);
    } else {
        fs_text_format(t, "%lu.%09lu", seconds, rest);
    }
}
