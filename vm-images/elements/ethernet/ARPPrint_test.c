#include "net/testing.h"

/* What is logged of an ARP packet with the operation, behind an Ethernet header. */
static const char *printed(struct fs_test *t, uint8_t operation, const uint8_t *target, size_t size)
{
    static char log[512];
    uint8_t frame[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, operation,
                         2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2};
    memcpy(frame + 32, target, 6);
    fs_test_add(t, "m", "MarkIPHeader");
    fs_test_integer(t, "OFFSET", 14);
    fs_test_chain(t, "in", "m", "p", "out");
    log[0] = '\0';
    if (fs_test_start(t)) {
        fs_test_send(t, "in", frame, size);
        FS_EQUAL(fs_test_count(t, "out"), 1);
        snprintf(log, sizeof log, "%s", fs_test_log(t));
    }
    fs_test_end(t);
    return log;
}
static struct fs_test *print(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "out", "TestSink");
    fs_test_add(t, "p", "ARPPrint");
    fs_test_text(t, "LABEL", "x");
    fs_test_boolean(t, "TIMESTAMP", false);
    return t;
}
static const uint8_t nobody[6], somebody[6] = {2, 0, 0, 0, 0, 0xab};

FS_TEST(arpprint_names_operations)
{
    FS_TEXT(printed(print(), 1, nobody, 42), "x: arp who-has 10.0.0.2 tell 10.0.0.1\n");
    FS_TEXT(printed(print(), 1, somebody, 42), "x: arp who-has 10.0.0.2 (02-00-00-00-00-AB) tell 10.0.0.1\n");
    FS_TEXT(printed(print(), 2, somebody, 42), "x: arp reply 10.0.0.1 is-at 02-00-00-00-00-01\n");
    FS_TEXT(printed(print(), 3, somebody, 42), "x: rarp who-is 02-00-00-00-00-AB tell 02-00-00-00-00-01\n");
    FS_TEXT(printed(print(), 4, somebody, 42), "x: rarp reply 02-00-00-00-00-AB at 10.0.0.2\n");
    FS_TEXT(printed(print(), 9, somebody, 42), "x: invarp reply 02-00-00-00-00-AB at 10.0.0.2\n");
    FS_TEXT(printed(print(), 77, nobody, 42), "x: arp-#77\n");
    FS_TEXT(printed(print(), 1, nobody, 41), "x: truncated-arp (27)\n");
}

FS_TEST(arpprint_shows_ethernet_addresses_and_time)
{
    struct fs_test *t = print();
    fs_test_boolean(t, "ETHER", true);
    fs_test_boolean(t, "ACTIVE", true);
    const char *line = printed(t, 1, nobody, 42);
    FS_CHECK(strstr(line, "arp who-has 10.0.0.2 tell 10.0.0.1") != NULL);
    t = print();
    fs_test_boolean(t, "ACTIVE", false);
    FS_TEXT(printed(t, 1, nobody, 42), "");
}
