/* stub */
#include "machine/machine.h"
#include "machine/clock.h"
#include "machine/serial.h"
#include "machine/io.h"
#include <flowstream/handler.h>
static struct machine machine;
void fs_device_arrived(struct fs_device *d) {(void)d;}
void fs_device_room(struct fs_device *d) {(void)d;}
struct fs_text fs_text_in(char *room, size_t capacity);
_Noreturn void pvh_main(uint64_t start_info, uint64_t started);
static bool wire(struct fs_device *from, struct fs_device *to)
{
    struct fs_batch b = {0};
    unsigned n = from->operations->receive(from, &b, 32);
    if (b.count) to->operations->transmit(to, &b);
    fs_packet_free_batch(&b);
    return n != 0;
}
_Noreturn void pvh_main(uint64_t start_info, uint64_t started)
{
    machine_open(&machine, start_info, started);
    char room[400];
    struct fs_text t = {room, 0, sizeof room, 0};
    fs_text_format(&t, "READY boot_us=%llu devices=%u memory_kib=%u pool=%u\n", (unsigned long long)clock_since_start() / 1000, machine.net_count, machine.memory_kib, machine.pool.size);
    serial_write(t.at, t.length);
    for (;;) {
        bool more = false;
        for (unsigned i = 0; i < machine.net_count; i++) {
            struct fs_device *d = &machine.nets[i].device;
            bool got = wire(d, &machine.nets[i ^ (machine.net_count > 1)].device);
            if (!got) got = !d->operations->arm(d);
            more |= got;
        }
        if (!more) machine_sleep(&machine, 0);
    }
}
