/* interfaces.c: what is told of the devices of a process. */
#include <string.h>

#include "machine.h"

static void tell_losses(const struct fs_linux_device *d, struct fs_text *value)
{
    static const char *const words[FS_LOSSES] = {
        [FS_LOSS_POOL_EMPTY] = "pool-empty", [FS_LOSS_RING_FULL] = "ring-full", [FS_LOSS_TOO_LONG] = "too-long",
        [FS_LOSS_UNFINISHED] = "unfinished", [FS_LOSS_UNSENT] = "unsent",
    };
    const char *before = "";
    for (unsigned i = 0; i < FS_LOSSES; i++) {
        if (d->losses[i] > 0) {
            fs_text_format(value, "%s%s=%lu", before, words[i], d->losses[i]);
            before = ",";
        }
    }
    if (*before == '\0') {
        fs_text_string(value, "-");
    }
}

void fs_machine_interfaces(void *context, struct fs_text *value)
{
    const struct fs_machine *m = context;
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        struct fs_linux_device *d = m->devices[i];
        if (d->refresh != NULL) {
            d->refresh(d);
        }
        if (value != NULL) {
            fs_text_format(value, "%u\t%s\t%s\t", i, d->base.name, d->io);
            tell_losses(d, value);
            fs_text_format(value, "\t%s\n", d->why[0] != '\0' ? d->why : "-");
        }
    }
}

void fs_machine_io(const struct fs_machine *m, struct fs_text *line)
{
    bool any = false;
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        any |= strcmp(m->devices[i]->io, "tap") != 0 && strcmp(m->devices[i]->io, "pcap") != 0;
    }
    for (unsigned i = 0; any && i < m->platform.device_count; i++) {
        fs_text_format(line, "%s%s", i == 0 ? " io=" : ",", m->devices[i]->io);
    }
}
