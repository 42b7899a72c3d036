/* A client's side of PPPoE, played frame by frame. */
#include "net/md5.h"
#include "net/testing.h"

static const uint64_t sec = 1000000000;
static const char server_mac[] = "020000000099", client_mac[] = "02000000000a", other_mac[] = "02000000000c";

/* Pool 10.64.0.0/24, with 10.64.0.1 for the server: the first session is number 2. */
static struct fs_test *server(const char *auth)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "access", "TestSource");
    fs_test_add(t, "network", "TestSource");
    fs_test_add(t, "to_access", "TestSink");
    fs_test_add(t, "to_network", "TestSink");
    fs_test_add(t, "other", "TestSink");
    fs_test_add(t, "s", "PPPoEServer");
    fs_test_bytes(t, "ETH", "\x02\x00\x00\x00\x00\x99", 6);
    fs_test_bytes(t, "POOL", "\x0a\x40\x00\x00\xff\xff\xff\x00", 8);
    fs_test_texts(t, "USER", "alice secret", "\"bob two words\"", "carol");
    fs_test_text(t, "AUTH", auth);
    fs_test_connect(t, "access", 0, "s", 0);
    fs_test_connect(t, "network", 0, "s", 1);
    fs_test_connect(t, "s", 0, "to_access", 0);
    fs_test_connect(t, "s", 1, "to_network", 0);
    fs_test_connect(t, "s", 2, "other", 0);
    return t;
}

/* ---- frames ---- */
static struct bytes discovery(const char *from, const char *to, unsigned code, unsigned number, const char *tags)
{
    struct bytes b = {0}, body = hex(tags);
    put_hex(&b, to);
    put_hex(&b, from);
    put_hex(&b, "8863 11");
    put_number(&b, 1, code);
    put_number(&b, 2, number);
    put_number(&b, 2, body.size);
    put_hex(&b, tags);
    return b;
}
static struct bytes ppp(const char *from, const char *to, unsigned number, const char *body)
{
    struct bytes b = {0}, bytes = hex(body);
    put_hex(&b, to);
    put_hex(&b, from);
    put_hex(&b, "8864 1100");
    put_number(&b, 2, number);
    put_number(&b, 2, bytes.size);
    put_hex(&b, body);
    return b;
}
static void send(struct fs_test *t, struct bytes b) { fs_test_send(t, "access", b.at, b.size); }
/* The client says so in its session. */
static void say(struct fs_test *t, unsigned number, const char *body)
{
    send(t, ppp(client_mac, server_mac, number, body));
}
/* The server's next frame is that packet of the session. */
static void hears(struct fs_test *t, unsigned index, unsigned number, const char *body)
{
    struct bytes b = ppp(server_mac, client_mac, number, body);
    FS_FRAME(fs_test_out(t, "to_access", index), b.at, b.size);
}
static uint8_t *out(struct fs_test *t, unsigned index)
{
    struct fs_packet *p = fs_test_out(t, "to_access", index);
    static uint8_t nothing[256];
    return p == NULL ? nothing : p->data;
}
static void forget(struct fs_test *t) { fs_test_forget(t, "to_access"); }

/* PADI to PADS; answers the session's number. The server's first Configure-Request is the frame behind. */
static unsigned dial(struct fs_test *t, const char *from)
{
    char tags[128] = "0101 0000 0104 0010 ", *end = tags + strlen(tags);
    forget(t);
    send(t, discovery(from, "ffffffffffff", 0x09, 0, "0101 0000"));
    for (unsigned i = 0; i < 16; i++, end += 2) { /* behind the name "flowstream", the service, a head */
        sprintf(end, "%02x", out(t, 0)[20 + 14 + 4 + 4 + i]);
    }
    forget(t);
    send(t, discovery(from, server_mac, 0x19, 0, tags));
    return fs_get16(out(t, 0) + 16);
}
static unsigned client(struct fs_test *t) { return dial(t, client_mac); }

/* LCP up to where the proof is asked for; leaves what came since. */
static void establish(struct fs_test *t, unsigned number)
{
    char ack[128], *end = ack;
    const uint8_t *request = out(t, 1) + 20;
    size_t n = 2 + fs_get16(request + 4);
    for (unsigned i = 0; i < n && i < 60; i++) {
        end += sprintf(end, "%02x", i == 2 ? 2 : request[i]);
    }
    say(t, number, "c021 0101 000e 0104 05d4 0506 11223344");
    say(t, number, ack);
}
/* All of a log-in with PAP. */
static unsigned log_in(struct fs_test *t)
{
    unsigned number = client(t);
    establish(t, number);
    say(t, number, "c023 0101 0011 05 616c696365 06 736563726574");
    say(t, number, "8021 0101 000a 0306 0a4000ff");
    char body[64];
    sprintf(body, "8021 0102 000a 0306 0a4000%02x", number);
    say(t, number, body);
    say(t, number, "8021 0201 000a 0306 0a400001");
    forget(t);
    return number;
}
static struct bytes ip_packet(uint32_t source, uint32_t destination, size_t payload)
{
    struct bytes b = {0};
    put_ip(&b, source, destination, 17, 8 + payload);
    put_udp(&b, 1, 2, payload);
    return b;
}
static struct bytes ip_frame(unsigned number, struct bytes packet)
{
    struct bytes b = ppp(client_mac, server_mac, number, "0021");
    fs_put16(b.at + 18, (uint16_t)(2 + packet.size));
    memcpy(b.at + b.size, packet.at, packet.size);
    b.size += packet.size;
    return b;
}
static void to_subscriber(struct fs_test *t, struct bytes b)
{
    struct fs_packet *p = fs_test_packet(t, b.at, b.size);
    uint32_t anno;
    memcpy(&anno, b.at + 16, 4);
    fs_set_anno_u32(p, FS_ANNO_DST_IP, anno);
    fs_test_send_packet(t, "network", p);
}

/* ---- discovery ---- */

