/* log_file.c: see log_file.h. */
#include "log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)

static int open_file(const char *path, int flags, char *why, size_t why_size)
{
    int fd = open(path, flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
    }
    return fd;
}

bool fs_log_open(struct fs_log_file *log, const char *path, size_t limit, char *why, size_t why_size)
{
    char old[4096];
    struct stat file;
    if ((size_t)snprintf(old, sizeof(old), "%s.0", path) >= sizeof(old)) {
        snprintf(why, why_size, "%s: the path is too long", path);
        return false;
    }
    *log = (struct fs_log_file){.fd = -1, .old = -1, .limit = limit, .tokens = FS_LOG_BURST};
    log->fd = open_file(path, O_RDWR | O_APPEND, why, why_size);
    log->old = log->fd >= 0 ? open_file(old, O_RDWR, why, why_size) : -1;
    log->size = log->fd >= 0 && fstat(log->fd, &file) == 0 ? (size_t)file.st_size : 0;
    return log->old >= 0;
}

/* Copies the file to the old one and empties it. Where the disk is full the old one stays cut off: the limit holds. */
static void turn_over(struct fs_log_file *log)
{
    char piece[16384];
    off_t at = 0;
    bool good = ftruncate(log->old, 0) == 0;
    while (good) {
        ssize_t n = pread(log->fd, piece, sizeof(piece), at);
        good = n > 0 && pwrite(log->old, piece, (size_t)n, at) == n;
        at += n > 0 ? n : 0;
    }
    if (ftruncate(log->fd, 0) == 0) {
        log->size = 0;
    }
}

void fs_log_say(struct fs_log_file *log, const char *word, const char *text, size_t length)
{
    char line[FS_LOG_LINE + 1];
    size_t used = strlen(word);
    memcpy(line, word, used);
    if (used > 0) {
        line[used++] = ' ';
    }
    length = length < FS_LOG_LINE - used ? length : FS_LOG_LINE - used;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        line[used++] = c == '\n' || c == '\r' ? ' ' : c; /* one line is one line */
    }
    line[used++] = '\n';
    if (log->size + used > log->limit) {
        turn_over(log);
    }
    if (write(log->fd, line, used) == (ssize_t)used) {
        log->size += used;
    }
}

void fs_log_element(struct fs_log_file *log, const char *text, size_t length, uint64_t now)
{
    uint64_t earned = (now - log->tokens_at) / (NS_PER_S / FS_LOG_RATE);
    if (earned != 0) {
        log->tokens = log->tokens + earned < FS_LOG_BURST ? log->tokens + earned : FS_LOG_BURST;
        log->tokens_at = now;
    }
    if (log->tokens < length + 1) {
        log->held_back++;
        return;
    }
    log->tokens -= length + 1;
    if (log->held_back != 0) {
        char note[64];
        int n = snprintf(note, sizeof(note), "(%llu lines not shown)", (unsigned long long)log->held_back);
        log->held_back = 0;
        fs_log_say(log, "", note, (size_t)n);
    }
    fs_log_say(log, "", text, length);
}
