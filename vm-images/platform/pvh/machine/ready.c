/* ready.c: see ready.h. */
#include "ready.h"

#include <flowstream/handler.h>

#include "clock.h"
#include "serial.h"

static char room[256];
static struct fs_text line = {room, 0, sizeof room, 0};

void ready_say(const struct machine *m, const char *digest)
{
    fs_text_format(&line, "READY digest=%s ", digest);
    serial_write(line.at, line.length);
    size_t written = line.length;
    /* Counted here, when most of the line is out: writing it is the last part of getting ready. */
    fs_text_format(&line, "boot_us=%llu devices=%u memory_kib=%u pool=%u\n",
                   (unsigned long long)clock_since_start() / 1000, m->net_count, m->memory_kib, m->pool.size);
    serial_write(line.at + written, line.length - written);
}

const char *ready_line(size_t *length)
{
    *length = line.length;
    return line.at;
}