FS_TEST(pppoeserver_offers_and_admits)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    /* PADI with Service-Name, Host-Uniq, Relay-Session-Id and a tag that nobody knows */
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000 0103 0002 beef 0110 0001 77 0105 0001 00"));
    uint8_t *offer = out(t, 0);
    struct bytes head = hex("02000000000a 020000000099 8863 1107 0000 0034 0102 000a 666c6f7773747265616d 0101 0000 0104 0010");
    struct bytes tail = hex("0103 0002 beef 0110 0001 77");
    FS_REQUIRE(fs_test_count(t, "to_access") == 1);
    FS_EQUAL(fs_test_out(t, "to_access", 0)->length, head.size + 16 + tail.size);
    FS_CHECK(memcmp(offer, head.at, 18) == 0 && memcmp(offer + 20, head.at + 20, head.size - 20) == 0);
    FS_EQUAL(fs_get16(offer + 18), head.size + 16 + tail.size - 20);
    FS_CHECK(memcmp(offer + head.size + 16, tail.at, tail.size) == 0);
    FS_TEXT(fs_test_read(t, "s.used"), "0"); /* nothing is kept for who only asks */

    struct bytes request = discovery(client_mac, server_mac, 0x19, 0, "0101 0000 0103 0002 beef 0104 0010");
    memcpy(request.at + request.size, offer + head.size, 16);
    request.size += 16;
    fs_put16(request.at + 18, (uint16_t)(request.size - 20));
    forget(t);
    send(t, request);
    struct bytes session = discovery(server_mac, client_mac, 0x65, 2, "0101 0000 0103 0002 beef");
    FS_FRAME(fs_test_out(t, "to_access", 0), session.at, session.size);
    /* Configure-Request: MRU 1492, PAP, a magic number */
    struct bytes lcp = ppp(server_mac, client_mac, 2, "c021 0101 0012 0104 05d4 0304 c023 0506");
    FS_EQUAL(fs_test_count(t, "to_access"), 2);
    fs_put16(lcp.at + 18, 20);
    FS_CHECK(memcmp(out(t, 1), lcp.at, lcp.size) == 0);
    FS_EQUAL(fs_test_out(t, "to_access", 1)->length, lcp.size + 4);
    FS_TEXT(fs_test_read(t, "s.used"), "1");
    FS_TEXT(fs_test_read(t, "s.sessions"), "2 02-00-00-00-00-0A 10.64.0.2 establish 0 0 0 0 0 -\n");

    send(t, request); /* the answer was lost: the same session */
    FS_FRAME(fs_test_out(t, "to_access", 2), session.at, session.size);
    FS_EQUAL(fs_test_count(t, "to_access"), 3);
    FS_TEXT(fs_test_read(t, "s.used"), "1");
    request.at[request.size - 1] ^= 1;
    send(t, request); /* a cookie that is not ours */
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 1);
    send(t, discovery(client_mac, server_mac, 0x19, 0, "0101 0000"));
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 2);
    FS_EQUAL(fs_test_count(t, "to_access"), 3);
    fs_test_end(t);
}

/* A cookie is for one address. */
FS_TEST(pppoeserver_cookies_differ)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000"));
    send(t, discovery(other_mac, "ffffffffffff", 0x09, 0, "0101 0000"));
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000"));
    FS_CHECK(memcmp(out(t, 0) + 42, out(t, 1) + 42, 16) != 0);
    FS_CHECK(memcmp(out(t, 0) + 42, out(t, 2) + 42, 16) == 0);
    fs_test_end(t);
}

FS_TEST(pppoeserver_has_a_service)
{
    struct fs_test *t = server("pap");
    fs_test_text(t, "SERVICE", "isp");
    FS_REQUIRE(fs_test_start(t));
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0003 697378")); /* isx */
    FS_EQUAL(fs_test_count(t, "to_access"), 0);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_NO_MATCH), 1);
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0003 697370"));
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000"));
    struct bytes tags = hex("0102 000a 666c6f7773747265616d 0101 0000 0101 0003 697370 0104");
    FS_CHECK(memcmp(out(t, 1) + 20, tags.at, tags.size) == 0);
    struct bytes request = discovery(client_mac, server_mac, 0x19, 0, "0101 0003 697378 0104 0010");
    memcpy(request.at + request.size, out(t, 1) + 20 + tags.size + 2, 16);
    request.size += 16;
    fs_put16(request.at + 18, (uint16_t)(request.size - 20));
    forget(t);
    send(t, request);
    struct bytes refused = discovery(server_mac, client_mac, 0x65, 0, "0101 0003 697378 0201 0000");
    FS_FRAME(fs_test_out(t, "to_access", 0), refused.at, refused.size);
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    fs_test_end(t);
}

FS_TEST(pppoeserver_drops_bad_discovery)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    struct bytes b = discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000 0103 0004 01020304");
    for (size_t size = 0; size < b.size; size++) {
        fs_test_send(t, "access", b.at, size);
    }
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_LENGTH), b.size);
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0103 0000"));          /* no service name */
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000 0103 0001")); /* a tag behind the end */
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 7, "0101 0000"));
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_MALFORMED), 3);
    send(t, discovery("01000000000a", "ffffffffffff", 0x09, 0, "0101 0000"));
    send(t, discovery(client_mac, other_mac, 0x09, 0, "0101 0000"));
    send(t, discovery(client_mac, "ffffffffffff", 0x19, 0, "0101 0000"));
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_ADDRESS), 3);
    send(t, discovery(client_mac, server_mac, 0x07, 0, "0101 0000"));
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_PROTOCOL), 1);
    b = discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000");
    b.at[14] = 0x21;
    send(t, b);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_VERSION), 1);
    b = discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000 0103 05ad"); /* an answer would be too long */
    b.size += 0x5ad;
    fs_put16(b.at + 18, (uint16_t)(b.size - 20));
    send(t, b);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_TOO_LONG), 1);
    send(t, discovery(client_mac, server_mac, 0xa7, 2, ""));
    send(t, discovery(client_mac, server_mac, 0xa7, 0, ""));
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 2);
    FS_EQUAL(fs_test_count(t, "to_access"), 0);
    struct bytes arp = hex("ffffffffffff 02000000000a 0806");
    send(t, arp);
    FS_EQUAL(fs_test_count(t, "other"), 1);
    fs_test_end(t);
}

