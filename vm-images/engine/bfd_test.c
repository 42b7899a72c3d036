/* bfd_test.c: the rules of RFC 5880 for the side that answers, each from the RFC's text. */
#include <string.h>

#include "testing.h"

enum { MS = 1000000, CONTROL = 42, FRAME = 66, ADMIN_DOWN = 0, DOWN = 1, INIT = 2, UP = 3, POLL = 0x20, FINAL = 0x10 };

/* A control packet of Open vSwitch 3.1, as it was captured: Down, no discriminator of ours, 1 s and 300 ms. */
static const uint8_t sample[FRAME] = {
    2, 0, 0, 0, 0, 0, 0xfe, 0x46, 'F', 'S', 'B', 'D', 8, 0,                        /* Ethernet */
    0x45, 0xc0, 0, 52, 0, 0, 0x40, 0, 255, 17, 0x24, 0xfb, 169, 254, 1, 1, 169, 254, 1, 0,
    0xc0, 0, 0x0e, 0xc8, 0, 32, 0, 0,                                              /* UDP, port 3784 */
    0x20, 0x40, 3, 24, 0x1b, 0x25, 0x3e, 0xa1, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x40, 0, 4, 0x93, 0xe0, 0, 0, 0, 0};

struct session {
    struct fs_test *t;
    uint8_t frame[FRAME];
    uint32_t theirs; /* the engine's discriminator, once it is known */
    unsigned seen;
};

static void put(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}
static uint32_t get(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static bool open_session(struct session *s)
{
    *s = (struct session){.t = fs_test_new()};
    memcpy(s->frame, sample, FRAME);
    fs_test_devices(s->t, 1);
    fs_test_add(s->t, "in", "FromDevice");
    fs_test_text(s->t, "DEVNAME", "0");
    fs_test_add(s->t, "out", "TestSink");
    fs_test_chain(s->t, "in", "out");
    bool started = fs_test_start(s->t);
    if (started) {
        fs_test_run(s->t);
    }
    return started;
}

static void arrive(struct session *s, unsigned length)
{
    fs_test_arrive(s->t, 0, s->frame, length);
    fs_test_run(s->t);
}

/* The switch sends its state, with flags. */
static void say(struct session *s, unsigned state, unsigned flags)
{
    s->frame[CONTROL + 1] = (uint8_t)(state << 6 | flags);
    put(s->frame + CONTROL + 8, s->theirs);
    arrive(s, FRAME);
}

/* The next control packet of the engine; NULL when it sent none. */
static const uint8_t *next(struct session *s)
{
    if (fs_test_sent_count(s->t, 0) <= s->seen) {
        return NULL;
    }
    const struct fs_packet *p = fs_test_sent(s->t, 0, s->seen++);
    const uint8_t *control = p->data + CONTROL;
    s->theirs = get(control + 4);
    return control;
}

/* One packet was sent, of that state and with those flags, and no other. */
static void expect(struct session *s, unsigned state, unsigned flags)
{
    const uint8_t *c = next(s);
    FS_REQUIRE(c != NULL);
    FS_EQUAL(c[1] >> 6, state);
    FS_EQUAL(c[1] & 0x3f, flags);
    FS_CHECK(next(s) == NULL);
}

static void bring_up(struct session *s)
{
    say(s, DOWN, 0);
    expect(s, INIT, POLL);
    say(s, UP, FINAL);
    expect(s, UP, POLL);
    say(s, UP, FINAL);
    FS_CHECK(next(s) == NULL);
}

/* The switch asks for a packet in so many microseconds (6.8.3, with a Poll). */
static void ask_for(struct session *s, uint32_t min_rx)
{
    put(s->frame + CONTROL + 16, min_rx);
    say(s, UP, POLL);
    expect(s, UP, FINAL);
}

/* How many packets are sent in so many milliseconds. */
static unsigned sent_in(struct session *s, uint64_t ms)
{
    unsigned before = s->seen;
    fs_test_advance(s->t, ms * MS);
    while (next(s) != NULL) {
        continue;
    }
    return s->seen - before;
}

FS_TEST(nothing_is_sent_before_the_switch_begins) /* 6.1, the passive role */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    FS_EQUAL(sent_in(&s, 100000), 0);
    FS_EQUAL(fs_router_next_timer(fs_test_router(s.t)), 0);
    fs_test_end(s.t);
}

