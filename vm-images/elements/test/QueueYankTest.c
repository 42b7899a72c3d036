/* QueueYankTest: tests that packets can be taken out of the middle of a queue. */
#include "net/queue.h"

struct yank_test {
    struct fs_element base;
    struct fs_timer timer;
    struct fs_queue *queue;
    const char *failed; /* the first test that failed */
};

enum { QUEUE };

static bool any_of(const struct fs_packet *p, const void *context)
{
    for (const char *c = context; *c != '\0'; c++) {
        if (p->length > 0 && p->data[0] == (uint8_t)*c) {
            return true;
        }
    }
    return false;
}

/* Frees the packets; whether they are those that the letters say. */
static bool are(struct fs_batch *batch, const char *letters)
{
    bool same = batch->count == __builtin_strlen(letters);
    for (uint32_t i = 0; i < batch->count; i++) {
        same = same && batch->packets[i]->data[0] == (uint8_t)letters[i];
        fs_packet_free(batch->packets[i]);
    }
    batch->count = 0;
    return same;
}

/* Of "abcde", `first` are pulled, at most `max` of `wanted` taken out, which is `taken`, and the rest is `left`. */
static void check(struct yank_test *t, const char *name, unsigned first, const char *wanted, unsigned max,
                  const char *taken, const char *left)
{
    struct fs_batch batch = {0};
    struct fs_element *q = &t->queue->base;
    bool good = fs_queue_length(t->queue) == 0;
    for (const char *c = "abcde"; *c != '\0'; c++) {
        struct fs_packet *p = fs_packet_new(fs_pool(&t->base), FS_HEADROOM, 1);
        if (p != NULL) {
            p->data[0] = (uint8_t)*c;
            fs_batch_add(&batch, p);
        }
    }
    q->class->push(q, 0, &batch);
    good = good && fs_queue_length(t->queue) == 5;
    q->class->pull(q, 0, &batch, first);
    good = good && batch.count == first;
    are(&batch, "");
    fs_queue_yank(t->queue, any_of, wanted, &batch, max);
    good = are(&batch, taken) && good && fs_queue_length(t->queue) == __builtin_strlen(left);
    q->class->pull(q, 0, &batch, FS_BATCH_MAX);
    good = are(&batch, left) && good && fs_queue_length(t->queue) == 0;
    t->failed = t->failed == NULL && !good ? name : t->failed;
}

static void fire(struct fs_element *e, struct fs_timer *timer)
{
    struct yank_test *t = (struct yank_test *)e;
    char line[160];
    struct fs_text text = {.at = line, .capacity = sizeof line};
    (void)timer;
    check(t, "none", 0, "", 1, "", "abcde");
    check(t, "one of the middle", 0, "c", 1, "c", "abde");
    check(t, "one that is not there", 0, "f", 1, "", "abcde");
    check(t, "the last", 4, "hgkje", 1, "e", "");
    check(t, "one of several", 0, "bd", 1, "b", "acde");
    check(t, "some", 0, "ade", FS_BATCH_MAX, "ade", "bc");
    check(t, "none of many", 0, "fhq", FS_BATCH_MAX, "", "abcde");
    check(t, "all", 0, "edcba", FS_BATCH_MAX, "abcde", "");
    fs_text_format(&text, "%s :: %s: ", e->name, e->class->name);
    if (t->failed == NULL) {
        fs_text_string(&text, "All tests pass!");
    } else {
        fs_text_format(&text, "test '%s' failed", t->failed);
    }
    fs_log(e, line, text.length);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct yank_test *t = (struct yank_test *)e;
    struct fs_element *q = fs_find(e, fs_args_text(e->args, QUEUE, ""));
    if (q == NULL || q->class->pull != fs_queue_pull || q->class->push != fs_queue_push) {
        fs_text_string(error, "QUEUE: expected a Queue");
        return -1;
    }
    t->queue = (struct fs_queue *)q;
    fs_timer_init(e, &t->timer, fire);
    fs_timer_after(&t->timer, 1);
    return 0;
}

static const struct fs_arg args[] = {
    [QUEUE] = {"QUEUE", "element", FS_POSITIONAL, 0, 0, NULL, "A Queue for at least five packets that nothing else uses."},
};

FS_ELEMENT(QueueYankTest) = {
    .name = "QueueYankTest",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "tests that packets can be taken out of the middle of a queue",
    .doc = "Says what it found as soon as the configuration runs. Process build only.\n\n"
           "    Idle -> q :: Queue(6) -> Idle;  QueueYankTest(q);\n",
    .size = sizeof(struct yank_test),
    .initialize = initialize,
};