FS_TEST(pppoeserver_bounds_its_sessions)
{
    struct fs_test *t = server("pap");
    fs_test_integer(t, "SESSIONS", 3); /* of which one is the gateway's */
    fs_test_integer(t, "LIMIT", 2);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(client(t), 2);
    FS_EQUAL(client(t), 2); /* nothing was heard in it */
    say(t, 2, "c021 0901 0008 00000000");
    FS_EQUAL(client(t), 3);
    say(t, 3, "c021 0901 0008 00000000");
    FS_EQUAL(dial(t, other_mac), 0);
    struct bytes tags = hex("0101 0000 0202 0012"); /* AC-System-Error */
    FS_CHECK(memcmp(out(t, 0) + 20, tags.at, tags.size) == 0);
    FS_EQUAL(fs_test_count(t, "to_access"), 1);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_TABLE_FULL), 1);
    FS_TEXT(fs_test_read(t, "s.full"), "1");
    fs_test_advance(t, sec);
    forget(t);
    FS_EQUAL(client(t), 2); /* the client's third ends its first: Terminate-Request, PADT, then PADS */
    hears(t, 0, 2, "c021 0501 0004");
    struct bytes padt = discovery(server_mac, client_mac, 0xa7, 2, "");
    FS_FRAME(fs_test_out(t, "to_access", 1), padt.at, padt.size);
    struct bytes pads = discovery(server_mac, client_mac, 0x65, 2, "0101 0000");
    FS_FRAME(fs_test_out(t, "to_access", 2), pads.at, pads.size);
    FS_TEXT(fs_test_read(t, "s.ended"), "1");
    fs_test_end(t);
}

/* ---- a session ---- */

FS_TEST(pppoeserver_plays_a_session_with_pap)
{
    struct fs_test *t = server("pap");
    fs_test_bytes(t, "DNS", "\x0a\x00\x00\x35\x0a\x00\x00\x36", 8);
    FS_REQUIRE(fs_test_start(t));
    FS_EQUAL(client(t), 2);
    uint32_t magic = fs_get32(out(t, 1) + 36);
    say(t, 2, "c023 0101 0011 05 616c696365 06 736563726574"); /* too early */
    say(t, 2, "8021 0101 000a 0306 00000000");
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 2);
    establish(t, 2);
    hears(t, 2, 2, "c021 0201 000e 0104 05d4 0506 11223344"); /* Configure-Ack */
    FS_EQUAL(fs_test_count(t, "to_access"), 3);
    say(t, 2, "8021 0101 000a 0306 00000000"); /* still too early */
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 3);
    say(t, 2, "c023 0107 0011 05 616c696365 06 736563726574");
    hears(t, 3, 2, "c023 0207 0005 00");                /* Authenticate-Ack */
    hears(t, 4, 2, "8021 0101 000a 0306 0a400001");     /* our address */
    say(t, 2, "8021 0101 0016 0306 00000000 8106 00000000 8306 00000000");
    hears(t, 5, 2, "8021 0301 0016 0306 0a400002 8106 0a000035 8306 0a000036"); /* Configure-Nak */
    say(t, 2, "8021 0102 0016 0306 0a400002 8106 0a000035 8306 0a000036");
    hears(t, 6, 2, "8021 0202 0016 0306 0a400002 8106 0a000035 8306 0a000036");
    FS_TEXT(fs_test_read(t, "s.count"), "0");
    say(t, 2, "8021 0201 000a 0306 0a400001");
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    FS_TEXT(fs_test_read(t, "s.opened"), "1");

    struct bytes up = ip_packet(0x0a400002, 0x08080808, 10), frame = ip_frame(2, up);
    fs_test_send(t, "access", frame.at, frame.size + 8); /* with padding */
    struct fs_packet *p = fs_test_out(t, "to_network", 0);
    FS_FRAME(p, up.at, up.size);
    FS_REQUIRE(p != NULL);
    FS_CHECK(fs_network_header(p) == p->data && fs_transport_header(p) == p->data + 20);
    FS_EQUAL(FS_SWAP32(fs_anno_u32(p, FS_ANNO_DST_IP)), 0x08080808);
    struct bytes down = ip_packet(0x08080808, 0x0a400002, 20);
    forget(t);
    to_subscriber(t, down);
    struct bytes expected = hex("02000000000a 020000000099 8864 1100 0002 0032 0021");
    memcpy(expected.at + expected.size, down.at, down.size);
    FS_FRAME(fs_test_out(t, "to_access", 0), expected.at, expected.size + down.size);
    fs_test_advance(t, 5 * sec);
    FS_TEXT(fs_test_read(t, "s.sessions"), "2 02-00-00-00-00-0A 10.64.0.2 open 5 1 38 1 48 alice\n");

    forget(t);
    say(t, 2, "c021 0907 000c 11223344 cafe0000"); /* Echo-Request: what it carried comes back, with our number */
    char reply[64];
    sprintf(reply, "c021 0a07 000c %08x cafe0000", magic);
    hears(t, 0, 2, reply);
    say(t, 2, "c023 0108 0011 05 616c696365 06 736563726574"); /* our answer was lost */
    hears(t, 1, 2, "c023 0208 0005 00");
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    say(t, 2, "c021 0509 0004");
    hears(t, 2, 2, "c021 0609 0004"); /* Terminate-Ack */
    FS_EQUAL(fs_test_count(t, "to_access"), 3);
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    to_subscriber(t, down);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_UNRESOLVED), 1);
    fs_test_end(t);
}

