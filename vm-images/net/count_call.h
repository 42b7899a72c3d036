/* count_call.h: a handler that is written to once a count is reached: `N HANDLER [VALUE]` of Counter and its like. */
#ifndef NET_COUNT_CALL_H
#define NET_COUNT_CALL_H

#include <flowstream/element.h>

struct fs_count_call {
    uint64_t at;
    const char *handler, *value; /* handler NULL: nothing to call */
    bool done;
};

/* Parts the text; the parts live as long as the router. An empty HANDLER takes the call away. 0, or -1 and a line that
 * begins with `name`, and the call as it was. */
int fs_count_call_set(struct fs_element *e, struct fs_count_call *k, const char *name, const char *text, size_t length,
                      struct fs_text *error);
/* Calls; a call that fails is logged. Not again until `done` is taken away. */
void fs_count_call_make(struct fs_element *e, struct fs_count_call *k);
/* Nothing was called yet, and the count calls for it. */
static inline bool fs_count_call_due(const struct fs_count_call *k, uint64_t count)
{
    return k->handler != NULL && !k->done && count >= k->at;
}

#endif
