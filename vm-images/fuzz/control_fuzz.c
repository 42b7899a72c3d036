/* control_fuzz.c: the control and health protocols. The first byte says in what pieces the rest arrives; a byte 0xff
 * ends the session and begins another. */
#include <stdlib.h>

#include "control/control.h"
#include "control/health.h"
#include "engine/testing_router.h"
#include "harness.h"

enum { CLASSES_MAX = 1024 };
static const struct fs_class *chosen[CLASSES_MAX];
static unsigned chosen_count;

static bool starts_alone(const struct fs_class *c)
{
    struct fs_test *t = fs_test_new();
    fs_test_pool(t, 16);
    fs_test_add(t, c->name, c->name);
    bool starts = *fs_test_refused(t) == '\0';
    fs_test_end(t);
    return starts;
}

/* Every class that needs no argument, no device and no company (Error refuses on purpose): their handlers are what a
 * client reaches. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    for (unsigned i = 0; i < fs_class_count() && chosen_count < CLASSES_MAX; i++) {
        const struct fs_class *c = fs_class_at(i);
        bool plain = strncmp(c->name, "Test", 4) != 0;
        for (uint32_t k = 0; k < c->arg_count; k++) {
            plain = plain && c->args[k].kind != FS_POSITIONAL && c->args[k].kind != FS_REST;
        }
        if (plain && starts_alone(c)) {
            chosen[chosen_count++] = c;
        }
    }
    fs_fuzz_require(chosen_count > 20, "most classes without arguments start");
    return 0;
}

static void add_classes(struct fs_test *t)
{
    for (unsigned i = 0; i < chosen_count; i++) {
        fs_test_add(t, chosen[i]->name, chosen[i]->name);
    }
}

static struct fs_control control;
static struct fs_health health;
static struct fs_test *running;

static void drain(struct fs_service *s, size_t piece)
{
    const uint8_t *at;
    control.held = false; /* as the loop does */
    for (size_t n = s->output(s, &at); n > 0; n = s->output(s, &at)) {
        n = n < piece ? n : piece;
        uint8_t *copy = fs_fuzz_copy(at, n); /* touches every byte of it */
        free(copy);
        s->sent(s, n);
    }
}

static void talk(struct fs_service *s, const uint8_t *bytes, size_t size, size_t piece)
{
    s->open(s);
    for (size_t i = 0; i < size;) {
        size_t n = size - i < piece ? size - i : piece;
        const uint8_t *end = memchr(bytes + i, 0xff, n);
        if (end == bytes + i) {
            s->close(s);
            s->open(s);
            i++;
            continue;
        }
        n = end != NULL ? (size_t)(end - bytes) - i : n;
        uint8_t *copy = fs_fuzz_copy(bytes + i, n);
        drain(s, piece);
        size_t taken = s->input(s, copy, n);
        fs_fuzz_require(taken > 0 && taken <= n, "input goes on once the answer is out");
        free(copy);
        i += taken;
    }
    s->close(s);
}

/* A seed's swap was good. */
static void install(void *context, struct fs_router *newer)
{
    (void)context;
    running->router = control.router = newer;
    fs_health_swap(&health, newer, "READY digest=1");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct fs_test *t = fs_test_new();
    fs_test_pool(t, 16);
    add_classes(t);
    const char *refusal = fs_test_refused(t);
    fs_fuzz_require(*refusal == '\0', refusal);
    running = t;
    t->platform.base.install = install;
    fs_control_init(&control, fs_test_router(t)->platform, fs_test_router(t));
    fs_health_init(&health, fs_test_router(t), "READY digest=");
    size_t piece = bytes[0] == 0 ? 4096 : bytes[0];
    talk(&control.service, bytes + 1, size - 1, piece);
    talk(&health.service, bytes + 1, size - 1, piece);
    fs_test_end(t);
    fs_fuzz_require(fs_test_failures() == 0, "nothing is left behind");
    return 0;
}