FS_TEST(the_three_way_handshake) /* 6.2; 4.1 for the bytes; RFC 5881, 4 and 5 for the headers */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    say(&s, DOWN, 0);
    const uint8_t *c = next(&s);
    FS_REQUIRE(c != NULL);
    const uint8_t ethernet[14] = {0xfe, 0x46, 'F', 'S', 'B', 'D', 2, 0, 0, 0, 0, 0, 8, 0};
    const struct fs_packet *p = fs_test_sent(s.t, 0, 0);
    FS_EQUAL(p->length, FRAME);
    FS_CHECK(memcmp(p->data, ethernet, 14) == 0);
    const uint8_t *ip = p->data + 14;
    uint32_t sum = 0;
    for (unsigned i = 0; i < 20; i += 2) {
        sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    }
    FS_EQUAL((sum >> 16) + (sum & 0xffff), 0xffff);
    FS_EQUAL(ip[8], 255);
    FS_EQUAL(get(ip + 12), 0xa9fe0100);
    FS_EQUAL(get(ip + 16), 0xa9fe0101);
    FS_CHECK((ip[20] << 8 | ip[21]) >= 49152);
    FS_EQUAL(ip[22] << 8 | ip[23], 3784);
    FS_EQUAL(c[0], 0x20); /* version 1, no diagnostic */
    FS_EQUAL(c[1] >> 6, INIT);
    FS_EQUAL(c[3], 24);
    FS_CHECK(get(c + 4) != 0);
    FS_EQUAL(get(c + 8), 0x1b253ea1);   /* your discriminator: the switch's */
    FS_CHECK(get(c + 12) >= 1000000);   /* 6.8.3: not Up, at least a second */
    say(&s, UP, FINAL);
    expect(&s, UP, POLL);
    c = fs_test_sent(s.t, 0, 1)->data + CONTROL;
    FS_CHECK(get(c + 12) < 1000000); /* and 6.8.3: such a change is polled for */
    say(&s, UP, FINAL);
    FS_CHECK(next(&s) == NULL);
    FS_EQUAL(fs_test_count(s.t, "out"), 0); /* no element has seen any of it */
    FS_TEXT(fs_test_read(s.t, "in.count"), "0");
    fs_test_end(s.t);
}

FS_TEST(down_meets_init_and_is_up) /* 6.2: Down, INIT received */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    say(&s, DOWN, 0);
    expect(&s, DOWN, POLL);
    FS_EQUAL(fs_test_sent(s.t, 0, s.seen - 1)->data[CONTROL] & 31, 3); /* neighbor signaled session down */
    say(&s, UP, 0); /* 6.2: Down ignores Up */
    FS_CHECK(next(&s) == NULL);
    say(&s, INIT, FINAL);
    expect(&s, UP, POLL);
    say(&s, ADMIN_DOWN, 0);
    expect(&s, DOWN, POLL);
    say(&s, ADMIN_DOWN, 0);
    FS_CHECK(next(&s) == NULL);
    fs_test_end(s.t);
}

FS_TEST(packets_leave_at_the_pace_that_the_switch_asks_for) /* 6.8.2, 6.8.7 */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    /* 300 ms, less at most a quarter. */
    unsigned sent = sent_in(&s, 2900);
    FS_CHECK(sent >= 9 && sent <= 12);
    put(s.frame + CONTROL + 16, 1500000); /* it wants fewer, at once */
    say(&s, UP, POLL);
    expect(&s, UP, FINAL); /* 6.5: at once, whatever the timer says */
    FS_EQUAL(sent_in(&s, 1124), 0);
    FS_EQUAL(sent_in(&s, 376), 1);
    put(s.frame + CONTROL + 16, 0); /* 6.8.1: none, then */
    say(&s, UP, 0);
    FS_EQUAL(sent_in(&s, 2900), 0);
    put(s.frame + CONTROL + 16, 1000); /* more often than we are willing to: 50 ms */
    say(&s, UP, 0);
    sent = sent_in(&s, 1000);
    FS_CHECK(sent >= 20 && sent <= 27);
    fs_test_end(s.t);
}

FS_TEST(a_switch_that_falls_silent_is_given_up) /* 6.8.4, 6.8.1 RemoteDiscr, 6.8.7 for the passive role */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    /* Three times what we require, which is more than it sends: the figure is in our own packets. */
    uint64_t required_ms = get(fs_test_sent(s.t, 0, s.seen - 1)->data + CONTROL + 16) / 1000;
    FS_CHECK(sent_in(&s, 3 * required_ms - 1) > 0);
    FS_CHECK(fs_router_next_timer(fs_test_router(s.t)) != 0);
    sent_in(&s, 1);
    FS_EQUAL(sent_in(&s, 100000), 0);
    FS_EQUAL(fs_router_next_timer(fs_test_router(s.t)), 0);
    uint32_t old = s.theirs;
    say(&s, UP, 0); /* 6.8.6: no such session */
    FS_CHECK(next(&s) == NULL);
    s.theirs = 0;
    say(&s, DOWN, 0);
    expect(&s, INIT, POLL);
    FS_CHECK(s.theirs != old);
    fs_test_end(s.t);
}

