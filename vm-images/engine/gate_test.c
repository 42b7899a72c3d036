#include "testing.h"

static struct fs_test *gateway(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 2);
    fs_test_add(t, "in", "FromDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "out");
    return t;
}

static void expect(struct fs_test *t, unsigned index, const char *frame)
{
    FS_FRAME(fs_test_out(t, "out", index), frame, strlen(frame));
}

FS_TEST(gate_holds_what_arrives_and_passes_what_is_injected)
{
    struct fs_test *t = gateway();
    FS_REQUIRE(fs_test_start(t));
    FS_TEXT(fs_test_read(t, "gate"), "0 open 0\n1 open 0\n");
    FS_CHECK(fs_test_write(t, "gate", "closed"));
    fs_test_arrive(t, 0, "third frame....", 15);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    static const char two[] = "\0\0\017\0first frame....\0\0\020\0second frame....";
    FS_CHECK(fs_test_write_bytes(t, "inject", two, sizeof two - 1));
    FS_TEXT(fs_test_read(t, "gate"), "0 closed 2\n1 closed 0\n");
    fs_test_run(t);
    fs_test_arrive(t, 0, "fourth frame...", 15);
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 2);
    static const char end[] = "\0\1\0\0";
    FS_CHECK(fs_test_write_bytes(t, "inject", end, 4));
    fs_test_run(t);
    FS_TEXT(fs_test_read(t, "gate"), "0 open 0\n1 closed 0\n");
    FS_EQUAL(fs_test_count(t, "out"), 4);
    expect(t, 0, "first frame....");
    expect(t, 1, "second frame....");
    expect(t, 2, "third frame....");
    expect(t, 3, "fourth frame...");
    fs_test_end(t);
}

FS_TEST(gate_passes_injected_frames_before_waiting_ones_when_it_opens_with_them)
{
    struct fs_test *t = gateway();
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(fs_test_write(t, "gate", "closed"));
    fs_test_arrive(t, 0, "late", 4);
    static const char first_and_open[] = "\0\1\004\0soon";
    FS_CHECK(fs_test_write_bytes(t, "inject", first_and_open, sizeof first_and_open - 1));
    fs_test_run(t);
    FS_REQUIRE(fs_test_count(t, "out") == 2);
    expect(t, 0, "soon");
    expect(t, 1, "late");
    fs_test_end(t);
}

FS_TEST(gate_refuses_all_of_what_it_cannot_take)
{
    struct fs_test *t = gateway();
    FS_REQUIRE(fs_test_start(t));
    FS_CHECK(!fs_test_write(t, "gate", "ajar"));
    FS_TEXT(fs_test_said(t), "expected open or closed");
    static const char cut[] = "\0\0\004\0soon\0\0\004\0cu";
    FS_CHECK(!fs_test_write_bytes(t, "inject", cut, sizeof cut - 1));
    FS_TEXT(fs_test_said(t), "a record is cut short");
    static const char nobody[] = "\1\0\004\0soon";
    FS_CHECK(!fs_test_write_bytes(t, "inject", nobody, sizeof nobody - 1));
    FS_TEXT(fs_test_said(t), "nobody receives from device 1");
    static const char missing[] = "\7\0\004\0soon";
    FS_CHECK(!fs_test_write_bytes(t, "inject", missing, sizeof missing - 1));
    FS_TEXT(fs_test_said(t), "there is no device 7");
    static char longest[4 + 1515] = "\0\0\353\5";
    FS_CHECK(!fs_test_write_bytes(t, "inject", longest, sizeof longest));
    FS_TEXT(fs_test_said(t), "a frame of 1515 bytes is longer than device 0 takes");
    char many[(FS_INJECTED_MAX + 1) * 5];
    for (unsigned i = 0; i <= FS_INJECTED_MAX; i++) {
        memcpy(many + 5 * i, "\0\0\1\0x", 5);
    }
    FS_CHECK(!fs_test_write_bytes(t, "inject", many, sizeof many));
    FS_TEXT(fs_test_said(t), "busy: 0 frames wait at device 0");
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), 0);
    FS_CHECK(fs_test_write_bytes(t, "inject", many, sizeof many - 5));
    fs_test_run(t);
    FS_EQUAL(fs_test_count(t, "out"), FS_INJECTED_MAX);
    fs_test_end(t);
}

FS_TEST(gate_gives_up_injected_frames_with_the_router)
{
    struct fs_test *t = gateway();
    FS_REQUIRE(fs_test_start(t));
    static const char one[] = "\0\0\004\0soon";
    FS_CHECK(fs_test_write_bytes(t, "inject", one, sizeof one - 1));
    fs_test_end(t); /* which finds a packet missing if one is */
}
