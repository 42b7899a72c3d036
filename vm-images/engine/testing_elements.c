#include "testing_elements.h"

#include "testing.h"

static struct fs_test_end *mine(struct fs_element *e) { return (struct fs_test_end *)e; }

static void cleanup(struct fs_element *e)
{
    struct fs_test_end *s = mine(e);
    while (s->first < s->count) {
        fs_packet_free(s->kept[s->first++]);
    }
}

static void keep(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_test_end *s = mine(e);
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        if (s->count == FS_TEST_KEPT) {
            fs_panic("a test sink is full: call fs_test_forget()");
        }
        s->kept[s->count++] = batch->packets[i];
    }
    batch->count = 0;
}

static int offer(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_signal_offer(e, &mine(e)->signal, FS_SIGNAL_NONEMPTY, false);
    return 0;
}

static void hand_out(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_test_end *s = mine(e);
    (void)port;
    for (unsigned i = 0; i < max && s->first < s->count; i++) {
        fs_batch_add(batch, s->kept[s->first++]);
    }
    if (s->first == s->count) {
        s->first = s->count = 0;
        fs_signal_sleep(&s->signal);
    }
}

FS_ELEMENT(TestSource) = {.name = "TestSource", .ports = "0-/1", .processing = "a/h", .flow = "x/y",
                          .size = sizeof(struct fs_test_end), .summary = "pushes what a test sends"};
FS_ELEMENT(TestStore) = {.name = "TestStore", .ports = "0/1", .processing = "a/l", .flow = "x/y",
                         .size = sizeof(struct fs_test_end), .summary = "gives what a test sends",
                         .configure = offer, .cleanup = cleanup, .pull = hand_out};
FS_ELEMENT(TestSink) = {.name = "TestSink", .ports = "1/0", .processing = "h/a", .flow = "x/y",
                        .size = sizeof(struct fs_test_end), .summary = "keeps what is pushed", .cleanup = cleanup,
                        .push = keep};
FS_ELEMENT(TestPuller) = {.name = "TestPuller", .ports = "1/0", .processing = "l/a", .flow = "x/y",
                          .size = sizeof(struct fs_test_end), .summary = "pulls when a test says so",
                          .cleanup = cleanup};
