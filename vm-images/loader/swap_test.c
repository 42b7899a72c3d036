/* swap_test.c: a running router makes way for another, or does not. */
#include "swap.h"

#include <stdio.h>
#include <stdlib.h>

#include "control/control.h"
#include "control/health.h"
#include "engine/testing.h"
#include "engine/testing_platform.h"
#include "sha256.h"
#include "testing_blob.h"

static struct fs_test_platform platform;
static struct fs_control control;
static struct fs_health health;
static struct fs_test_blob blob;
static uint8_t bytes[20000];
static char said[8192];

static uint32_t device_argument(const char *name, const char *class_name, unsigned inputs, unsigned outputs)
{
    fs_test_blob_element(&blob, name, class_name, "0", "t.click", 1, inputs, outputs);
    fs_test_blob_argument(&blob, 0, 3, 1, "0", 1);
    return blob.element_count - 1;
}

/* in :: FromDevice(0) -> NAME :: CLASS -> out :: ToDevice(0), as a swap message. */
static uint32_t message(const char *name, const char *class_name, const char *manifest)
{
    fs_test_blob_begin(&blob);
    uint32_t in = device_argument("in", "FromDevice", 0, 1);
    fs_test_blob_element(&blob, name, class_name, "", "t.click", 2, 1, 1);
    uint32_t out = device_argument("out", "ToDevice", 1, 0);
    fs_test_blob_connect(&blob, in, 0, 1, 0);
    fs_test_blob_connect(&blob, 1, 0, out, 0);
    fs_test_blob_end(&blob);
    return fs_test_swap(&blob, manifest, bytes, sizeof(bytes));
}

static void *keep(const void *from, size_t length)
{
    void *copy = platform.base.memory(&platform, length + 1);
    if (copy != NULL) {
        memcpy(copy, from, length);
    }
    return copy;
}

/* Writes `bytes` as the control protocol hands them over; answers the lines, "" when the swap was done. */
static const char *swap(uint32_t length, enum fs_swap_kind kind)
{
    struct fs_text error = fs_text_in(said, sizeof(said) - 1);
    struct fs_swap_message m = {keep(bytes, length), length + 1, length};
    FS_CHECK(m.memory != NULL);
    struct fs_router *before = platform.installed;
    int failed = fs_swap(before, &m, kind, &error);
    FS_EQUAL(failed != 0, error.length > 0);
    FS_EQUAL(platform.installed == before, failed != 0);
    if (m.memory != NULL) {
        platform.base.release(&platform, m.memory, m.size);
    }
    said[error.length] = '\0';
    return said;
}

/* A platform whose router is FromDevice(0) -> c :: Counter -> ToDevice(0). */
static void begin(void)
{
    fs_test_platform_open(&platform, 64);
    fs_test_platform_devices(&platform, 1);
    uint32_t length = message("c", "Counter", "{\"first\":1}");
    struct fs_text error = fs_text_in(said, sizeof(said));
    uint8_t *memory = keep(bytes, length);
    struct fs_router *r = fs_router_load(&platform.base, memory + FS_SHA256, length - FS_SHA256, &error);
    FS_CHECK(r != NULL && fs_router_start(r, &error) == 0);
    r->image = memory;
    r->image_size = length + 1;
    platform.installed = r;
}

static void end(void)
{
    fs_router_unload(platform.installed);
    fs_test_platform_close(&platform);
}

static void arrive(unsigned count)
{
    static const uint8_t frame[60] = {2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 9, 8, 0, 's', 'e', 'c', 'r', 'e', 't'};
    for (unsigned i = 0; i < count; i++) {
        fs_test_platform_arrive(&platform, 0, frame, sizeof(frame));
    }
}

static void run(void)
{
    for (unsigned i = 0; i < 8; i++) {
        fs_router_run_once(platform.installed);
    }
}

static const char *value(const char *handler)
{
    static char text[512];
    struct fs_text t = fs_text_in(text, sizeof(text) - 1);
    FS_EQUAL(fs_router_read(platform.installed, handler, "", &t), FS_HANDLER_OK);
    text[t.length] = '\0';
    return text;
}

FS_TEST(a_swap_takes_state_and_loses_no_frame)
{
    begin();
    arrive(3);
    run();
    arrive(2); /* wait at the device while the configuration changes */
    FS_TEXT(swap(message("c", "Counter", "{\"second\":2}"), FS_SWAP_KEEP), "");
    run();
    FS_EQUAL(platform.devices[0]->sent_count, 5);
    FS_TEXT(value("c.count"), "5");
    FS_TEXT(value("manifest"), "{\"second\":2}");
    FS_CHECK(platform.log == NULL); /* a byte may cost a machine 30 us, and packets wait */
    FS_TEXT(swap(message("other", "Counter", "{}"), FS_SWAP_KEEP), "");
    FS_TEXT(value("other.count"), "0");
    end();
}

