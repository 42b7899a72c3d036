#include "net/values.h"

#include "net/testing.h"

static bool integer(const char *text, int64_t *v) { return fs_parse_integer(text, strlen(text), -1000, 1000, v); }

FS_TEST(integers)
{
    int64_t v = 0;
    FS_CHECK(integer("12", &v) && v == 12);
    FS_CHECK(integer(" -7\n", &v) && v == -7);
    FS_CHECK(integer("+7", &v) && v == 7);
    FS_CHECK(integer("0x1F", &v) && v == 31);
    FS_CHECK(integer("1000", &v) && v == 1000);
    static const char *const bad[] = {"", " ", "-", "1001", "-1001", "12a", "1 2", "0x", "0xg",
                                      "99999999999999999999", "1.5"};
    v = 5;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        FS_CHECK(!integer(bad[i], &v));
    }
    FS_EQUAL(v, 5);
    FS_CHECK(fs_parse_integer("9223372036854775807", 19, 0, INT64_MAX, &v) && v == INT64_MAX);
    FS_CHECK(!fs_parse_integer("9223372036854775808", 19, 0, INT64_MAX, &v));
}

FS_TEST(booleans)
{
    bool v = false;
    static const char *const yes[] = {"true", "yes", "1", " true\n"}, *const no[] = {"false", "no", "0"};
    for (size_t i = 0; i < 4; i++) {
        v = false;
        FS_CHECK(fs_parse_boolean(yes[i], strlen(yes[i]), &v) && v);
    }
    for (size_t i = 0; i < 3; i++) {
        v = true;
        FS_CHECK(fs_parse_boolean(no[i], strlen(no[i]), &v) && !v);
    }
    FS_CHECK(!fs_parse_boolean("", 0, &v) && !fs_parse_boolean("TRUE", 4, &v) && !fs_parse_boolean("truee", 5, &v));
}

static const char *shown(void (*text)(struct fs_text *, const uint8_t *), const uint8_t *address)
{
    static char buffer[64];
    struct fs_text t = {.at = buffer, .capacity = sizeof buffer - 1};
    text(&t, address);
    buffer[t.length] = '\0';
    return buffer;
}

FS_TEST(ip_addresses)
{
    uint8_t a[4] = {0};
    FS_CHECK(fs_parse_ip(" 192.0.2.255 ", 13, a));
    FS_TEXT(shown(fs_text_ip, a), "192.0.2.255");
    static const char *const bad[] = {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1..2.3", "1.2.3.4x", "a.b.c.d", "1.2.3.",
                                      "0001.2.3.4444"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        FS_CHECK(!fs_parse_ip(bad[i], strlen(bad[i]), a));
    }
    FS_TEXT(shown(fs_text_ip, a), "192.0.2.255");
}

