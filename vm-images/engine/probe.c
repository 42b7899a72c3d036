/* probe.c: the probe of health level 3: a frame that goes through the machine from device to device, and meets neither
 * elements nor the endpoints (docs/contracts.md 6, "Probe"). */
#include "internal.h"

enum {
    PROBE_TYPE = 0x88b5,
    ETHER = 14,
    MAGIC = 8,
    TOKEN = 16,
    OUT_DEVICE = ETHER + MAGIC + TOKEN,
    FLAGS = OUT_DEVICE + 1,
    PROBE_LENGTH = FLAGS + 1,
};

static bool is_probe(const struct fs_device *d, const struct fs_packet *p)
{
    const uint8_t *f = p->data;
    return p->length >= (uint32_t)PROBE_LENGTH && (f[12] << 8 | f[13]) == PROBE_TYPE
        && memcmp(f, fs_device_mac(d), 6) == 0 && memcmp(f + ETHER, "FSPROBE1", MAGIC) == 0 && f[FLAGS] == 0;
}

bool fs_probe_take(struct fs_element *e, struct fs_device *d, struct fs_packet *p)
{
    if (!is_probe(d, p)) {
        return false;
    }
    const struct fs_platform *platform = e->router->platform;
    uint8_t out = p->data[OUT_DEVICE];
    if (out >= platform->device_count || fs_packet_shared(p)) {
        fs_packet_free(p);
        return true;
    }
    uint8_t was[6];
    memcpy(was, p->data, 6);
    memcpy(p->data, p->data + 6, 6);
    memcpy(p->data + 6, was, 6);
    p->data[FLAGS] = 1;
    struct fs_batch one = {.count = 1, .packets = {p}};
    fs_device_transmit(platform->devices[out], &one);
    fs_packet_free_batch(&one); /* the ring was full: the daemon asks again */
    return true;
}
