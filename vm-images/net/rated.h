/* rated.h: what the elements have in common that let packets or bytes through at a rate (Shaper, RatedUnqueue,
 * RatedSplitter and their Bandwidth relatives): a bucket, its RATE and BURST arguments, and the rate handler. */
#ifndef NET_RATED_H
#define NET_RATED_H

#include <flowstream/element.h>

#include "net/tokens.h"

struct fs_rated {
    struct fs_element base;
    struct fs_tokens tokens;
    bool bytes;           /* tokens are bytes, else packets */
    uint64_t burst_ns;    /* the bucket holds what the rate gives in so long, */
    uint64_t burst_size;  /* or so much, when this is not 0 */
    void (*changed)(struct fs_rated *r); /* when the rate was; NULL: nothing to do */
};

/* Reads RATE and, where the class has them, BURST_DURATION and BURST_SIZE behind it. Answers like configure(). */
int fs_rated_configure(struct fs_rated *r, bool bytes, bool has_burst, uint64_t burst_ns, struct fs_text *error);
/* The bucket's level goes over. */
void fs_rated_take_state(struct fs_element *e, struct fs_element *old);

/* How many packets may be pulled, at most `max`, so that no more than the last one overdraws what is in the bucket. */
static inline uint32_t fs_rated_available(const struct fs_rated *r, uint32_t max)
{
    int64_t level = r->tokens.level;
    if (r->bytes) {
        if (level <= 0) {
            return 0;
        }
        uint64_t n = 1 + (uint64_t)level / ((uint64_t)FS_TOKEN * FS_FRAME_MAX);
        return n < max ? (uint32_t)n : max;
    }
    return level < FS_TOKEN ? 0 : level >= FS_TOKEN * (int64_t)max ? max : (uint32_t)(level / FS_TOKEN);
}
/* The same, with what the time has added. */
static inline uint32_t fs_rated_allowance(struct fs_rated *r, uint32_t max, uint64_t now)
{
    fs_tokens_refill(&r->tokens, now);
    return fs_rated_available(r, max);
}
static inline void fs_rated_charge(struct fs_rated *r, struct fs_packet *const *packets, uint32_t count)
{
    uint64_t units = count;
    if (r->bytes) {
        units = 0;
        for (uint32_t i = 0; i < count; i++) {
            units += packets[i]->length;
        }
    }
    r->tokens.level -= (int64_t)units * FS_TOKEN;
}
/* Nanoseconds until something may pass again. */
static inline uint64_t fs_rated_wait(const struct fs_rated *r)
{
    return fs_tokens_wait(&r->tokens, r->bytes ? 1 : FS_TOKEN);
}

void fs_rated_read_rate(struct fs_element *e, const char *parameters, struct fs_text *value);
int fs_rated_write_rate(struct fs_element *e, const char *value, size_t length, struct fs_text *error);

#define FS_RATED_PACKETS_ARG {"RATE", "rate", FS_POSITIONAL, 0, 0, NULL, "Packets per second."}
#define FS_RATED_BYTES_ARG {"RATE", "bandwidth", FS_POSITIONAL, 0, 0, NULL, "The bandwidth, such as 10Mbps."}
#define FS_RATED_BURST_ARGS(size_name, unit) \
    {"BURST_DURATION", "duration", FS_KEYWORD, 0, 0, "20ms", \
     "The bucket holds what RATE gives in so long: that much may pass at once."}, \
        {size_name, "integer", FS_KEYWORD, 1, INT32_MAX, "by BURST_DURATION", "What the bucket holds, " unit "."}
#define FS_RATED_HANDLER {"rate", fs_rated_read_rate, fs_rated_write_rate, 0, NULL, "The RATE argument."}

#endif
