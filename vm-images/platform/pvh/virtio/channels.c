/* channels.c: see channels.h. */
#include "channels.h"

#include <string.h>

/* 5.3.2 virtqueues; those of port 0, a console, are not used. */
enum { QUEUE_CONTROL_RECEIVE = 2, QUEUE_CONTROL_TRANSMIT = 3, QUEUE_PORT_1 = 4, QUEUE_SIZE = 16 };

/* 5.3.6.1 control messages */
enum {
    DEVICE_READY = 0,
    DEVICE_ADD = 1,
    DEVICE_REMOVE = 2,
    PORT_READY = 3,
    PORT_OPEN = 6,
    PORT_NAME = 7,
};
#define CONSOLE_F_MULTIPORT (UINT64_C(1) << 1)

struct message {
    uint32_t port;
    uint16_t event, value;
};
_Static_assert(sizeof(struct message) == 8, "as the specification lays it out");

bool channels_find(struct channels *c, pci_function f)
{
    c->found = virtio_find(&c->virtio, f);
    return c->found;
}

static void post(struct queue *q, void *buffer, uint32_t length)
{
    struct queue_part part = {buffer, length};
    queue_add(q, &part, 1, true, buffer);
}

static void say(struct channels *c, uint32_t port, uint16_t event, uint16_t value)
{
    uint32_t length;
    while (queue_done(&c->control_transmit) > 0) {
        queue_take(&c->control_transmit, &length);
    }
    if (c->control_transmit.free_count == 0) {
        return; /* a device that does not read them will not miss this one either */
    }
    uint8_t *room = c->answers[c->next_answer++ % CHANNEL_MESSAGES];
    memcpy(room, &(struct message){port, event, value}, sizeof(struct message));
    struct queue_part part = {room, sizeof(struct message)};
    queue_add(&c->control_transmit, &part, 1, false, room);
    queue_publish(&c->control_transmit);
}

void channels_open(struct channels *c, const char *const *names, struct fs_service *const *services)
{
    for (unsigned i = 0; i < CHANNEL_COUNT; i++) {
        c->channel[i].name = names[i];
        c->channel[i].service = services[i];
    }
    if (!c->found || !virtio_negotiate(&c->virtio, VIRTIO_F_EVENT_IDX | CONSOLE_F_MULTIPORT)
        || (c->virtio.features & CONSOLE_F_MULTIPORT) == 0
        || !virtio_queue(&c->virtio, &c->control_receive, QUEUE_CONTROL_RECEIVE, QUEUE_SIZE, true)
        || !virtio_queue(&c->virtio, &c->control_transmit, QUEUE_CONTROL_TRANSMIT, QUEUE_SIZE, false)) {
        return;
    }
    for (unsigned i = 0; i < CHANNEL_PORTS; i++) {
        uint16_t first = (uint16_t)(QUEUE_PORT_1 + 2 * i);
        if (!virtio_queue(&c->virtio, &c->port_receive[i], first, QUEUE_SIZE, true)
            || !virtio_queue(&c->virtio, &c->port_transmit[i], (uint16_t)(first + 1), QUEUE_SIZE, true)) {
            break; /* fewer ports than that */
        }
    }
    virtio_run(&c->virtio);
    c->running = true;
    for (unsigned i = 0; i < CHANNEL_MESSAGES; i++) {
        post(&c->control_receive, c->messages[i], CHANNEL_MESSAGE_BYTES);
    }
    queue_publish(&c->control_receive);
    say(c, 0, DEVICE_READY, 1);
}

/* ---- sessions ---- */

/* Throws away what came and was not taken: it belongs to the session that ends. */
static void discard_input(struct channel *ch)
{
    uint32_t length;
    if (ch->input_buffer != NULL) {
        post(ch->receive, ch->input_buffer, CHANNEL_BYTES);
        ch->input_buffer = NULL;
        ch->input_left = 0;
    }
    while (queue_done(ch->receive) > 0) {
        void *buffer = queue_take(ch->receive, &length);
        if (buffer != NULL) {
            post(ch->receive, buffer, CHANNEL_BYTES);
        }
    }
    queue_publish(ch->receive);
}

