/* bfd_fuzz.c: control packets of BFD from anybody who has the switch's address, in any order and at any time.
 *
 * The input is a row of frames: a byte says how long to wait before (in eighths of a second) and whether the
 * discriminator is to be the engine's own, as a peer's would be; 24 bytes are the control packet; a byte says which byte
 * of the headers is to be another one (0: none), and a byte which. */
#include <string.h>

#include "harness.h"
#include "input.h"

enum { CONTROL = 42, FRAME = 66, MINE = CONTROL + 4, YOURS = CONTROL + 8, A_STEP = 64 };

static const uint8_t headers[CONTROL] = {
    2, 0, 0, 0, 0, 0, 0xfe, 0x46, 'F', 'S', 'B', 'D', 8, 0,
    0x45, 0xc0, 0, 52, 0, 0, 0x40, 0, 255, 17, 0x24, 0xfb, 169, 254, 1, 1, 169, 254, 1, 0, 0xc0, 0, 0x0e, 0xc8, 0, 32};

static struct fs_test *begin(void)
{
    struct fs_test *t = fs_test_new();
    fs_test_devices(t, 1);
    fs_test_add(t, "in", "FromDevice");
    fs_test_text(t, "DEVNAME", "0");
    fs_test_add(t, "out", "TestSink");
    fs_test_chain(t, "in", "out");
    fs_fuzz_require(fs_test_start(t), "the router starts");
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input in = {bytes, bytes + size};
    struct fs_test *t = begin();
    uint8_t discriminator[4] = {0};
    for (unsigned step = 0; step < (unsigned)A_STEP && in.at < in.end; step++) {
        uint8_t frame[FRAME] = {0};
        unsigned how = (unsigned)input_number(&in, 1);
        size_t got;
        const uint8_t *control = input_bytes(&in, FRAME - CONTROL, &got);
        unsigned at = (unsigned)input_number(&in, 1), other = (unsigned)input_number(&in, 1);
        memcpy(frame, headers, CONTROL);
        memcpy(frame + CONTROL, control, got);
        if (how & 1) {
            memcpy(frame + YOURS, discriminator, 4);
        }
        if (at != 0) {
            frame[at % CONTROL] = (uint8_t)other;
        }
        fs_test_advance(t, (how >> 1) * 125000000ull);
        fs_test_forget_sent(t, 0);
        fs_test_arrive(t, 0, frame, at % 7 == 6 ? at % FRAME : FRAME);
        fs_test_run(t);
        unsigned sent = fs_test_sent_count(t, 0);
        fs_fuzz_require(sent <= 2, "a packet has one answer, beside what was due");
        for (unsigned i = 0; i < sent; i++) {
            const struct fs_packet *p = fs_test_sent(t, 0, i);
            fs_fuzz_require(p->length == FRAME && p->data[CONTROL] >> 5 == 1, "what is sent is a control packet");
            fs_fuzz_require((p->data[CONTROL + 1] & 0x30) != 0x30, "no Poll and Final at once"); /* RFC 5880, 6.5 */
            memcpy(discriminator, p->data + MINE, 4);
        }
        fs_test_forget(t, "out"); /* frames of others */
    }
    fs_test_end(t);
    fs_fuzz_require(fs_test_failures() == 0, "no packet is missing");
    return 0;
}
