/* delay.h: packets wait until some time after their timestamp (DelayShaper, DelayUnqueue). Up to a batch of them is
 * held; they go out in the order in which they came. */
#ifndef NET_DELAY_H
#define NET_DELAY_H

#include <flowstream/element.h>

struct fs_delay {
    struct fs_element base;
    struct fs_batch held;
    uint32_t first; /* of `held` that is still here */
    uint64_t delay; /* nanoseconds */
};

static inline bool fs_delay_empty(const struct fs_delay *d) { return d->first == d->held.count; }
/* Adds what is due to the batch, at most max. Answers how long the next one has to wait; 0 when none does. */
uint64_t fs_delay_take(struct fs_delay *d, struct fs_batch *batch, unsigned max);
int fs_delay_configure(struct fs_element *e, struct fs_text *error); /* argument 0 is DELAY */
void fs_delay_cleanup(struct fs_element *e);
void fs_delay_take_state(struct fs_element *e, struct fs_element *old);
void fs_delay_read(struct fs_element *e, const char *parameters, struct fs_text *value);

#endif
