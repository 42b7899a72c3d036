/* swap.c: the process takes a new configuration in place of the one that it began with. */
#include <string.h>
#include <sys/random.h>

#include "machine.h"

enum { STACK = 192 * 1024 };

void fs_machine_ready(struct fs_machine *m, char *line)
{
    struct fs_text ready = {.at = line, .capacity = FS_LINUX_READY};
    fs_ready_line(m->router, m->boot_us, m->memory_given / 1024, &ready);
    fs_machine_io(m, &ready);
    line[ready.length] = '\0';
}

void fs_machine_install(void *context, struct fs_router *newer)
{
    struct fs_machine *m = context;
    char line[FS_LINUX_READY + 1];
    m->router = m->control.router = newer;
    fs_machine_ready(m, line);
    fs_health_swap(&m->health, newer, line);
    m->platform.seed += 0x9e3779b97f4a7c15u;
    if (!m->seeded && getrandom(&m->platform.seed, sizeof(m->platform.seed), 0) < 0) {
        m->platform.seed ^= fs_machine_steady(m);
    }
}

/* Frames that came before are the old owner's. */
static void drain(struct fs_machine *m, struct fs_device *d)
{
    struct fs_batch batch = {.count = 0};
    for (unsigned i = 0; i <= m->pool.size / FS_BATCH_MAX && d->operations->receive(d, &batch, FS_BATCH_MAX) > 0; i++) {
        fs_packet_free_batch(&batch);
    }
    memset(&d->counters, 0, sizeof(d->counters));
}

const char *fs_machine_scrub(void *context)
{
    struct fs_machine *m = context;
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        if (m->devices[i]->next == NULL) { /* files are read by their frames' times */
            drain(m, m->bases[i]);
            memset(m->devices[i]->losses, 0, sizeof(m->devices[i]->losses));
        }
    }
    const char *wrong = m->pool.free_count == m->pool.size ? NULL : "packets are missing from the pool";
    fs_pool_scrub(&m->pool);
    explicit_bzero(m->image.bytes, m->image.length); /* the router that it was for is gone */
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        if (m->devices[i]->scrub != NULL && !m->devices[i]->scrub(m->devices[i])) {
            wrong = "frames are on their way out";
        }
    }
    return wrong;
}

/* What earlier calls left behind on the stack. */
__attribute__((noinline)) static void clear_stack(void)
{
    uint8_t room[STACK];
    explicit_bzero(room, sizeof(room));
}

void fs_machine_finish_scrub(struct fs_machine *m)
{
    clear_stack();
    m->control.held = false;
}
