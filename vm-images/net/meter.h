/* meter.h: Meter and BandwidthMeter: all packets go the way that the rate of arrival says. */
#ifndef NET_METER_H
#define NET_METER_H

#include <flowstream/element.h>

#include "net/rate.h"

struct fs_meter {
    struct fs_element base;
    struct fs_rate rate;
    uint64_t millisecond; /* since 1970; that `current` of the rate belongs to */
    uint64_t *limits;     /* per second, FS_RATE_BITS of fraction, rising */
    uint32_t count;
    bool bytes;
};

int fs_meter_configure(struct fs_element *e, bool bytes, struct fs_text *error);
void fs_meter_take_state(struct fs_element *e, struct fs_element *old);
void fs_meter_push(struct fs_element *e, unsigned port, struct fs_batch *batch);
enum { FS_METER_HANDLERS = 2 };
extern const struct fs_handler fs_meter_handlers[FS_METER_HANDLERS];

#endif