static void respond(struct fs_test *t, unsigned number, const uint8_t *challenge, const char *name, const char *password)
{
    struct fs_md5 m;
    uint8_t digest[16];
    char body[200], *end = body;
    size_t n = strlen(name);
    fs_md5_begin(&m);
    fs_md5_add(&m, challenge + 1, 1);
    fs_md5_add(&m, password, strlen(password));
    fs_md5_add(&m, challenge + 5, 16);
    fs_md5_end(&m, digest);
    end += sprintf(end, "c223 02%02x %04x 10", challenge[1], (unsigned)(4 + 17 + n));
    for (unsigned i = 0; i < 16 + n; i++) {
        end += sprintf(end, "%02x", i < 16 ? digest[i] : (uint8_t)name[i - 16]);
    }
    say(t, number, body);
}

FS_TEST(pppoeserver_asks_for_chap)
{
    struct fs_test *t = server("chap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    struct bytes request = hex("c021 0101 0013 0104 05d4 0305 c223 05 0506");
    FS_CHECK(memcmp(out(t, 1) + 20, request.at, request.size) == 0);
    establish(t, number);
    uint8_t challenge[64], *at = out(t, 3) + 20;
    struct bytes head = hex("c223 0101 001f 10"), name = hex("666c6f7773747265616d");
    FS_CHECK(memcmp(at, head.at, head.size) == 0 && memcmp(at + 23, name.at, name.size) == 0);
    memcpy(challenge, at + 2, sizeof challenge - 2);
    challenge[1]++;
    respond(t, number, challenge, "bob", "two words"); /* to another challenge */
    challenge[1]--;
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 1);
    respond(t, number, challenge, "bob", "two words");
    hears(t, 4, number, "c223 0301 0004");
    hears(t, 5, number, "8021 0101 000a 0306 0a400001");
    respond(t, number, challenge, "bob", "two words"); /* our answer was lost */
    hears(t, 6, number, "c223 0301 0004");
    FS_EQUAL(fs_test_count(t, "to_access"), 7);
    FS_CHECK(strstr(fs_test_read(t, "s.sessions"), " network 0 0 0 0 0 bob\n") != NULL);
    fs_test_end(t);
}

FS_TEST(pppoeserver_refuses_wrong_passwords)
{
    static const char *const pap[] = {
        "c023 0107 0011 05 616c696365 06 736563726575", /* another letter */
        "c023 0107 0010 05 616c696365 05 7365637265",   /* a part */
        "c023 0107 0011 05 616c696364 06 736563726574", /* nobody */
        "c023 0107 0006 00 00",
    };
    for (unsigned i = 0; i < 4; i++) {
        struct fs_test *t = server("pap");
        FS_REQUIRE(fs_test_start(t));
        unsigned number = client(t);
        establish(t, number);
        say(t, number, pap[i]);
        hears(t, 3, number, "c023 0307 0005 00"); /* Authenticate-Nak */
        hears(t, 4, number, "c021 0501 0004");    /* Terminate-Request */
        struct bytes padt = discovery(server_mac, client_mac, 0xa7, number, "");
        FS_FRAME(fs_test_out(t, "to_access", 5), padt.at, padt.size);
        FS_TEXT(fs_test_read(t, "s.used"), "0");
        FS_TEXT(fs_test_read(t, "s.denied"), "1");
        fs_test_end(t);
    }
    struct fs_test *t = server("chap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    establish(t, number);
    uint8_t challenge[64];
    memcpy(challenge, out(t, 3) + 22, 60);
    respond(t, number, challenge, "alice", "Secret");
    hears(t, 4, number, "c223 0401 0004");
    FS_TEXT(fs_test_read(t, "s.denied"), "1");
    /* a name without a password has the empty one */
    number = client(t);
    establish(t, number);
    memcpy(challenge, out(t, 3) + 22, 60);
    respond(t, number, challenge, "carol", "");
    hears(t, 4, number, "c223 0301 0004");
    fs_test_end(t);
}

FS_TEST(pppoeserver_drops_malformed_proofs)
{
    static const char *const bad[] = {"c023 0107 0004", "c023 0107 0005 00", "c023 0107 0008 05 616c69",
                                      "c023 0107 000c 05 616c696365 06 73", "c023 0107 0005 ff"};
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    establish(t, number);
    for (unsigned i = 0; i < 5; i++) {
        say(t, number, bad[i]);
    }
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_MALFORMED), 5);
    say(t, number, "c023 0207 0005 00"); /* an answer */
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 1);
    FS_TEXT(fs_test_read(t, "s.used"), "1");
    fs_test_end(t);
    t = server("chap");
    FS_REQUIRE(fs_test_start(t));
    number = client(t);
    establish(t, number);
    say(t, number, "c223 0201 0005 10");
    say(t, number, "c223 0201 0016 0f 000102030405060708090a0b0c0d0e0f 61");
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_MALFORMED), 2);
    fs_test_end(t);
}

FS_TEST(pppoeserver_needs_no_proof_when_told)
{
    struct fs_test *t = server("none");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    struct bytes request = hex("c021 0101 000e 0104 05d4 0506");
    FS_CHECK(memcmp(out(t, 1) + 20, request.at, request.size) == 0);
    establish(t, number);
    hears(t, 3, number, "8021 0101 000a 0306 0a400001");
    fs_test_end(t);
}

FS_TEST(pppoeserver_lets_the_peer_choose_the_proof)
{
    struct fs_test *t = server("any");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    FS_EQUAL(fs_get16(out(t, 1) + 32), 0xc223);
    say(t, number, "c021 0301 0008 0304 c023"); /* Configure-Nak */
    struct bytes request = hex("c021 0102 0012 0104 05d4 0304 c023 0506");
    FS_CHECK(memcmp(out(t, 2) + 20, request.at, request.size) == 0);
    fs_test_end(t);
    t = server("chap");
    FS_REQUIRE(fs_test_start(t));
    number = client(t);
    say(t, number, "c021 0301 0008 0304 c023"); /* it is not ours to choose */
    FS_EQUAL(fs_get16(out(t, 2) + 32), 0xc223);
    say(t, number, "c021 0302 0008 0304 c023");
    FS_EQUAL(fs_test_count(t, "to_access"), 4);
    say(t, number, "c021 0403 0009 0305 c22305"); /* Configure-Reject */
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    FS_TEXT(fs_test_read(t, "s.denied"), "1");
    fs_test_end(t);
}

