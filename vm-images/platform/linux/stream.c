#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "machine.h"

enum { PIECE = 4096 };

/* A socket file that nobody listens to is a left-over of a process that died: it may go. */
static void remove_stale(const struct sockaddr_un *address)
{
    struct stat file;
    if (lstat(address->sun_path, &file) != 0 || !S_ISSOCK(file.st_mode)) {
        return; /* somebody's file: not ours to remove */
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 && errno == ECONNREFUSED) {
        unlink(address->sun_path);
    }
    if (fd >= 0) {
        close(fd);
    }
}

bool fs_stream_open(struct fs_stream *s, const char *path, struct fs_service *service, char *why, size_t why_size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        snprintf(why, why_size, "%s: the path is longer than %zu bytes", path, sizeof(address.sun_path) - 1);
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    remove_stale(&address);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 4) != 0) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    *s = (struct fs_stream){.service = service, .path = path, .listener = fd, .client = -1};
    return true;
}

static void hang_up(struct fs_stream *s)
{
    if (s->client >= 0) {
        close(s->client);
        s->client = -1;
        s->service->close(s->service);
    }
}

void fs_stream_close(struct fs_stream *s)
{
    if (s->path != NULL) {
        hang_up(s);
        close(s->listener);
        unlink(s->path);
        s->path = NULL;
    }
}

unsigned fs_stream_poll(const struct fs_stream *s, struct pollfd *fds)
{
    const uint8_t *at;
    if (s->path == NULL) {
        return 0;
    }
    if (s->client < 0) {
        fds[0] = (struct pollfd){.fd = s->listener, .events = POLLIN};
    } else {
        bool waiting = s->service->output(s->service, &at) > 0;
        fds[0] = (struct pollfd){.fd = s->client, .events = waiting ? POLLOUT : POLLIN};
    }
    return 1;
}

/* Sends what waits; false when the client is gone. */
static bool send_waiting(struct fs_stream *s)
{
    const uint8_t *at;
    for (size_t n = s->service->output(s->service, &at); n > 0; n = s->service->output(s->service, &at)) {
        ssize_t sent = send(s->client, at, n, MSG_NOSIGNAL);
        if (sent < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        s->service->sent(s->service, (size_t)sent);
    }
    return !s->service->ended(s->service);
}

/* Looks at what came before taking it: the rest stays in the socket while an answer waits. */
static bool take_input(struct fs_stream *s)
{
    uint8_t bytes[PIECE];
    ssize_t n = recv(s->client, bytes, sizeof(bytes), MSG_PEEK);
    if (n <= 0) {
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    }
    size_t taken = s->service->input(s->service, bytes, (size_t)n);
    return taken == 0 || recv(s->client, bytes, taken, 0) >= 0;
}

void fs_stream_serve(struct fs_stream *s, const struct pollfd *fds)
{
    if (s->path == NULL || fds[0].revents == 0) {
        return;
    }
    if (s->client < 0) {
        s->client = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (s->client >= 0) {
            s->service->open(s->service);
        }
    } else if (fds[0].events == POLLIN && !take_input(s)) {
        hang_up(s);
    }
    if (s->client >= 0 && !send_waiting(s)) {
        hang_up(s);
    }
}
