/* blob_fuzz.c: configuration blobs and image segments: whatever is not refused must run, answer and end. */
#include <stdlib.h>

#include "harness.h"
#include "loader/cursor.h"
#include "loader/sha256.h"
#include "loader/swap.h"
#include "loader/testing_blob.h"

enum { ROUNDS = 8, TEXT = 8192 };

/* Makes length and checksum right: else nothing behind them would be reached. */
static void seal(uint8_t *bytes, size_t size)
{
    size_t blob = 0, length = size;
    if (size >= 128 && memcmp(bytes, "FSIMAGE1", 8) == 0) {
        blob = fs_le32(bytes + 12);
        length = fs_le32(bytes + 16);
    }
    if (blob <= size && length <= size - blob && length >= 64) {
        for (unsigned i = 0; i < 4; i++) {
            bytes[blob + 12 + i] = (uint8_t)(length >> 8 * i);
        }
        fs_test_blob_seal(bytes + blob, (uint32_t)length);
    }
}

static void work(struct fs_test_platform *p, struct fs_router *r)
{
    static const uint8_t frame[128] = {2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 9, 8, 0, 0x45, 0, 0, 60};
    static const char *const handlers[] = {"list", "drops", "flatconfig", "pool", "devices", "1.ports", "2.handlers"};
    char text[TEXT];
    for (unsigned i = 0; i < ROUNDS; i++) {
        fs_test_platform_arrive(p, i % 2, frame, i * 18);
        fs_router_run_once(r);
        p->steady += 1000000;
        p->now += 1000000;
    }
    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        struct fs_text value = fs_text_in(text, sizeof(text));
        fs_router_read(r, handlers[i], "", &value);
    }
}

static void load(const uint8_t *bytes, size_t size)
{
    struct fs_test_platform *p = fs_fuzz_platform();
    char lines[TEXT];
    struct fs_text error = fs_text_in(lines, sizeof(lines));
    struct fs_router *r = fs_router_load(&p->base, bytes, size, &error);
    fs_fuzz_require((r == NULL) == (error.length > 0), "a refusal says why, and only a refusal does");
    if (r != NULL && fs_router_start(r, &error) == 0) {
        work(p, r);
    }
    fs_router_unload(r);
    fs_fuzz_settle();
}

/* The same bytes in place of a router that runs: it goes on, or the new one does. */
static void swap(const uint8_t *bytes, size_t size)
{
    struct fs_test_platform *p = fs_fuzz_platform();
    static struct fs_test_blob nothing;
    static _Alignas(8) uint8_t segment[256];
    char lines[TEXT];
    struct fs_text error = fs_text_in(lines, sizeof(lines));
    fs_test_blob_begin(&nothing);
    fs_test_blob_end(&nothing);
    p->installed = fs_router_load(&p->base, segment, fs_test_segment(&nothing, "{}", segment, sizeof(segment)), &error);
    fs_fuzz_require(p->installed != NULL && fs_router_start(p->installed, &error) == 0, "an empty configuration starts");
    for (unsigned i = 0; i < 3; i++) { /* the second time it takes its own state over */
        struct fs_router *before = p->installed;
        struct fs_swap_message m = {p->base.memory(p, FS_SHA256 + size), FS_SHA256 + size, FS_SHA256 + size};
        fs_fuzz_require(m.memory != NULL, "memory");
        memcpy((uint8_t *)m.memory + FS_SHA256, bytes, size);
        fs_sha256(bytes, size, m.memory);
        error.length = error.missing = 0;
        int answer = fs_swap(before, &m, i < 2 ? FS_SWAP_KEEP : FS_SWAP_SCRUB, &error);
        fs_fuzz_require((answer == 0) == (p->installed != before), "a swap is done or it is not");
        fs_fuzz_require((answer == 0) == (error.length == 0), "a refusal says why, and only a refusal does");
        if (m.memory != NULL) {
            p->base.release(p, m.memory, m.size);
        }
        work(p, p->installed);
    }
    fs_router_unload(p->installed);
    fs_fuzz_settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = fs_fuzz_copy(bytes, size);
    load(copy, size);
    seal(copy, size);
    load(copy, size);
    if (size >= 64 && memcmp(copy, "FSIMAGE1", 8) == 0) {
        swap(copy, size);
    }
    free(copy);
    return 0;
}