/* ---- options ---- */

/* RFC 1661 section 6, RFC 2516 section 7 */
FS_TEST(pppoeserver_judges_options_of_lcp)
{
    static const struct {
        const char *request, *answer;
    } cases[] = {
        {"c021 0107 0004", "c021 0207 0004"},
        {"c021 0107 0008 0104 0200", "c021 0207 0008 0104 0200"},                       /* MRU 512 */
        {"c021 0107 0008 0104 05dc", "c021 0307 0008 0104 05d4"},                       /* 1500 is too much */
        {"c021 0107 0008 0104 0010", "c021 0307 0008 0104 05d4"},
        {"c021 0107 000a 0206 00000000", "c021 0407 000a 0206 00000000"},               /* ACCM */
        {"c021 0107 0008 0304 c023", "c021 0407 0008 0304 c023"},                       /* nobody asks us */
        {"c021 0107 0006 0702", "c021 0407 0006 0702"},                                 /* PFC */
        {"c021 0107 000f 0104 05dc 0802 0d03 06 0104", NULL},                           /* an option behind the end */
        {"c021 0107 0006 0701", NULL},                                                  /* shorter than its head */
        {"c021 0107 000e 0104 05dc 0702 0802 1102", "c021 0407 000a 0702 0802 1102"},    /* what is refused comes first */
        {"c021 0107 000e 0506 11223344 0104 05dc", "c021 0307 0008 0104 05d4"},
        {"c021 0107 0007 0103 00", "c021 0407 0007 0103 00"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = server("pap");
        FS_REQUIRE(fs_test_start(t));
        unsigned number = client(t);
        say(t, number, cases[i].request);
        if (cases[i].answer != NULL) {
            hears(t, 2, number, cases[i].answer);
        } else {
            FS_EQUAL(fs_test_drops(t, "s", FS_DROP_MALFORMED), 1);
        }
        fs_test_end(t);
    }
    struct fs_test *t = server("pap"); /* our own magic number: the line is a loop */
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    char request[64];
    sprintf(request, "c021 0107 000a 0506 %08x", fs_get32(out(t, 1) + 36));
    say(t, number, request);
    struct bytes head = hex("c021 0307 000a 0506");
    FS_CHECK(memcmp(out(t, 2) + 20, head.at, head.size) == 0);
    FS_CHECK(fs_get32(out(t, 2) + 28) != fs_get32(out(t, 1) + 36));
    fs_test_end(t);
}

FS_TEST(pppoeserver_judges_options_of_ipcp)
{
    static const struct {
        const char *request, *answer;
    } cases[] = {
        {"8021 0107 0004", "8021 0307 000a 0306 0a400002"},                                 /* it needs an address */
        {"8021 0107 000a 0306 00000000", "8021 0307 000a 0306 0a400002"},
        {"8021 0107 000a 0306 0a400002", "8021 0207 000a 0306 0a400002"},
        {"8021 0107 0010 0306 0a400002 0206 002d0f01", "8021 0407 000a 0206 002d0f01"},     /* compression */
        {"8021 0107 0010 0306 00000000 8306 00000000", "8021 0407 000a 8306 00000000"},     /* there is only one */
        {"8021 0107 000a 8106 00000000", "8021 0307 0010 8106 0a000035 0306 0a400002"},
        {"8021 0107 0005 03", NULL},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_test *t = server("none");
        fs_test_bytes(t, "DNS", "\x0a\x00\x00\x35", 4);
        FS_REQUIRE(fs_test_start(t));
        unsigned number = client(t);
        establish(t, number);
        say(t, number, cases[i].request);
        if (cases[i].answer != NULL) {
            hears(t, 4, number, cases[i].answer);
        } else {
            FS_EQUAL(fs_test_drops(t, "s", FS_DROP_MALFORMED), 1);
        }
        fs_test_end(t);
    }
}

FS_TEST(pppoeserver_gives_up_options_that_the_peer_refuses)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    char reject[64];
    sprintf(reject, "c021 0401 000e 0104 05d4 0506 %08x", fs_get32(out(t, 1) + 36));
    say(t, number, "c021 0409 000e 0104 05d4 0506 00000000"); /* of no request of ours */
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 1);
    say(t, number, reject);
    hears(t, 2, number, "c021 0102 0008 0304 c023");
    say(t, number, "c021 0302 0005 03");
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_MALFORMED), 1);
    fs_test_end(t);
    t = server("none");
    FS_REQUIRE(fs_test_start(t));
    number = client(t);
    establish(t, number);
    say(t, number, "8021 0401 000a 0306 0a400001");
    hears(t, 4, number, "8021 0102 0004");
    say(t, number, "8021 0202 0004");
    say(t, number, "8021 0101 000a 0306 0a400002");
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    fs_test_end(t);
}

/* ---- what ends a session, and what does not ---- */

FS_TEST(pppoeserver_repeats_itself_and_gives_up)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    client(t);
    uint8_t first[64];
    memcpy(first, out(t, 1), 40);
    fs_test_advance(t, sec * 31 / 10);
    FS_EQUAL(fs_test_count(t, "to_access"), 3);
    FS_FRAME(fs_test_out(t, "to_access", 2), first, 40); /* the same one */
    fs_test_advance(t, 25 * sec);
    FS_EQUAL(fs_test_count(t, "to_access"), 11); /* ten requests in all (Max-Configure) */
    FS_TEXT(fs_test_read(t, "s.used"), "1");
    fs_test_advance(t, 3 * sec);
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    FS_EQUAL(fs_test_count(t, "to_access"), 13);
    forget(t);
    fs_test_advance(t, 100 * sec);
    FS_EQUAL(fs_test_count(t, "to_access"), 0); /* an empty table keeps quiet */
    fs_test_end(t);

    t = server("chap"); /* the challenge */
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    establish(t, number);
    uint8_t challenge[64];
    memcpy(challenge, out(t, 3), 53);
    forget(t);
    fs_test_advance(t, sec * 31 / 10);
    FS_FRAME(fs_test_out(t, "to_access", 0), challenge, 53);
    fs_test_advance(t, 40 * sec);
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    fs_test_end(t);

    t = server("none"); /* a peer that answers and never comes to an end */
    fs_test_integer(t, "SETUP", 20 * (int64_t)sec);
    FS_REQUIRE(fs_test_start(t));
    number = client(t);
    establish(t, number);
    for (unsigned i = 0; i < 30; i++) {
        forget(t);
        say(t, number, "8021 0101 0004");
        char ack[64];
        sprintf(ack, "8021 02%02x 000a 0306 0a400001", 1);
        say(t, number, ack);
        fs_test_advance(t, sec);
    }
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    fs_test_end(t);
}

