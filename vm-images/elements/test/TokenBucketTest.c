/* TokenBucketTest: tests the token buckets of shapers and meters. */
#include <flowstream/element.h>

#include "net/tokens.h"

static const uint64_t second = 1000000000;

static int64_t held(const struct fs_tokens *t) { return t->level / FS_TOKEN; }

/* The first statement that does not hold; NULL: all do. */
static const char *failing(void)
{
#define CHECK(condition) \
    if (!(condition)) { \
        return #condition; \
    }
    struct fs_tokens t = {0};
    fs_tokens_set(&t, 1000, 10, true);
    CHECK(held(&t) == 10);
    fs_tokens_refill(&t, 5 * second);
    CHECK(held(&t) == 10); /* never more than it holds */
    t.level = 0;
    fs_tokens_refill(&t, 5 * second + 999999);
    CHECK(held(&t) == 0); /* a millisecond less one nanosecond */
    CHECK(fs_tokens_wait(&t, FS_TOKEN) == 1);
    fs_tokens_refill(&t, 5 * second + 1000000);
    CHECK(held(&t) == 1 && t.level == FS_TOKEN);
    CHECK(fs_tokens_wait(&t, FS_TOKEN) == 0);
    CHECK(fs_tokens_wait(&t, 3 * FS_TOKEN) == 2000000);
    t.level = -5 * FS_TOKEN; /* overdrawn */
    CHECK(fs_tokens_wait(&t, FS_TOKEN) == 6000000);
    fs_tokens_refill(&t, 5 * second + 7000000);
    CHECK(t.level == FS_TOKEN);
    fs_tokens_set(&t, 1000, 100, false);
    CHECK(t.level == FS_TOKEN); /* a larger bucket is not fuller */
    fs_tokens_set(&t, 1000, 0, true);
    CHECK(t.full == FS_TOKEN); /* at least one */
    t.level = 0;
    fs_tokens_refill(&t, UINT64_MAX / 2);
    CHECK(t.level == t.full); /* after however long */
    fs_tokens_set(&t, 0, 5, true);
    t.level = 0;
    fs_tokens_refill(&t, UINT64_MAX - 1);
    CHECK(t.level == 0 && fs_tokens_wait(&t, FS_TOKEN) == UINT64_MAX); /* a rate of 0 */
    fs_tokens_set(&t, UINT64_MAX / 1000, UINT64_MAX, true);
    CHECK(held(&t) == (int64_t)FS_TOKENS_MAX);
    return NULL;
#undef CHECK
}

/* A remark: the configuration goes on. */
static int configure(struct fs_element *e, struct fs_text *error)
{
    const char *failed = failing();
    (void)e;
    if (failed != NULL) {
        fs_text_format(error, "does not hold: %s", failed);
        return -1;
    }
    fs_text_string(error, "All tests pass!");
    return 0;
}

FS_ELEMENT(TokenBucketTest) = {
    .name = "TokenBucketTest",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "",
    .summary = "tests the token buckets of shapers and meters",
    .doc = "Says what it found when it is configured. Process build only.\n",
    .size = sizeof(struct fs_element),
    .configure = configure,
};
