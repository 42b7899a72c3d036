#include "net/receiver.h"

#include "net/ether.h"
#include "net/ip.h"
#include "net/ip6.h"
#include "net/values.h"

enum { ETHER_PROBE = 0x88b5 }; /* the EtherType of health probes; whether it is one, fs_probe_take() says */

static void set_type(const struct fs_receiver *r, struct fs_packet *p)
{
    static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint8_t *to = ((const struct fs_ether *)p->data)->destination;
    if ((to[0] & 1) == 0) {
        bool mine = __builtin_memcmp(to, fs_device_mac(r->device), 6) == 0;
        p->packet_type = mine ? FS_TYPE_HOST : FS_TYPE_OTHER_HOST;
    } else {
        p->packet_type = __builtin_memcmp(to, broadcast, 6) == 0 ? FS_TYPE_BROADCAST : FS_TYPE_MULTICAST;
    }
}

/* FORCE_IP: marks the IP header; false when there is none. */
static bool mark_ip(struct fs_packet *p)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    int type = fs_take_ether(&c);
    if (type == FS_ETHER_IP && fs_left(&c) >= FS_IP_SIZE) {
        fs_set_network_header(p, c.at, fs_ip_header_length((const struct fs_ip *)c.at));
        return true;
    }
    if (type == FS_ETHER_IP6 && fs_left(&c) >= FS_IP6_SIZE) {
        fs_set_network_header(p, c.at, FS_IP6_SIZE);
        return true;
    }
    return false;
}

/* Takes probes, BFD and unwanted frames out of the batch. */
static void look(struct fs_receiver *r, struct fs_batch *batch)
{
    struct fs_element *e = &r->base;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (i + 1 < count) {
            __builtin_prefetch(batch->packets[i + 1]->data);
        }
        if (p->length >= FS_ETHER_SIZE) {
            if (fs_get16(p->data + 12) == ETHER_PROBE && fs_probe_take(e, r->device, p)) {
                continue;
            }
            if (fs_get16(p->data + 6) == FS_BFD_MAC && fs_bfd_take(e, r->device, p)) {
                continue;
            }
            set_type(r, p);
        }
        r->count++;
        if (!r->timestamp) {
            p->timestamp = 0;
        }
        if (r->force_ip && !mark_ip(p)) {
            fs_reject(e, 1, p, FS_DROP_BAD_PROTOCOL);
            continue;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct fs_receiver *r = (struct fs_receiver *)e;
    struct fs_batch batch;
    batch.count = 0;
    unsigned received = fs_device_receive(r->device, &batch, r->burst);
    if (received == 0) {
        if (!fs_device_arm(r->device)) {
            fs_task_schedule(t);
        }
        return false;
    }
    look(r, &batch);
    fs_output_push(e, 0, &batch);
    fs_task_schedule(t);
    return true;
}

FS_ONCE int fs_receiver_initialize(struct fs_element *e, struct fs_text *error)
{
    struct fs_receiver *r = (struct fs_receiver *)e;
    r->device = fs_device_open(e, r->name);
    if (r->device == NULL) {
        fs_text_string(error, "no such device");
        return -1;
    }
    fs_task_init(e, &r->task, run);
    fs_device_listen(r->device, &r->task);
    fs_task_schedule(&r->task);
    return 0;
}

void fs_receiver_cleanup(struct fs_element *e)
{
    struct fs_receiver *r = (struct fs_receiver *)e;
    if (r->device != NULL) {
        fs_device_close(r->device);
        r->device = NULL;
    }
}

void fs_receiver_take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct fs_receiver *)e)->count = ((struct fs_receiver *)old)->count;
}

void fs_receiver_read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct fs_receiver *)e)->count);
}
void fs_receiver_read_kernel_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_device_counters counters;
    (void)parameters;
    fs_device_counters(((struct fs_receiver *)e)->device, &counters);
    fs_text_u64(value, counters.no_buffer);
}
int fs_receiver_write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    ((struct fs_receiver *)e)->count = 0;
    return 0;
}