FS_TEST(pppoeserver_asks_silent_peers)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = log_in(t);
    fs_test_advance(t, 20 * sec);
    struct bytes frame = ip_frame(number, ip_packet(0x0a400002, 1, 1));
    send(t, frame); /* a packet tells as much as an answer */
    fs_test_advance(t, 29 * sec);
    FS_EQUAL(fs_test_count(t, "to_access"), 0);
    fs_test_advance(t, 2 * sec);
    FS_EQUAL(fs_test_count(t, "to_access"), 1);
    struct bytes echo = hex("c021 0901 0008");
    FS_CHECK(memcmp(out(t, 0) + 20, echo.at, echo.size) == 0);
    say(t, number, "c021 0a01 0008 00000000");
    fs_test_advance(t, 31 * sec);
    FS_EQUAL(fs_test_count(t, "to_access"), 2);
    fs_test_advance(t, 60 * sec);
    FS_EQUAL(fs_test_count(t, "to_access"), 4);
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    fs_test_advance(t, 31 * sec); /* three without an answer */
    FS_TEXT(fs_test_read(t, "s.count"), "0");
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    fs_test_end(t);
    t = server("pap");
    fs_test_integer(t, "ECHO", 0);
    FS_REQUIRE(fs_test_start(t));
    log_in(t);
    fs_test_advance(t, 10000 * sec);
    FS_EQUAL(fs_test_count(t, "to_access"), 0);
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    fs_test_end(t);
}

FS_TEST(pppoeserver_ends_sessions)
{
    static const struct {
        const char *said;
        bool told;
    } cases[] = {{"c021 0701 0008 01010004", true},      /* Code-Reject of Configure-Request */
                 {"c021 0801 0006 8021", true},          /* Protocol-Reject of IPCP */
                 {"c021 0801 0006 0021", true},
                 {"c021 0501 0004", false}};
    for (unsigned i = 0; i < 4; i++) {
        struct fs_test *t = server("pap");
        FS_REQUIRE(fs_test_start(t));
        unsigned number = log_in(t);
        say(t, number, cases[i].said);
        FS_TEXT(fs_test_read(t, "s.used"), "0");
        FS_EQUAL(fs_test_count(t, "to_access"), cases[i].told ? 2 : 1);
        fs_test_end(t);
    }
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = log_in(t);
    send(t, discovery(other_mac, server_mac, 0xa7, number, "")); /* somebody else's PADT */
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    send(t, discovery(client_mac, server_mac, 0xa7, number, ""));
    FS_TEXT(fs_test_read(t, "s.count"), "0");
    FS_EQUAL(fs_test_count(t, "to_access"), 0);
    say(t, number, "c021 0901 0008 00000000"); /* it has not heard of it */
    struct bytes padt = discovery(server_mac, client_mac, 0xa7, number, "");
    FS_FRAME(fs_test_out(t, "to_access", 0), padt.at, padt.size);
    struct bytes frame = ip_frame(number, ip_packet(0x0a400002, 1, 1));
    send(t, frame);
    FS_EQUAL(fs_test_count(t, "to_access"), 1);
    FS_EQUAL(client(t), 3); /* numbers, and addresses, are not given out again at once */
    fs_test_end(t);
}

FS_TEST(pppoeserver_says_what_it_does_not_know)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = log_in(t);
    say(t, number, "8057 0101 000e 010a 0000000000000001"); /* IPV6CP */
    hears(t, 0, number, "c021 0801 0014 8057 0101 000e 010a 0000000000000001");
    say(t, number, "c021 0c05 0008 00000000"); /* Identification (RFC 1570) */
    hears(t, 1, number, "c021 0702 000c 0c05 0008 00000000");
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_PROTOCOL), 2);
    say(t, number, "c021 0701 0008 0c050004"); /* it may refuse that too */
    say(t, number, "c021 0801 0006 8057");
    say(t, number, "c021 0b01 0008 00000000"); /* Discard-Request */
    say(t, number, "c021 0601 0004");
    FS_EQUAL(fs_test_count(t, "to_access"), 2);
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    say(t, number, "c021 0901 0004");
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_MALFORMED), 1);
    say(t, number, "c021 0901 0003");
    say(t, number, "c021 0901 0009 00000000");
    say(t, number, "c021 09");
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_LENGTH), 3);
    fs_test_end(t);
}

FS_TEST(pppoeserver_negotiates_anew)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = log_in(t);
    say(t, number, "8021 0109 000a 0306 0a400002"); /* IPCP alone */
    hears(t, 0, number, "8021 0102 000a 0306 0a400001");
    hears(t, 1, number, "8021 0209 000a 0306 0a400002");
    FS_TEXT(fs_test_read(t, "s.count"), "0");
    say(t, number, "8021 0202 000a 0306 0a400001");
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    say(t, number, "8021 050a 0004"); /* closed, and opened again by the peer */
    hears(t, 2, number, "8021 060a 0004");
    FS_TEXT(fs_test_read(t, "s.count"), "0");
    forget(t);
    say(t, number, "c021 0109 0004"); /* all of it */
    struct bytes request = hex("c021 0102 0012 0104 05d4 0304 c023 0506");
    FS_CHECK(memcmp(out(t, 0) + 20, request.at, request.size) == 0);
    hears(t, 1, number, "c021 0209 0004");
    struct bytes frame = ip_frame(number, ip_packet(0x0a400002, 1, 1));
    send(t, frame);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 1);
    FS_CHECK(strstr(fs_test_read(t, "s.sessions"), " establish ") != NULL);
    fs_test_end(t);
}