FS_TEST(a_switch_that_began_anew_is_followed)
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    put(s.frame + CONTROL + 4, 77); /* another discriminator, and it knows none of ours */
    s.theirs = 0;
    say(&s, DOWN, 0);
    expect(&s, DOWN, POLL);
    FS_EQUAL(get(fs_test_sent(s.t, 0, s.seen - 1)->data + CONTROL + 8), 77);
    put(s.frame + CONTROL + 4, 78); /* once more, before the engine is Up: 6.8.7, a packet that differs goes at once */
    s.theirs = 0;
    say(&s, DOWN, 0);
    expect(&s, INIT, POLL);
    put(s.frame + CONTROL + 4, 79);
    s.theirs = 0;
    say(&s, DOWN, 0);
    expect(&s, INIT, POLL);
    say(&s, UP, FINAL);
    expect(&s, UP, POLL);
    fs_test_end(s.t);
}

FS_TEST(a_poll_is_repeated_until_it_is_answered) /* 6.5 */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    say(&s, DOWN, 0);
    expect(&s, INIT, POLL);
    fs_test_advance(s.t, 1000ull * MS);
    expect(&s, INIT, POLL);
    say(&s, DOWN, FINAL);
    FS_CHECK(next(&s) == NULL);
    fs_test_advance(s.t, 1000ull * MS);
    expect(&s, INIT, 0);
    fs_test_end(s.t);
}

FS_TEST(a_full_ring_is_waited_for)
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    fs_test_ring(s.t, 0, 0);
    fs_test_advance(s.t, 400ull * MS);
    FS_CHECK(next(&s) == NULL);
    fs_test_ring(s.t, 0, 1000);
    fs_test_advance(s.t, 20ull * MS);
    expect(&s, UP, 0);
    fs_test_end(s.t);
}

FS_TEST(one_that_was_silent_for_too_long_begins_anew) /* 6.2: a system that is Down ignores Up */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    fs_test_ring(s.t, 0, 0);
    fs_test_advance(s.t, 900ull * MS); /* the switch waits twice 300 ms at most, by our multiplier */
    fs_test_ring(s.t, 0, 1000);
    fs_test_advance(s.t, 20ull * MS);
    expect(&s, DOWN, POLL);
    say(&s, INIT, FINAL);
    expect(&s, UP, POLL);
    fs_test_end(s.t);
}

FS_TEST(what_is_required_of_the_switch_follows_what_it_asks) /* 6.8.3, 6.8.4 */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    FS_EQUAL(get(fs_test_sent(s.t, 0, s.seen - 1)->data + CONTROL + 16), 1000000);
    FS_EQUAL(fs_test_sent(s.t, 0, s.seen - 1)->data[CONTROL + 2], 2);
    ask_for(&s, 4500000);
    FS_EQUAL(get(fs_test_sent(s.t, 0, s.seen - 1)->data + CONTROL + 16), 3750000); /* 5/6: it speaks first */
    FS_EQUAL(fs_test_sent(s.t, 0, s.seen - 1)->data[CONTROL + 2], 1);
    fs_test_advance(s.t, 4050ull * MS); /* 6.8.7: 9/10 of the interval, with a multiplier of one */
    expect(&s, UP, POLL);
    say(&s, UP, FINAL);
    ask_for(&s, 300000);
    FS_EQUAL(get(fs_test_sent(s.t, 0, s.seen - 1)->data + CONTROL + 16), 1000000);
    FS_EQUAL(fs_test_sent(s.t, 0, s.seen - 1)->data[CONTROL + 2], 2);
    FS_CHECK(sent_in(&s, 3750) > 0); /* the switch has not answered: it may still send every 3.75 s */
    FS_CHECK(sent_in(&s, 7500) > 0);
    FS_EQUAL(sent_in(&s, 1), 0);
    FS_EQUAL(sent_in(&s, 100000), 0);
    fs_test_end(s.t);
}

FS_TEST(one_that_is_awake_sends_what_is_due_soon)
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    ask_for(&s, 1500000);
    fs_test_advance(s.t, 749ull * MS);
    say(&s, UP, FINAL); /* less than half of the interval has passed */
    FS_CHECK(next(&s) == NULL);
    fs_test_advance(s.t, 1ull * MS);
    say(&s, UP, 0);
    expect(&s, UP, 0);
    for (unsigned i = 0; i < 20; i++) { /* as long as the switch speaks in time we wake for its packets alone */
        FS_EQUAL(sent_in(&s, 1312), 0);
        say(&s, UP, 0);
        expect(&s, UP, 0);
    }
    FS_EQUAL(sent_in(&s, 1500), 1);
    fs_test_end(s.t);
}

