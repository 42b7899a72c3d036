/* queue.h: a bounded store of packets, the inside of Queue and its like (Click's SimpleQueue, NotifierQueue,
 * FullNoteQueue, FrontDropQueue, MixedQueue). An element of such a class is a struct fs_queue. */
#ifndef NET_QUEUE_H
#define NET_QUEUE_H

#include <flowstream/element.h>

enum { FS_QUEUE_CAPACITY = 1000, FS_QUEUE_CAPACITY_MAX = 1 << 20 };
enum fs_queue_signals { FS_QUEUE_SILENT = 0, FS_QUEUE_TELLS_NONEMPTY = 1, FS_QUEUE_TELLS_ROOM = 2, FS_QUEUE_TELLS_BOTH = 3 };

struct fs_queue {
    struct fs_element base;
    struct fs_packet **ring; /* `mask` + 1 places, a power of two; at least `capacity` */
    uint32_t mask;
    uint32_t head, tail; /* count up for ever; the place is the number & mask */
    uint32_t capacity;
    uint32_t highwater;
    bool written; /* the capacity, by its handler */
    uint64_t drops;
    struct fs_signal nonempty, room;
};

/* Reads CAPACITY, the first argument, and offers the signals. Answers like configure(). */
int fs_queue_configure(struct fs_element *e, unsigned signals, struct fs_text *error);
void fs_queue_cleanup(struct fs_element *e);
void fs_queue_take_state(struct fs_element *e, struct fs_element *old);
/* Adds at the end. What finds it full leaves by output 1, else it is dropped as queue-full. */
void fs_queue_push(struct fs_element *e, unsigned port, struct fs_batch *batch);
/* Takes from the front. */
void fs_queue_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max);
uint32_t fs_queue_stored(const struct fs_element *e);

/* Takes at most `max` packets out from between the others, those that `wanted` says, oldest first. */
void fs_queue_yank(struct fs_queue *q, bool (*wanted)(const struct fs_packet *p, const void *context), const void *context,
                   struct fs_batch *batch, unsigned max);

/* For other ways of adding: a packet that has no place; and what follows from a change of length. */
void fs_queue_refuse(struct fs_queue *q, struct fs_packet *p);
void fs_queue_grown(struct fs_queue *q);
static inline uint32_t fs_queue_length(const struct fs_queue *q) { return q->tail - q->head; }

enum { FS_QUEUE_ARGS = 1, FS_QUEUE_HANDLERS = 7 };
extern const struct fs_arg fs_queue_args[FS_QUEUE_ARGS];
extern const struct fs_handler fs_queue_handlers[FS_QUEUE_HANDLERS];

/* What the descriptors have in common. */
#define FS_QUEUE_CLASS \
    .flow = "x/x", .args = fs_queue_args, .arg_count = FS_QUEUE_ARGS, .handlers = fs_queue_handlers, \
    .handler_count = FS_QUEUE_HANDLERS, .effects = "drops; delays", .size = sizeof(struct fs_queue), \
    .cleanup = fs_queue_cleanup, .take_state = fs_queue_take_state, .pull = fs_queue_pull, .stored = fs_queue_stored

#endif
