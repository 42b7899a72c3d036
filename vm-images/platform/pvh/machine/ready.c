/* ready.c: see ready.h. */
#include "ready.h"

#include <control/health.h>
#include <string.h>

#include "clock.h"
#include "serial.h"

static char room[FS_READY_LINE + 2];
static uint64_t boot_us;

static size_t compose(const struct machine *m, struct fs_router *r)
{
    struct fs_text line = {.at = room, .capacity = sizeof room - 2};
    fs_ready_line(r, boot_us, m->memory_end / 1024, &line);
    room[line.length] = '\n';
    room[line.length + 1] = '\0';
    return line.length;
}

const char *ready_say(const struct machine *m, struct fs_router *r)
{
    /* Writing the line is the last part of getting ready, and not a short one where each byte is an exit. The time is
     * taken when the line is out up to its figure; what follows takes as long a byte as what went before. */
    size_t length = compose(m, r), before = strlen("READY digest=") + strlen(fs_router_digest(r));
    uint64_t begun = clock_since_start();
    serial_write(room, before);
    uint64_t now = clock_since_start();
    uint64_t ready = now + (now - begun) * (length - before) / before;
    boot_us = ready / 1000;
    length = compose(m, r);
    serial_write(room + before, length + 1 - before);
    room[length] = '\0';
    return room;
}

const char *ready_again(const struct machine *m, struct fs_router *r)
{
    room[compose(m, r)] = '\0';
    return room;
}