static void end_session(struct channel *ch)
{
    if (ch->open) {
        ch->open = false;
        ch->service->close(ch->service);
        discard_input(ch);
    }
}

static void begin_session(struct channel *ch)
{
    end_session(ch);
    ch->open = true;
    ch->service->open(ch->service);
}

static struct channel *of_port(struct channels *c, uint32_t port)
{
    for (unsigned i = 0; i < CHANNEL_COUNT; i++) {
        if (c->channel[i].receive != NULL && c->channel[i].port == port) {
            return &c->channel[i];
        }
    }
    return NULL;
}

static void take_name(struct channels *c, uint32_t port, const char *name, size_t length)
{
    if (port < 1 || port > CHANNEL_PORTS || c->port_transmit[port - 1].size == 0 || of_port(c, port) != NULL) {
        return;
    }
    while (length > 0 && name[length - 1] == '\0') {
        length--;
    }
    for (unsigned i = 0; i < CHANNEL_COUNT; i++) {
        struct channel *ch = &c->channel[i];
        if (ch->receive != NULL || strlen(ch->name) != length || memcmp(ch->name, name, length) != 0) {
            continue;
        }
        ch->port = port;
        ch->receive = &c->port_receive[port - 1];
        ch->transmit = &c->port_transmit[port - 1];
        ch->output_free_count = 0;
        for (unsigned b = 0; b < CHANNEL_BUFFERS; b++) {
            post(ch->receive, ch->input_bytes[b], CHANNEL_BYTES);
            ch->output_free[ch->output_free_count++] = ch->output_bytes[b];
        }
        queue_publish(ch->receive);
        say(c, port, PORT_OPEN, 1);
    }
}

static void take_message(struct channels *c, const uint8_t *bytes, uint32_t length)
{
    struct message m;
    if (length < sizeof m) {
        return;
    }
    memcpy(&m, bytes, sizeof m);
    struct channel *ch = of_port(c, m.port);
    if (m.event == DEVICE_ADD) {
        say(c, m.port, PORT_READY, 1);
    } else if (m.event == PORT_NAME) {
        take_name(c, m.port, (const char *)bytes + sizeof m, length - sizeof m);
    } else if (m.event == PORT_OPEN && ch != NULL && m.value != 0) {
        begin_session(ch);
    } else if ((m.event == PORT_OPEN || m.event == DEVICE_REMOVE) && ch != NULL) {
        end_session(ch);
    }
}

static bool take_messages(struct channels *c)
{
    bool any = false;
    while (queue_done(&c->control_receive) > 0) {
        uint32_t length;
        uint8_t *buffer = queue_take(&c->control_receive, &length);
        if (buffer == NULL) {
            continue;
        }
        take_message(c, buffer, length < CHANNEL_MESSAGE_BYTES ? length : CHANNEL_MESSAGE_BYTES);
        post(&c->control_receive, buffer, CHANNEL_MESSAGE_BYTES);
        any = true;
    }
    queue_publish(&c->control_receive);
    return any;
}

/* ---- bytes ---- */

static bool move_input(struct channel *ch)
{
    if (ch->input_left == 0 && queue_done(ch->receive) > 0) {
        uint32_t length;
        ch->input_buffer = queue_take(ch->receive, &length);
        ch->input = ch->input_buffer;
        ch->input_left = ch->input_buffer == NULL ? 0 : length < CHANNEL_BYTES ? length : CHANNEL_BYTES;
    }
    size_t taken = ch->input_left == 0 ? 0 : ch->service->input(ch->service, ch->input, ch->input_left);
    ch->input += taken;
    ch->input_left -= taken;
    if (ch->input_left == 0 && ch->input_buffer != NULL) {
        post(ch->receive, ch->input_buffer, CHANNEL_BYTES);
        queue_publish(ch->receive);
        ch->input_buffer = NULL;
    }
    return taken > 0;
}

