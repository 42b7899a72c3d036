#include "net/testing.h"

static struct fs_test *print(const char *label)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "p", "Print");
    fs_test_text(t, "LABEL", label);
    return t;
}
/* What is logged of a packet; also checks that the packet passed. */
static const char *printed(struct fs_test *t, const void *bytes, size_t size)
{
    static char log[8192];
    fs_test_chain(t, "in", "p", "out");
    if (fs_test_start(t)) {
        fs_test_send(t, "in", bytes, size);
        FS_FRAME(fs_test_out(t, "out", 0), bytes, size);
    }
    snprintf(log, sizeof log, "%s", fs_test_log(t));
    fs_test_end(t);
    return log;
}

static const uint8_t forty[40] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c,
                                  0x0d, 0x0e, 0x0f, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xff};

/* Click's form: "%s: %4d | %08x %08x ...", the first 24 bytes. */
FS_TEST(print_hex)
{
    FS_TEXT(printed(print("ok"), forty, 40),
            "ok:   40 | 00010203 04050607 08090a0b 0c0d0e0f f0f1f2f3 f4f5f6f7\n");
    FS_TEXT(printed(print("ok"), forty, 6), "ok:    6 | 00010203 0405\n");
    FS_TEXT(printed(print("ok"), forty, 0), "ok:    0\n");
    FS_TEXT(printed(print(""), forty, 4), "   4 | 00010203\n");
}

FS_TEST(print_maxlength)
{
    struct fs_test *t = print("x");
    fs_test_integer(t, "MAXLENGTH", 5);
    FS_TEXT(printed(t, forty, 40), "x:   40 | 00010203 04\n");
    t = print("x");
    fs_test_integer(t, "MAXLENGTH", -1);
    FS_TEXT(printed(t, forty, 26), "x:   26 | 00010203 04050607 08090a0b 0c0d0e0f f0f1f2f3 f4f5f6f7 ff00\n");
    t = print("x");
    fs_test_integer(t, "MAXLENGTH", 0);
    FS_TEXT(printed(t, forty, 40), "x:   40\n");
}

FS_TEST(print_contents)
{
    struct fs_test *t = print("a");
    fs_test_text(t, "CONTENTS", "ASCII");
    FS_TEXT(printed(t, "Hello,\nworld! ~\x7f", 16), "a:   16 |  Hello,.w orld! ~.\n");
    t = print("a");
    fs_test_text(t, "CONTENTS", "none");
    FS_TEXT(printed(t, forty, 40), "a:   40\n");
    t = print("a");
    fs_test_text(t, "CONTENTS", "false");
    FS_TEXT(printed(t, forty, 40), "a:   40\n");
    t = print("a");
    fs_test_text(t, "CONTENTS", "octal");
    fs_test_chain(t, "in", "p", "out");
    FS_CHECK(strstr(fs_test_refused(t), "bad contents value 'octal'; should be 'NONE', 'HEX', or 'ASCII'") != NULL);
    fs_test_end(t);
}

FS_TEST(print_timestamp_and_more)
{
    struct fs_test *t = print("t");
    fs_test_boolean(t, "TIMESTAMP", true);
    fs_test_text(t, "CONTENTS", "NONE");
    FS_TEXT(printed(t, forty, 4), "t: 1000000000.000000:    4\n");

    t = print("t");
    fs_test_boolean(t, "TIMESTAMP", true);
    fs_test_boolean(t, "HEADROOM", true);
    fs_test_chain(t, "in", "p", "out");
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, "a", 1);
    p->timestamp = 1234567890123456789;
    char expected[64];
    snprintf(expected, sizeof expected, "t: 1234567890.123456789:    1 (h%d t%d) | 61\n", FS_HEADROOM,
             (int)(p->limit - p->data - 1));
    fs_test_send_packet(t, "in", p);
    FS_TEXT(fs_test_log(t), expected);
    fs_test_end(t);
}

FS_TEST(print_annotations)
{
    struct fs_test *t = print("n");
    fs_test_boolean(t, "PRINTANNO", true);
    fs_test_integer(t, "MAXLENGTH", 1);
    fs_test_chain(t, "in", "p", "out");
    FS_REQUIRE(fs_test_start(t));
    struct fs_packet *p = fs_test_packet(t, "a", 1);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 0xc5);
    fs_test_send_packet(t, "in", p);
    FS_TEXT(fs_test_log(t), "n:    1 | 00000000000000000000000000000000c5"
                            "00000000000000000000000000000000000000000000000000000000000000 | 61\n");
    fs_test_end(t);
}

FS_TEST(print_active)
{
    struct fs_test *t = print("x");
    fs_test_boolean(t, "ACTIVE", false);
    fs_test_chain(t, "in", "p", "out");
    FS_REQUIRE(fs_test_start(t));
    fs_test_send(t, "in", "a", 1);
    FS_TEXT(fs_test_log(t), "");
    FS_TEXT(fs_test_read(t, "p.active"), "false");
    FS_CHECK(fs_test_write(t, "p.active", "true"));
    fs_test_send(t, "in", "a", 1);
    FS_TEXT(fs_test_log(t), "x:    1 | 61\n");
    FS_EQUAL(fs_test_count(t, "out"), 2);
    fs_test_end(t);
}
