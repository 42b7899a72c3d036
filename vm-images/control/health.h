/* health.h: the health lines (docs/contracts.md 6): READY again on open, PING TOKEN answered by PONG and figures. */
#ifndef FS_CONTROL_HEALTH_H
#define FS_CONTROL_HEALTH_H

#include "engine/router.h"
#include "service.h"

enum { FS_HEALTH_LINE = 500, FS_HEALTH_TOKEN = 200, FS_READY_LINE = 240 };

struct fs_health {
    struct fs_service service;
    struct fs_router *router; /* may be replaced between two calls */
    bool too_long, open, announce; /* announce: READY is due once the answer is out */
    size_t line_length, answered;
    struct fs_text answer;
    char line[FS_HEALTH_LINE + 1], ready[FS_HEALTH_LINE + 1], answer_bytes[FS_HEALTH_LINE + 1];
};

/* `ready`: the line that was logged when the machine began to work, without newline; cut to a health line. */
void fs_health_init(struct fs_health *h, struct fs_router *router, const char *ready);

/* Another router runs from now on: an open session is told by its READY line, once what waits is out. */
void fs_health_swap(struct fs_health *h, struct fs_router *router, const char *ready);
/* Appends `READY digest=HEX64 boot_us=N devices=N memory_kib=N pool=N[ bfd=N]` where there is room for FS_READY_LINE bytes. */
void fs_ready_line(struct fs_router *r, uint64_t boot_us, uint64_t memory_kib, struct fs_text *line);

#endif