/* The test's clocks begin with a whole second. */
FS_TEST(machines_at_rest_answer_together)
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    bring_up(&s);
    ask_for(&s, 4500000);
    fs_test_advance(s.t, 2249ull * MS);
    say(&s, UP, FINAL); /* less than half of the interval has passed */
    FS_EQUAL(sent_in(&s, 261), 0);
    say(&s, UP, 0); /* 2.510 s */
    FS_EQUAL(sent_in(&s, 239), 0);
    FS_EQUAL(sent_in(&s, 1), 1); /* 2.750 s */
    FS_EQUAL(sent_in(&s, 3700), 0); /* 6.450 s */
    say(&s, UP, 0);
    say(&s, UP, 0);
    FS_EQUAL(sent_in(&s, 49), 0);
    FS_EQUAL(sent_in(&s, 1), 1);
    FS_EQUAL(sent_in(&s, 3900), 0);
    say(&s, UP, POLL); /* 6.5: at once */
    expect(&s, UP, FINAL);
    FS_EQUAL(sent_in(&s, 4050), 1); /* the switch says nothing: 9/10 of the interval at most */
    ask_for(&s, 500000);
    say(&s, UP, FINAL);
    FS_EQUAL(sent_in(&s, 300), 0);
    say(&s, UP, 0); /* at a pace of two packets there is no time to lose */
    expect(&s, UP, 0);
    fs_test_end(s.t);
}

/* A packet with one byte changed gets no answer and leaves a session as it is. */
static void refused(struct session *s, unsigned at, uint8_t value, unsigned length)
{
    uint8_t was = s->frame[at];
    s->frame[at] = value;
    arrive(s, length);
    FS_CHECK(next(s) == NULL);
    FS_EQUAL(fs_test_count(s->t, "out"), 0);
    s->frame[at] = was;
}

FS_TEST(what_the_rules_of_reception_refuse) /* 6.8.6; RFC 5881, 5 */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    static const struct { uint8_t at, value; } wrong[] = {
        {CONTROL + 0, 0x00}, {CONTROL + 0, 0x40},  /* version 0, 2 */
        {CONTROL + 3, 23}, {CONTROL + 3, 25},      /* too short; longer than the datagram */
        {CONTROL + 2, 0},                          /* detect mult */
        {CONTROL + 1, 0x41},                       /* multipoint */
        {CONTROL + 1, 0x44},                       /* authentication, which is not in use */
        {CONTROL + 1, 0x80}, {CONTROL + 1, 0xc0},  /* Init and Up without a discriminator of ours */
        {CONTROL + 11, 1},                         /* a discriminator that is not ours */
        {22, 254},                                 /* time to live */
        {20, 0x20}, {21, 1},                       /* fragments */
        {23, 6}, {36, 0x0f}, {14, 0x46},           /* TCP; another port; options */
        {29, 2}, {33, 2},                          /* other addresses */
        {13, 6}, {39, 31},                         /* ARP; a datagram of 31 bytes */
    };
    for (unsigned i = 0; i < FS_COUNT(wrong); i++) {
        refused(&s, wrong[i].at, wrong[i].value, FRAME);
    }
    for (unsigned length = 14; length < FRAME; length++) {
        refused(&s, 0, s.frame[0], length);
    }
    put(s.frame + CONTROL + 4, 0); /* my discriminator */
    arrive(&s, FRAME);
    FS_CHECK(next(&s) == NULL);
    put(s.frame + CONTROL + 4, 9);
    bring_up(&s);
    s.theirs ^= 1;
    say(&s, DOWN, 0); /* a stranger who guesses */
    FS_CHECK(next(&s) == NULL);
    fs_test_end(s.t);
}

FS_TEST(other_peoples_bfd_passes) /* endpoints' own sessions, through the middlebox */
{
    struct session s;
    FS_REQUIRE(open_session(&s));
    s.frame[11] ^= 1; /* from another station */
    arrive(&s, FRAME);
    FS_EQUAL(fs_test_count(s.t, "out"), 1);
    s.frame[11] ^= 1;
    s.frame[5] ^= 1; /* to another station */
    arrive(&s, FRAME);
    FS_EQUAL(fs_test_count(s.t, "out"), 2);
    FS_CHECK(next(&s) == NULL);
    fs_test_end(s.t);
}