/* ---- packets ---- */

FS_TEST(pppoeserver_drops_what_is_not_the_subscribers)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = log_in(t);
    struct bytes good = ip_frame(number, ip_packet(0x0a400002, 0x08080808, 4)), b = good;
    send(t, ip_frame(number, ip_packet(0x0a400003, 0x08080808, 4)));
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_SOURCE), 1);
    b.at[11] ^= 1; /* another peer */
    send(t, b);
    b = good;
    b.at[17]++; /* another session */
    send(t, b);
    b.at[16] = 0xff;
    send(t, b);
    b.at[16] = b.at[17] = 0;
    send(t, b);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_STATE), 4);
    b = good;
    b.at[5] ^= 1;
    send(t, b);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_ADDRESS), 1);
    b = good;
    b.at[15] = 1;
    send(t, b);
    b = good;
    b.at[22] = 0x65;
    send(t, b);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_VERSION), 2);
    b = good;
    b.at[22] = 0x44;
    send(t, b);
    b.at[22] = 0x4f;
    send(t, b);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_HEADER_LENGTH), 2);
    for (size_t size = 14; size < good.size; size++) {
        fs_test_send(t, "access", good.at, size);
    }
    b = good;
    fs_put16(b.at + 18, 21); /* 19 bytes of IP */
    send(t, b);
    fs_put16(b.at + 18, 1);
    send(t, b);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_BAD_LENGTH), good.size - 14 + 2);
    FS_EQUAL(fs_test_count(t, "to_network"), 0);
    send(t, good);
    FS_EQUAL(fs_test_count(t, "to_network"), 1);
    fs_test_end(t);
}

FS_TEST(pppoeserver_sends_to_open_sessions_alone)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    log_in(t);
    to_subscriber(t, ip_packet(1, 0x0a400003, 4));
    to_subscriber(t, ip_packet(1, 0x0a400000, 4));
    to_subscriber(t, ip_packet(1, 0x0a4000ff, 4));
    to_subscriber(t, ip_packet(1, 0, 4));
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_UNRESOLVED), 4);
    to_subscriber(t, ip_packet(1, 0x0a400002, 1492 - 28));
    to_subscriber(t, ip_packet(1, 0x0a400002, 1493 - 28));
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_TOO_LONG), 1);
    FS_EQUAL(fs_test_count(t, "to_access"), 1);
    FS_EQUAL(fs_test_out(t, "to_access", 0)->length, 1514);
    struct bytes small = ip_packet(1, 0x0a400002, 4);
    struct fs_packet *p = fs_test_packet(t, small.at, small.size);
    FS_CHECK(fs_packet_prepend(p, FS_HEADROOM - 21));
    memcpy(p->data, small.at, small.size);
    fs_set_anno_u32(p, FS_ANNO_DST_IP, FS_SWAP32(0x0a400002u));
    fs_test_send_packet(t, "network", p);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_NO_ROOM), 1);
    fs_test_end(t);
}

FS_TEST(pppoeserver_respects_the_peers_mru)
{
    struct fs_test *t = server("none");
    FS_REQUIRE(fs_test_start(t));
    unsigned number = client(t);
    say(t, number, "c021 0201 000e 0104 05d4 0506 00000000");
    say(t, number, "c021 0101 0008 0104 0200");
    say(t, number, "8021 0101 000a 0306 0a400002");
    say(t, number, "8021 0201 000a 0306 0a400001");
    forget(t);
    to_subscriber(t, ip_packet(1, 0x0a400002, 512 - 28));
    to_subscriber(t, ip_packet(1, 0x0a400002, 513 - 28));
    FS_EQUAL(fs_test_count(t, "to_access"), 1);
    FS_EQUAL(fs_test_drops(t, "s", FS_DROP_TOO_LONG), 1);
    fs_test_end(t);
}

/* ---- the rest ---- */

FS_TEST(pppoeserver_users_come_and_go)
{
    struct fs_test *t = server("pap");
    FS_REQUIRE(fs_test_start(t));
    log_in(t);
    FS_CHECK(!fs_test_write(t, "s.user", "") && !fs_test_write(t, "s.remove_user", "dave"));
    FS_CHECK(fs_test_write(t, "s.user", " dave new one\n"));
    FS_CHECK(fs_test_write(t, "s.user", "alice other"));
    for (unsigned i = 0; i < 40; i++) {
        char user[32];
        sprintf(user, "user%u pw", i);
        FS_CHECK(fs_test_write(t, "s.user", user));
    }
    FS_TEXT(fs_test_read(t, "s.count"), "1");
    FS_CHECK(fs_test_write(t, "s.remove_user", "alice"));
    FS_TEXT(fs_test_read(t, "s.count"), "0");
    FS_EQUAL(fs_test_count(t, "to_access"), 2);
    unsigned number = client(t);
    establish(t, number);
    say(t, number, "c023 0107 0011 05 616c696365 06 736563726574");
    hears(t, 3, number, "c023 0307 0005 00");
    number = client(t);
    establish(t, number);
    say(t, number, "c023 0107 0011 04 64617665 07 6e6577206f6e65");
    hears(t, 3, number, "c023 0207 0005 00");
    char text[16];
    sprintf(text, "%u", number);
    FS_CHECK(fs_test_write(t, "s.end", text));
    FS_CHECK(!fs_test_write(t, "s.end", text) && !fs_test_write(t, "s.end", "0") && !fs_test_write(t, "s.end", "255"));
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    fs_test_end(t);
}

