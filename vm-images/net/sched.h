/* sched.h: which of several inputs is pulled from next. */
#ifndef NET_SCHED_H
#define NET_SCHED_H

#include <flowstream/element.h>

/* One packet of each input by turns, beginning with input *next; an input that gives nothing is passed over. */
void fs_pull_by_turns(struct fs_element *e, uint32_t *next, struct fs_batch *batch, unsigned max);
/* From the first input that gives something, then from those behind it. */
void fs_pull_by_rank(struct fs_element *e, struct fs_batch *batch, unsigned max);

#endif
