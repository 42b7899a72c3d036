#include "net/testing.h"

static struct fs_test *marker(void)
{
    static const char *const sinks[] = {"ip", "ip6", "arp", "other"};
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "m", "MarkInnerHeader");
    fs_test_chain(t, "in", "m");
    for (unsigned i = 0; i < 4; i++) {
        fs_test_add(t, sinks[i], "TestSink");
        fs_test_connect(t, "m", i, sinks[i], 0);
    }
    return t;
}
/* Sends one frame; answers the sink that it came to, with its marks relative to the frame. */
static const char *sent(const char *tags, const char *behind, int *network, int *transport)
{
    static const char *const sinks[] = {"ip", "ip6", "arp", "other"};
    struct fs_test *t = marker();
    struct bytes b = hex("02000000000b 02000000000a");
    const char *found = "";
    put_hex(&b, tags);
    put_hex(&b, behind);
    if (fs_test_start(t)) {
        fs_test_send(t, "in", b.at, b.size);
        for (unsigned i = 0; i < 4; i++) {
            struct fs_packet *p = fs_test_out(t, sinks[i], 0);
            if (p != NULL) {
                found = sinks[i];
                FS_FRAME(p, b.at, b.size); /* unchanged */
                *network = (int)(fs_network_header(p) - p->data);
                *transport = (int)(fs_transport_header(p) - p->data);
            }
        }
        if (*found == '\0') {
            FS_EQUAL(fs_test_drops(t, "m", FS_DROP_BAD_LENGTH), 1);
        }
    }
    fs_test_end(t);
    return found;
}

#define IP "4500 001c 0001 0000 40 11 0000 0a000001 0a000002"
#define IP6 "60000000 0008 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002"
#define ARP "0001 0800 06 04 0001 02000000000a 0a000001 000000000000 0a000002"

FS_TEST(mark_inner_header_by_type)
{
    int network, transport;
    FS_TEXT(sent("0800", IP, &network, &transport), "ip");
    FS_CHECK(network == 14 && transport == 34);
    FS_TEXT(sent("0800", "4600" IP "00000000", &network, &transport), "ip"); /* with options */
    FS_CHECK(network == 14 && transport == 14 + 24);
    FS_TEXT(sent("86dd", IP6 "0035 0035 0008 0000", &network, &transport), "ip6");
    FS_CHECK(network == 14 && transport == 54);
    FS_TEXT(sent("0806", ARP, &network, &transport), "arp");
    FS_CHECK(network == 14);
    FS_TEXT(sent("88cc", "0207", &network, &transport), "other");
    FS_TEXT(sent("0026", "4242 03", &network, &transport), "other"); /* IEEE 802.2 */
}

FS_TEST(mark_inner_header_behind_tags)
{
    int network, transport;
    FS_TEXT(sent("8100 0064 0800", IP, &network, &transport), "ip");
    FS_CHECK(network == 18 && transport == 38);
    FS_TEXT(sent("88a8 0064 8100 0065 86dd", IP6, &network, &transport), "ip6");
    FS_CHECK(network == 22 && transport == 62);
    FS_TEXT(sent("9100 0001 8100 0002 8100 0003 8100 0004 0806", ARP, &network, &transport), "arp");
    FS_CHECK(network == 30);
    FS_TEXT(sent("8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800", IP, &network, &transport), "other");
}

FS_TEST(mark_inner_header_behind_ip6_extensions)
{
    int network, transport;
    FS_TEXT(sent("86dd", "60000000 0010 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002"
                         "11 00 0000 00000000 0035 0035 0008 0000", &network, &transport), "ip6");
    FS_CHECK(network == 14 && transport == 62);
}

FS_TEST(mark_inner_header_drops_what_is_cut_off)
{
    int network, transport;
    FS_TEXT(sent("", "", &network, &transport), "");
    FS_TEXT(sent("08", "", &network, &transport), "");
    FS_TEXT(sent("8100 0001 08", "", &network, &transport), "");
    FS_TEXT(sent("0800", "4500 001c 0001 0000 40 11 0000 0a000001 0a0000", &network, &transport), "");
    FS_TEXT(sent("86dd", "60000000 0008 11 40", &network, &transport), "");
    FS_TEXT(sent("0806", "0001 0800 06 04 0001", &network, &transport), "");
}
