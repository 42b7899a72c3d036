/* service.h: one side of a conversation over a byte stream, as a state machine: the platform moves bytes between it and
 * a virtio-serial port or a socket, and nothing here waits.
 *
 *     opened:    s->open(s)                              begins a session, whatever was before; there may be output now
 *     readable:  n = s->input(s, bytes, count)           takes n of them; the rest is offered again after sent()
 *     writable:  n = s->output(s, &at); ...; s->sent(s, how many went out)
 *     closed:    s->close(s)                             forgets all of the session
 *
 * Input is not taken while output waits: a client that does not read its answers stops, and costs no memory.
 */
#ifndef FS_CONTROL_SERVICE_H
#define FS_CONTROL_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fs_service {
    void (*open)(struct fs_service *s);
    void (*close)(struct fs_service *s);
    size_t (*input)(struct fs_service *s, const uint8_t *bytes, size_t count);
    size_t (*output)(struct fs_service *s, const uint8_t **at);
    void (*sent)(struct fs_service *s, size_t count);
    /* The client said goodbye: once the output is out, the stream may be closed. Until then input is thrown away. */
    bool (*ended)(const struct fs_service *s);
};

#endif
