/* AdaptiveRED: RED that adapts its probability to keep the average between its thresholds. */
#include "net/red.h"

static const uint64_t interval = 500000000;
static const uint64_t hundredth = ((uint64_t)1 << 32) / 100;

/* Floyd, Gummadi and Shenker, "Adaptive RED", 2001: additive increase, multiplicative decrease, within 0.01 to 0.5. */
static void adapt(struct fs_element *e, struct fs_timer *t)
{
    struct fs_red *r = (struct fs_red *)e;
    uint32_t part = (r->max_thresh - r->min_thresh) / 2;
    uint64_t average = (uint64_t)r->average >> 32;
    if (average < r->min_thresh + part && r->max_p > hundredth) {
        r->max_p = r->max_p / 10 * 9;
    } else if (average > r->max_thresh - part && r->max_p < (uint64_t)1 << 31) {
        r->max_p += hundredth < r->max_p / 4 ? hundredth : r->max_p / 4;
    }
    fs_timer_after(t, interval);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct fs_red *r = (struct fs_red *)e;
    fs_timer_init(e, &r->timer, adapt);
    fs_timer_after(&r->timer, interval);
    return fs_red_initialize(e, error);
}

FS_ELEMENT(AdaptiveRED) = {
    .name = "AdaptiveRED",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = fs_red_args,
    .arg_count = FS_RED_ARGS,
    .handlers = fs_red_handlers,
    .handler_count = FS_RED_HANDLERS,
    .effects = "reads length; writes ip.tos ip6; drops",
    .summary = "drops packets by random early detection with a probability that adapts",
    .doc = "RED whose MAX_P is where it starts: twice a second it becomes a little larger while the average is above the\n"
           "middle of the thresholds, a little smaller below.\n\n"
           "    ... -> AdaptiveRED(5, 50, 0.02) -> Queue(200) -> ToDevice(1);\n",
    .size = sizeof(struct fs_red),
    .configure = fs_red_configure,
    .initialize = initialize,
    .take_state = fs_red_take_state,
    .act = fs_red_act,
};