FS_TEST(a_thousand_swaps_leave_memory_as_it_was)
{
    begin();
    size_t used = 0, chunks = 0;
    for (unsigned i = 0; i < 1000; i++) {
        arrive(1);
        FS_TEXT(swap(message("c", "Counter", i % 2 == 0 ? "{}" : "{\"odd\":true}"), FS_SWAP_KEEP), "");
        run();
        FS_EQUAL(platform.devices[0]->sent_count, 1);
        fs_packet_free(platform.devices[0]->sent[--platform.devices[0]->sent_count]);
        platform.devices[0]->ring++;
        if (i == 1) {
            used = platform.memory_used;
            chunks = platform.chunks;
        }
    }
    FS_EQUAL(platform.memory_used, used);
    FS_EQUAL(platform.chunks, chunks);
    FS_TEXT(value("c.count"), "1000");
    end();
}

/* The old router answers, counts and forwards as if nothing had been. */
static void goes_on(unsigned sent)
{
    arrive(1);
    run();
    FS_EQUAL(platform.devices[0]->sent_count, sent + 1);
    FS_TEXT(value("manifest"), "{\"first\":1}");
}

FS_TEST(one_bit_that_is_wrong_is_refused)
{
    begin();
    uint32_t length = message("c", "Counter", "{\"second\":2}");
    for (uint32_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        FS_REQUIRE(*swap(length, FS_SWAP_KEEP) != '\0');
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    FS_TEXT(swap(length - 1, FS_SWAP_KEEP), "not a SHA-256 and an image segment\n");
    FS_TEXT(swap(length + 1, FS_SWAP_KEEP), "not a SHA-256 and an image segment\n");
    FS_TEXT(swap(0, FS_SWAP_KEEP), "not a SHA-256 and an image segment\n");
    bytes[length - 1] ^= 1;
    FS_TEXT(swap(length, FS_SWAP_KEEP), "the segment is not what its SHA-256 says\n");
    goes_on(0);
    end();
}

FS_TEST(a_configuration_that_fails_leaves_the_old_one)
{
    begin();
    arrive(1);
    run();
    FS_TEXT(swap(message("c", "NoSuchClass", "{}"), FS_SWAP_KEEP), "t.click:2: NoSuchClass(): unknown element class\n");
    FS_TEXT(swap(message("c", "NoSuchClass", "{}"), FS_SWAP_SCRUB), "t.click:2: NoSuchClass(): unknown element class\n");
    platform.base.device_count = 0; /* both ends then say what is wrong, when they are initialized */
    FS_TEXT(swap(message("c", "Counter", "{}"), FS_SWAP_KEEP),
            "FromDevice(0): no such device (t.click:1)\nToDevice(0): no such device (t.click:1)\n");
    platform.base.device_count = 1;
    FS_EQUAL(platform.scrubs, 0);
    goes_on(1);
    FS_TEXT(value("c.count"), "2");
    end();
}

FS_TEST(a_swap_without_memory_leaves_the_old_one)
{
    begin();
    uint32_t length = message("c", "Counter", "{}");
    size_t used = platform.memory_used;
    unsigned refused = 0;
    for (size_t more = length + 1; platform.installed != NULL; more += 1024) {
        platform.memory_limit = used + more;
        if (*swap(length, FS_SWAP_KEEP) == '\0') {
            break;
        }
        FS_CHECK(strstr(said, "out of memory") != NULL);
        FS_EQUAL(platform.memory_used, used);
        refused++;
    }
    platform.memory_limit = 0;
    FS_CHECK(refused > 1);
    arrive(1);
    run();
    FS_TEXT(value("c.count"), "1");
    end();
}

FS_TEST(a_scrub_takes_no_state_and_clears_packets)
{
    begin();
    arrive(3);
    run();
    fs_packet_free(platform.devices[0]->sent[--platform.devices[0]->sent_count]);
    FS_TEXT(swap(message("c", "Counter", "{}"), FS_SWAP_SCRUB), "");
    FS_EQUAL(platform.scrubs, 1);
    FS_TEXT(value("c.count"), "0");
    struct fs_packet *p = fs_packet_new(&platform.pool, 0, 1024); /* the one that was given back last */
    for (unsigned i = 0; i < p->length; i++) {
        FS_REQUIRE(p->data[i] == 0);
    }
    fs_packet_free(p);
    end();
}

/* ---- by the control protocol ---- */

static void drain(struct fs_service *s, char *text, size_t size)
{
    const uint8_t *at;
    size_t length = 0;
    for (size_t n = s->output(s, &at); n > 0; n = s->output(s, &at)) {
        n = n < size - 1 - length ? n : size - 1 - length;
        memcpy(text + length, at, n);
        length += n;
        s->sent(s, n);
    }
    text[length] = '\0';
}

static void give(const void *from, size_t length, size_t piece)
{
    struct fs_service *s = &control.service;
    for (size_t i = 0; i < length;) {
        size_t n = length - i < piece ? length - i : piece;
        size_t taken = s->input(s, (const uint8_t *)from + i, n);
        FS_REQUIRE(taken > 0);
        i += taken;
    }
}

static void give_swap(const char *handler, uint32_t told, uint32_t given)
{
    char line[64];
    give(line, (size_t)snprintf(line, sizeof(line), "WRITEDATA %s %u\r\n", handler, told), 5);
    give(bytes, given, 333);
}

static void install(void *context, struct fs_router *newer)
{
    ((struct fs_test_platform *)context)->installed = control.router = newer;
    fs_health_swap(&health, newer, "READY digest=new");
}

static void open_session(void)
{
    char greeting[64];
    platform.base.install = install;
    fs_control_init(&control, &platform.base, platform.installed);
    fs_health_init(&health, platform.installed, "READY digest=old");
    control.service.open(&control.service);
    health.service.open(&health.service);
    drain(&control.service, greeting, sizeof(greeting));
    drain(&health.service, greeting, sizeof(greeting));
    FS_TEXT(greeting, "READY digest=old\n");
}

FS_TEST(control_takes_an_image_in_pieces)
{
    char answer[4096];
    begin();
    open_session();
    uint32_t length = message("c", "Counter", "{\"second\":2}");
    give_swap("image", length, length);
    drain(&control.service, answer, sizeof(answer));
    FS_TEXT(answer, "200 Write handler 'image' OK\r\n");
    drain(&health.service, answer, sizeof(answer));
    FS_TEXT(answer, "READY digest=new\n"); /* in the session that is open */
    give("READ manifest\n", 14, 14);
    drain(&control.service, answer, sizeof(answer));
    FS_TEXT(answer, "200 Read handler 'manifest' OK\r\nDATA 12\r\n{\"second\":2}");
    length = message("c", "NoSuchClass", "{}");
    give_swap("image", length, length);
    drain(&control.service, answer, sizeof(answer));
    FS_TEXT(answer, "520-Write handler 'image' error:\r\n520 t.click:2: NoSuchClass(): unknown element class\r\n");
    drain(&health.service, answer, sizeof(answer));
    FS_TEXT(answer, "");
    length = message("c", "Counter", "{}");
    give_swap("scrub", length, length);
    drain(&control.service, answer, sizeof(answer));
    FS_TEXT(answer, "");
    FS_CHECK(control.held);
    control.held = false;
    drain(&control.service, answer, sizeof(answer));
    FS_TEXT(answer, "200 Write handler 'scrub' OK\r\n");
    give("WRITE image x\nREAD image\nREAD c.count\n", 14, 14);
    drain(&control.service, answer, sizeof(answer));
    FS_TEXT(answer, "520-Write handler 'image' error:\r\n"
                    "520 takes a compiled image, by WRITEDATA over the control channel alone\r\n");
    control.service.close(&control.service);
    end();
}

FS_TEST(ready_waits_for_the_answer_that_is_under_way)
{
    char answer[4096];
    begin();
    open_session();
    health.service.input(&health.service, (const uint8_t *)"PING a\n", 7);
    uint32_t length = message("c", "Counter", "{}");
    give_swap("image", length, length);
    drain(&health.service, answer, sizeof(answer));
    FS_CHECK(strncmp(answer, "PONG a ", 7) == 0 && strstr(answer, "\nREADY digest=new\n") != NULL);
    control.service.close(&control.service);
    health.service.close(&health.service);
    length = message("c", "Counter", "{}");
    control.service.open(&control.service);
    drain(&control.service, answer, sizeof(answer));
    give_swap("image", length, length);
    drain(&health.service, answer, sizeof(answer));
    FS_TEXT(answer, ""); /* nobody listens */
    control.service.close(&control.service);
    end();
}

FS_TEST(an_image_that_breaks_off_changes_nothing)
{
    char answer[4096];
    begin();
    open_session();
    size_t used = platform.memory_used;
    uint32_t length = message("c", "Counter", "{}");
    give_swap("image", length, length - 1);
    FS_CHECK(platform.memory_used >= used + length); /* asked for before the first byte is taken */
    control.service.close(&control.service);
    FS_EQUAL(platform.memory_used, used);
    control.service.open(&control.service);
    drain(&control.service, answer, sizeof(answer));
    platform.memory_limit = used + length;
    give_swap("image", length, length); /* no memory: skipped, so that it is not taken for commands */
    drain(&control.service, answer, sizeof(answer));
    FS_TEXT(answer, "520 Write handler 'image' error: out of memory\r\n");
    platform.memory_limit = 0;
    control.service.close(&control.service);
    goes_on(0);
    end();
}

FS_TEST(drops_stay_counted)
{
    begin();
    struct fs_router_figures f;
    struct fs_element *c = fs_router_find(platform.installed, "c", 1);
    fs_drop(c, fs_packet_new(&platform.pool, 0, 60), FS_DROP_RATE);
    FS_TEXT(swap(message("c", "Counter", "{}"), FS_SWAP_KEEP), "");
    FS_EQUAL(fs_drops_total(fs_router_find(platform.installed, "c", 1)), 1);
    FS_TEXT(swap(message("other", "Counter", "{}"), FS_SWAP_KEEP), "");
    FS_TEXT(swap(message("c", "Counter", "{}"), FS_SWAP_KEEP), "");
    FS_EQUAL(fs_drops_total(fs_router_find(platform.installed, "c", 1)), 0);
    fs_router_figures(platform.installed, &f);
    FS_EQUAL(f.dropped, 1); /* by whom nobody knows any more */
    end();
}
