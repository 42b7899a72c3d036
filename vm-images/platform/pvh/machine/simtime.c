/* simtime.c: see simtime.h. */
#include "simtime.h"

#include <string.h>

#include "../boot/pages.h"

enum { LINE_BYTES = 64 };

static uint64_t now; /* 0: the clock runs by itself */
static uint64_t goal, latest, counted;
static const struct fs_platform *platform;
static bool quiet;
uint32_t simtime_frames;

static uint64_t standing(void *context)
{
    (void)context;
    return now;
}

static void go_on(void *context, uint64_t to, uint32_t frames)
{
    (void)context;
    goal = to > now ? to : now;
    simtime_frames = frames;
    quiet = false;
}

static uint64_t arrived(void *context, uint64_t *at)
{
    (void)context;
    *at = latest;
    return quiet ? now : 0;
}

/* The number behind a word; 0 when the word is not there. */
static uint64_t number(const char **at, const char *word)
{
    size_t length = strlen(word);
    uint64_t n = 0;
    if (memcmp(*at, word, length) != 0) {
        return 0;
    }
    for (*at += length; **at >= '0' && **at <= '9'; ++*at) {
        n = n * 10 + (uint64_t)(**at - '0');
    }
    return n;
}

/* Before the clock goes on: whether a frame came or left at its time. */
static void look(void)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < platform->device_count; i++) {
        all += platform->devices[i]->counters.received + platform->devices[i]->counters.sent;
    }
    latest = all != counted ? now : latest;
    counted = all;
}

void simtime_open(uint64_t command_line, struct fs_platform *p)
{
    if (command_line == 0) {
        return;
    }
    const char *at = pages_reach(command_line, LINE_BYTES);
    now = number(&at, "simtime=");
    if (now == 0) {
        return;
    }
    goal = latest = now;
    platform = p;
    p->now = standing;
    p->steady = standing;
    p->rounds_a_time = 1;
    p->started = now;
    p->go_on = go_on;
    p->arrived = arrived;
    p->seed = number(&at, " seed=");
}

bool simtime_jump(uint64_t *until)
{
    if (now == 0) {
        return false;
    }
    look();
    uint64_t next = *until != 0 && *until < goal ? *until : goal;
    *until = 0;
    if (simtime_frames > 0) {
        return false;
    }
    quiet = next <= now;
    now = quiet ? now : next;
    return !quiet;
}