FS_TEST(pppoeserver_takes_over_sessions)
{
    struct fs_test *t = server("pap"), *u = server("pap"), *v = server("pap");
    fs_test_texts(v, "USER", "bob x"); /* without alice */
    FS_REQUIRE(fs_test_start(t) && fs_test_start(u) && fs_test_start(v));
    log_in(t);
    struct fs_element *s = fs_test_element(u, "s");
    s->class->take_state(s, fs_test_element(t, "s"));
    FS_CHECK(strstr(fs_test_read(u, "s.sessions"), "2 02-00-00-00-00-0A 10.64.0.2 open 0 0 0 0 0 alice\n") != NULL);
    FS_TEXT(fs_test_read(u, "s.opened"), "1");
    send(u, ip_frame(2, ip_packet(0x0a400002, 1, 1)));
    FS_EQUAL(fs_test_count(u, "to_network"), 1);
    FS_EQUAL(dial(u, other_mac), 3);
    fs_test_advance(u, 200 * sec);
    FS_TEXT(fs_test_read(u, "s.used"), "0"); /* its timer goes on */
    s = fs_test_element(v, "s");
    s->class->take_state(s, fs_test_element(t, "s"));
    FS_TEXT(fs_test_read(v, "s.used"), "0");
    struct bytes padt = discovery(server_mac, client_mac, 0xa7, 2, "");
    FS_FRAME(fs_test_out(v, "to_access", 1), padt.at, padt.size);
    fs_test_end(v);
    fs_test_end(u);
    fs_test_end(t);
}

/* Control packets with a few bytes changed, in sessions of any state: whatever comes of it, the table stays whole. */
FS_TEST(pppoeserver_survives_noise)
{
    static const char *const said[] = {
        "c021 0101 000e 0104 05d4 0506 11223344", "c021 0201 0012 0104 05d4 0304 c023 0506 00000000",
        "c021 0301 0008 0304 c223",               "c021 0401 0008 0104 05d4",
        "c021 0501 0004",                         "c021 0701 0008 0c050004",
        "c021 0801 0006 8057",                    "c021 0901 0008 00000000",
        "c023 0101 0011 05 616c696365 06 736563726574", "8021 0101 0010 0306 0a400002 8106 00000000",
        "8021 0201 000a 0306 0a400001",           "8021 0401 000a 0306 0a400001",
        "8057 0101 0004",                         "0021 45000014 00000000 40110000 0a400002 0a400001",
    };
    struct fs_test *t = server("any");
    fs_test_integer(t, "SESSIONS", 4);
    fs_test_integer(t, "LIMIT", 2);
    FS_REQUIRE(fs_test_start(t));
    uint64_t state = 1;
    unsigned number = 2;
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t n = noise(&state);
        struct bytes b = ppp(client_mac, server_mac, number, said[n % 14]);
        unsigned changes = n >> 8 & 3;
        for (unsigned c = 0; c < changes; c++) {
            uint64_t m = noise(&state);
            b.at[22 + m % (b.size - 22)] = (uint8_t)(m >> 32);
        }
        fs_test_send(t, "access", b.at, b.size - (n >> 16 & 0xf ? 0 : n >> 24 & 3));
        if ((n >> 32 & 0x3f) == 0 || strcmp(fs_test_read(t, "s.used"), "0") == 0) {
            number = client(t);
            establish(t, number);
        }
        forget(t);
        fs_test_forget(t, "to_network");
        if ((n >> 40 & 0xf) == 0) {
            fs_test_advance(t, (n >> 48 & 7) * sec);
        }
    }
    FS_CHECK(strcmp(fs_test_read(t, "s.used"), "3") != 0 && strcmp(fs_test_read(t, "s.used"), "4") != 0);
    fs_test_advance(t, 300 * sec);
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    FS_TEXT(fs_test_read(t, "s.sessions"), "");
    FS_CHECK(client(t) != 0);
    fs_test_end(t);
}

FS_TEST(pppoeserver_survives_noise_in_discovery)
{
    struct fs_test *t = server("pap");
    fs_test_integer(t, "SESSIONS", 4);
    FS_REQUIRE(fs_test_start(t));
    send(t, discovery(client_mac, "ffffffffffff", 0x09, 0, "0101 0000"));
    struct bytes good = discovery(client_mac, server_mac, 0x19, 0, "0101 0000 0103 0004 beefbeef 0110 0002 7777 0104 0010");
    memcpy(good.at + good.size, out(t, 0) + 42, 16);
    good.size += 16;
    fs_put16(good.at + 18, (uint16_t)(good.size - 20));
    uint64_t state = 3;
    for (unsigned i = 0; i < 20000; i++) {
        struct bytes b = good;
        uint64_t n = noise(&state), m = noise(&state);
        for (unsigned c = n & 3; c > 0; c--, m = noise(&state)) {
            b.at[15 + m % (b.size - 15)] = m >> 48 & 1 ? (uint8_t)(m >> 32) : (uint8_t)(m >> 32 & 15);
        }
        fs_test_send(t, "access", b.at, b.size - (n >> 8 & 3 ? 0 : (n >> 16) % b.size));
        forget(t);
        if ((n >> 24 & 31) == 0) {
            fs_test_advance(t, 10 * sec);
        }
    }
    forget(t);
    fs_test_advance(t, 300 * sec);
    FS_TEXT(fs_test_read(t, "s.used"), "0");
    fs_test_end(t);
}

FS_TEST(pppoeserver_refuses_what_makes_no_sense)
{
    struct fs_test *t = server("kerberos");
    FS_CHECK(strstr(fs_test_refused(t), "AUTH") != NULL);
    fs_test_end(t);
    t = server("pap");
    fs_test_integer(t, "SESSIONS", 255);
    FS_CHECK(strstr(fs_test_refused(t), "254 addresses") != NULL);
    fs_test_end(t);
    t = server("pap");
    fs_test_texts(t, "USER", "\"\"");
    FS_CHECK(strstr(fs_test_refused(t), "NAME PASSWORD") != NULL);
    fs_test_end(t);
    t = server("pap");
    fs_test_bytes(t, "POOL", "\x0a\x40\x00\x00\xff\xff\xff\xff", 8);
    FS_CHECK(strstr(fs_test_refused(t), "0 addresses") != NULL);
    fs_test_end(t);
    t = server("pap");
    fs_test_text(t, "NAME", "");
    FS_CHECK(strstr(fs_test_refused(t), "NAME") != NULL);
    fs_test_end(t);
}
