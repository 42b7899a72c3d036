/* store.c: see store.h. */
#include "store.h"

#include <engine/platform.h>
#include <string.h>

#include "../machine/clock.h"
#include "xen.h"

static volatile struct xen_store_rings *rings;
static uint32_t port;
static unsigned unanswered; /* writes */
static bool changed;

bool store_open(void)
{
    rings = xen_parameter_page(XEN_STORE_FRAME);
    port = (uint32_t)xen_parameter(XEN_STORE_PORT);
    if (rings == NULL || port == 0) {
        rings = NULL;
        return false;
    }
    xen_listen(port);
    return true;
}

bool store_found(void)
{
    return rings != NULL;
}

/* ---- bytes: counters run on and are the ring's modulo its size; what the other side claims is bounded ---- */

static uint32_t waiting(void)
{
    uint32_t n = __atomic_load_n(&rings->response_producer, __ATOMIC_ACQUIRE) - rings->response_consumer;
    return n <= XEN_STORE_RING ? n : 0;
}

static uint32_t room_left(void)
{
    uint32_t used = rings->request_producer - __atomic_load_n(&rings->request_consumer, __ATOMIC_ACQUIRE);
    return used <= XEN_STORE_RING ? XEN_STORE_RING - used : 0;
}

static void wait_for(uint32_t (*some)(void))
{
    uint64_t until = clock_steady() + STORE_PATIENCE_NS;
    for (;;) {
        xen_heard();
        if (some() > 0) {
            return;
        }
        if (clock_steady() >= until) {
            fs_panic("xenstore does not answer");
        }
        xen_sleep(until);
    }
}

static void put(const void *bytes, size_t count)
{
    const uint8_t *from = bytes;
    for (size_t i = 0; i < count; i++) {
        if (room_left() == 0) {
            xen_send(port);
            wait_for(room_left);
        }
        uint32_t at = rings->request_producer;
        rings->request[at % XEN_STORE_RING] = from[i];
        __atomic_store_n(&rings->request_producer, at + 1, __ATOMIC_RELEASE);
    }
}

/* What there is no room for is passed over. */
static void get(void *room, size_t size, size_t count)
{
    uint8_t *to = room;
    for (size_t i = 0; i < count; i++) {
        if (waiting() == 0) {
            xen_send(port); /* there is room again */
            wait_for(waiting);
        }
        uint32_t at = rings->response_consumer;
        if (i < size) {
            to[i] = rings->response[at % XEN_STORE_RING];
        }
        __atomic_store_n(&rings->response_consumer, at + 1, __ATOMIC_RELEASE);
    }
}

/* ---- messages ---- */

static void ask(uint32_t type, const char *path, const char *value, size_t value_bytes)
{
    size_t path_bytes = strlen(path) + 1;
    struct xen_store_message m = {type, 0, 0, (uint32_t)(path_bytes + value_bytes)};
    put(&m, sizeof m);
    put(path, path_bytes);
    put(value, value_bytes);
    xen_send(port);
}

/* Takes one message. Answers its type; the room gets a NUL, and one more, behind what it has of the payload. */
static uint32_t take(char *room, size_t size)
{
    struct xen_store_message m;
    get(&m, sizeof m, sizeof m);
    size_t kept = m.length < size - 2 ? m.length : size - 2;
    get(room, kept, m.length);
    room[kept] = room[kept + 1] = '\0';
    if (m.type == XEN_STORE_WATCH_EVENT) {
        changed = true;
    }
    return m.type;
}

static uint32_t reply(char *room, size_t size)
{
    uint32_t type;
    do {
        type = take(room, size);
    } while (type == XEN_STORE_WATCH_EVENT);
    return type;
}

void store_settle(void)
{
    char room[16];
    for (; unanswered > 0; unanswered--) {
        if (reply(room, sizeof room) != XEN_STORE_WRITE) {
            fs_panic("xenstore refuses what a device needs");
        }
    }
}

/* The answer to the latest question; those to writes come before it. */
static bool answer(uint32_t type, char *room, size_t size)
{
    store_settle();
    return reply(room, size) == type;
}

bool store_read(const char *path, char *room, size_t size)
{
    ask(XEN_STORE_READ, path, NULL, 0);
    bool found = answer(XEN_STORE_READ, room, size);
    room[0] = found ? room[0] : '\0';
    return found;
}

void store_list(const char *path, char *room, size_t size)
{
    ask(XEN_STORE_DIRECTORY, path, NULL, 0);
    if (!answer(XEN_STORE_DIRECTORY, room, size)) {
        room[0] = '\0';
    }
}

void store_write(const char *path, const char *value)
{
    ask(XEN_STORE_WRITE, path, value, strlen(value));
    unanswered++;
}

void store_watch(const char *path)
{
    char room[16];
    ask(XEN_STORE_WATCH, path, "w", 2);
    answer(XEN_STORE_WATCH, room, sizeof room);
}

bool store_changed(void)
{
    char room[16];
    if (rings != NULL && waiting() > 0) {
        do {
            take(room, sizeof room);
        } while (waiting() > 0);
        xen_send(port); /* there is room again */
    }
    bool was = changed;
    changed = false;
    return was;
}

void store_await(void)
{
    while (!store_changed()) {
        wait_for(waiting);
    }
}
