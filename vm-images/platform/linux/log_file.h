/* log_file.h: lines in a file that stays small: what a supervised process says (docs/contracts.md 7). Both files are
 * opened once, so that a process without the right to open any still turns them over. */
#ifndef FS_LINUX_LOG_FILE_H
#define FS_LINUX_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FS_LOG_LINE = 1000,      /* the longest line, bytes */
    FS_LOG_LIMIT = 2 << 20,  /* bytes of the file; what is there then moves to FILE.0 in place of what was there */
    FS_LOG_BURST = 8192,     /* bytes that elements may say at once, as in a machine */
    FS_LOG_RATE = 4096,      /* bytes a second afterwards */
};

struct fs_log_file {
    int fd, old; /* the file, appended to, and FILE.0 */
    size_t size, limit;
    uint64_t tokens, tokens_at; /* bytes that elements may say, and the steady time that they are of */
    uint64_t held_back;         /* lines, since the last that passed */
};

/* False with one line in `why`. `limit`: FS_LOG_LIMIT but in tests. */
bool fs_log_open(struct fs_log_file *log, const char *path, size_t limit, char *why, size_t why_size);
/* Writes WORD and text as one line. Takes no memory and asks no lock: a signal handler may call it. */
void fs_log_say(struct fs_log_file *log, const char *word, const char *text, size_t length);
/* The same for an element's line, bounded in rate; `now` is steady, ns. */
void fs_log_element(struct fs_log_file *log, const char *text, size_t length, uint64_t now);

#endif
