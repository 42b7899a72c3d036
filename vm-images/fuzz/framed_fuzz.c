/* framed_fuzz.c: the framed console, with control and health behind it. The first byte says in what pieces the rest
 * arrives, the second how much room there is for answers. What comes is taken as it is; then once more as the payloads of
 * records in order, so that the services are met as well. */
#include <stdlib.h>

#include "control/control.h"
#include "control/framed.h"
#include "control/health.h"
#include "engine/testing_router.h"
#include "harness.h"

enum { ROOM_MOST = 1 << 16, PIECE = 60, SESSION = 9 };

static struct fs_framed framed;
static struct fs_control control;
static struct fs_health health;

static void drain(size_t room)
{
    static uint8_t bytes[ROOM_MOST];
    size_t n;
    control.held = false; /* as the loop does */
    while ((n = fs_framed_output(&framed, bytes, room)) > 0) {
        struct fs_record_reader reader = {0};
        fs_fuzz_require(n <= room, "no more than there is room for");
        for (size_t at = 0; at < n;) {
            struct fs_record r;
            bool found;
            at += fs_record_read(&reader, bytes + at, n - at, &r, &found);
            fs_fuzz_require(at == n || found, "all that is written are records");
        }
    }
}

static void talk(const uint8_t *bytes, size_t size, size_t piece, size_t room)
{
    for (size_t at = 0; at < size;) {
        size_t n = size - at < piece ? size - at : piece;
        uint8_t *copy = fs_fuzz_copy(bytes + at, n);
        size_t taken = fs_framed_input(&framed, copy, n);
        free(copy);
        drain(room);
        at += taken;
    }
}

static void say(uint8_t channel, uint8_t kind, uint16_t sequence, const uint8_t *bytes, size_t size, size_t room)
{
    uint8_t wire[FS_RECORD_WIRE(PIECE)];
    struct fs_record r = {channel, kind, sequence, SESSION, bytes, size};
    talk(wire, fs_record_write(&r, wire), sizeof wire, room);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2) {
        return 0;
    }
    struct fs_test *t = fs_test_new();
    fs_test_pool(t, 16);
    fs_test_add(t, "i", "Idle");
    fs_fuzz_require(*fs_test_refused(t) == '\0', "a router of one element");
    fs_control_init(&control, fs_test_router(t)->platform, fs_test_router(t));
    fs_health_init(&health, fs_test_router(t), "READY digest=");
    memset(&framed, 0, sizeof framed);
    fs_framed_serve(&framed, &control.service, &health.service);
    size_t room = FS_FRAMED_ROOM + 16u * bytes[1];
    talk(bytes + 2, size - 2, bytes[0] == 0 ? 4096 : bytes[0], room);
    fs_framed_log(&framed, (const char *)bytes + 2, size - 2);
    drain(room);
    for (uint8_t channel = FS_RECORD_CONTROL; channel <= FS_RECORD_HEALTH; channel++) {
        say(channel, FS_RECORD_OPEN, 0, NULL, 0, room);
        uint16_t sequence = 0;
        for (size_t at = 2; at < size; at += PIECE) {
            say(channel, FS_RECORD_DATA, sequence++, bytes + at, size - at < PIECE ? size - at : PIECE, room);
        }
        say(channel, FS_RECORD_CLOSE, 0, NULL, 0, room);
    }
    fs_test_end(t);
    fs_fuzz_require(fs_test_failures() == 0, "nothing is left behind");
    return 0;
}