FS_TEST(ip_prefixes)
{
    uint8_t a[4], m[4];
    char buffer[64];
    static const char *const cases[][2] = {
        {"10.1.2.3/8", "10.1.2.3/8"}, {"10.0.0.0/255.255.0.0", "10.0.0.0/16"}, {"1.2.3.4", "1.2.3.4/32"},
        {"0.0.0.0/0", "0.0.0.0/0"},   {"1.2.3.4/255.0.255.0", "1.2.3.4/255.0.255.0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_text t = {.at = buffer, .capacity = sizeof buffer - 1};
        FS_CHECK(fs_parse_prefix(cases[i][0], strlen(cases[i][0]), a, m));
        fs_text_prefix(&t, a, m);
        buffer[t.length] = '\0';
        FS_TEXT(buffer, cases[i][1]);
    }
    FS_CHECK(!fs_parse_prefix("10.0.0.0/33", 11, a, m) && !fs_parse_prefix("10.0.0.0/", 9, a, m));
    FS_CHECK(fs_parse_prefix("10.1/8", 6, a, m) && memcmp(a, "\x0a\1\0\0", 4) == 0 && m[0] == 255 && m[1] == 0);
    FS_CHECK(fs_parse_prefix("0/0", 3, a, m) && memcmp(a, "\0\0\0\0", 4) == 0 && m[0] == 0);
    FS_CHECK(!fs_parse_prefix("10./8", 5, a, m) && !fs_parse_prefix("/8", 2, a, m) && !fs_parse_prefix("256/8", 5, a, m));
}

FS_TEST(mac_addresses)
{
    uint8_t a[6] = {0};
    FS_CHECK(fs_parse_mac("02:0:5e:10:00:aB", 16, a));
    FS_TEXT(shown(fs_text_mac, a), "02-00-5E-10-00-AB");
    FS_CHECK(fs_parse_mac("00-11-22-33-44-55", 17, a));
    FS_TEXT(shown(fs_text_mac, a), "00-11-22-33-44-55");
    static const char *const bad[] = {"", "00:11:22:33:44", "00:11:22:33:44:55:66", "000:11:22:33:44:55",
                                      "0g:11:22:33:44:55", "001122334455"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        FS_CHECK(!fs_parse_mac(bad[i], strlen(bad[i]), a));
    }
}

/* The forms of RFC 4291 section 2.2 read, and written as RFC 5952 section 4 wants. */
FS_TEST(ip6_addresses)
{
    static const char *const cases[][2] = {
        {"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
        {"FF01:0:0:0:0:0:0:101", "ff01::101"},
        {"ff01::101", "ff01::101"},
        {"::1", "::1"},
        {"::", "::"},
        {"1::", "1::"},
        {"0:0:0:0:0:0:13.1.68.3", "::d01:4403"},
        {"::FFFF:129.144.52.38", "::ffff:8190:3426"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},   /* 4.2.2: one field is not shortened */
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},            /* 4.2.3: the longest */
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},      /* the first of equals */
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    };
    uint8_t a[16];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FS_CHECK(fs_parse_ip6(cases[i][0], strlen(cases[i][0]), a));
        FS_TEXT(shown(fs_text_ip6, a), cases[i][1]);
    }
    static const char *const bad[] = {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::",
                                      "g::", "1:2:3:4:5:6:7:8::", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "1:",
                                      ":1:2:3:4:5:6:7"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (!FS_CHECK(!fs_parse_ip6(bad[i], strlen(bad[i]), a))) {
            printf("    took '%s'\n", bad[i]);
        }
    }
}

FS_TEST(fixed_point_numbers)
{
    static const struct {
        uint64_t value;
        unsigned bits;
        const char *text;
    } cases[] = {{0, 10, "0"}, {1024, 10, "1"}, {1536, 10, "1.5"}, {1025, 10, "1.001"}, {1023, 10, "0.999"},
                 {1 << 20, 10, "1024"}, {5, 2, "1.25"}, {0x1fffff, 20, "2"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[32];
        struct fs_text t = {.at = buffer, .capacity = sizeof buffer - 1};
        fs_text_fixed(&t, cases[i].value, cases[i].bits);
        buffer[t.length] = '\0';
        FS_TEXT(buffer, cases[i].text);
    }
}

FS_TEST(fractions)
{
    static const struct {
        const char *given, *shown; /* NULL: refused */
    } cases[] = {{"0", "0"}, {"1", "1"}, {" 0.02\n", "0.02"}, {".5", "0.5"}, {"3.", "3"}, {"0.123456789123", "0.123456789"},
                 {"4", "4"}, {"0.000000001", "0.000000001"}, {"4.001", NULL}, {"", NULL}, {".", NULL}, {"-1", NULL},
                 {"1e3", NULL}, {"99999999999999999999", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[64], said[64];
        struct fs_text t = {.at = buffer, .capacity = sizeof buffer - 1}, error = {.at = said, .capacity = sizeof said};
        uint64_t value;
        bool taken = fs_write_fraction("x", cases[i].given, strlen(cases[i].given), 4, &value, &error) == 0;
        FS_EQUAL(taken, cases[i].shown != NULL);
        if (taken) {
            fs_text_fraction(&t, value);
            buffer[t.length] = '\0';
            FS_TEXT(buffer, cases[i].shown);
        }
    }
}