/* Takes back what the host has read. */
static void reclaim(struct channel *ch)
{
    while (queue_done(ch->transmit) > 0) {
        uint32_t length;
        void *buffer = queue_take(ch->transmit, &length);
        if (buffer != NULL) {
            ch->output_free[ch->output_free_count++] = buffer;
        }
    }
}

static bool move_output(struct channel *ch)
{
    reclaim(ch);
    bool any = false;
    const uint8_t *at;
    size_t waiting;
    while (ch->open && ch->output_free_count > 0 && (waiting = ch->service->output(ch->service, &at)) > 0) {
        uint32_t length = waiting < CHANNEL_BYTES ? (uint32_t)waiting : CHANNEL_BYTES;
        uint8_t *buffer = ch->output_free[--ch->output_free_count];
        memcpy(buffer, at, length);
        struct queue_part part = {buffer, length};
        queue_add(ch->transmit, &part, 1, false, buffer);
        ch->service->sent(ch->service, length);
        any = true;
    }
    if (any) {
        queue_publish(ch->transmit);
    }
    return any;
}

static bool move(struct channels *c)
{
    bool any = false;
    for (unsigned i = 0; i < CHANNEL_COUNT; i++) {
        struct channel *ch = &c->channel[i];
        if (ch->receive != NULL && ch->open) {
            any |= move_input(ch);
            any |= move_output(ch);
        }
    }
    return any;
}

bool channels_poll(struct channels *c)
{
    if (!c->running) {
        return false;
    }
    /* Bytes first, for what they say was said before the port was closed; then the news of ports. */
    bool any = move(c);
    any |= take_messages(c);
    return any;
}

bool channels_busy(const struct channels *c)
{
    bool busy = false;
    for (unsigned i = 0; i < CHANNEL_COUNT; i++) {
        const struct channel *ch = &c->channel[i];
        busy |= ch->receive != NULL && ch->open && ch->output_free_count < CHANNEL_BUFFERS;
    }
    return busy;
}

__attribute__((cold)) void channels_scrub(struct channels *c)
{
    for (unsigned i = 0; i < CHANNEL_COUNT; i++) {
        struct channel *ch = &c->channel[i];
        if (ch->receive == NULL) {
            continue; /* it was never spoken on */
        }
        reclaim(ch);
        for (unsigned b = 0; b < CHANNEL_BUFFERS; b++) {
            bool in_hand = ch->input_bytes[b] == ch->input_buffer;
            size_t kept = in_hand ? (size_t)(ch->input + ch->input_left - ch->input_bytes[b]) : 0;
            memset(ch->input_bytes[b] + kept, 0, CHANNEL_BYTES - kept);
        }
        for (unsigned b = 0; b < ch->output_free_count; b++) {
            memset(ch->output_free[b], 0, CHANNEL_BYTES);
        }
    }
}

/* Output waits for a buffer: the device's next one done must wake us. */
static bool waits_for_room(struct channel *ch)
{
    const uint8_t *at;
    return ch->open && ch->output_free_count == 0 && ch->service->output(ch->service, &at) > 0;
}

bool channels_sleep(struct channels *c)
{
    if (!c->running) {
        return true;
    }
    bool sleep = queue_arm(&c->control_receive, 1);
    for (unsigned i = 0; i < CHANNEL_COUNT; i++) {
        struct channel *ch = &c->channel[i];
        if (ch->receive == NULL || !ch->open) {
            continue; /* what waits in a closed port stays there */
        }
        if (ch->input_left == 0) {
            sleep &= queue_arm(ch->receive, 1);
        }
        if (waits_for_room(ch)) {
            sleep &= queue_arm(ch->transmit, 1);
        }
    }
    return sleep;
}
