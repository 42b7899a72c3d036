/* log_file_test.c: a log stays small, loses nothing before its limit, and is bounded in rate for elements alone. */
#include "log_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/testing.h"

enum { TEXT = 65536, LIMIT = 1000 };

static char path[64], old[72], text[TEXT];

static bool begin(struct fs_log_file *log, size_t limit)
{
    char why[200];
    snprintf(path, sizeof(path), "/tmp/flowstream-log-test-%d", (int)getpid());
    snprintf(old, sizeof(old), "%s.0", path);
    return FS_CHECK(fs_log_open(log, path, limit, why, sizeof(why)));
}

static void end(struct fs_log_file *log)
{
    close(log->fd);
    close(log->old);
    unlink(path);
    unlink(old);
}

static const char *contents(const char *name)
{
    FILE *f = fopen(name, "rb");
    size_t n = f != NULL ? fread(text, 1, TEXT - 1, f) : 0;
    text[n] = '\0';
    if (f != NULL) {
        fclose(f);
    }
    return text;
}

FS_TEST(log_keeps_one_line_one_line_and_appends_to_what_was_there)
{
    struct fs_log_file log;
    FS_REQUIRE(begin(&log, LIMIT));
    fs_log_say(&log, "ERROR", "a\nb\r", 4);
    end(&log);
    FS_REQUIRE(begin(&log, LIMIT));
    fs_log_say(&log, "READY", "x", 1);
    close(log.fd);
    close(log.old);
    FS_REQUIRE(begin(&log, LIMIT)); /* as a process that is started anew does */
    fs_log_say(&log, "", "y", 1);
    FS_TEXT(contents(path), "READY x\ny\n");
    char longest[2 * FS_LOG_LINE];
    memset(longest, 'z', sizeof(longest));
    fs_log_say(&log, "PANIC", longest, sizeof(longest));
    FS_EQUAL(strlen(contents(old)), 10); /* it turned over for the long line */
    FS_EQUAL(strlen(contents(path)), FS_LOG_LINE + 1);
    end(&log);
}

FS_TEST(log_turns_over_at_its_limit_and_keeps_every_line_of_the_latest_two_files)
{
    struct fs_log_file log;
    FS_REQUIRE(begin(&log, LIMIT));
    for (unsigned i = 0; i < 1000; i++) {
        char line[16];
        fs_log_say(&log, "line", line, (size_t)snprintf(line, sizeof(line), "%04u", i)); /* 10 bytes each */
        struct stat now;
        FS_CHECK(stat(path, &now) == 0 && now.st_size <= LIMIT);
    }
    FS_EQUAL(strlen(contents(old)), LIMIT);
    FS_CHECK(strncmp(text, "line 0800\n", 10) == 0);
    FS_EQUAL(strlen(contents(path)), LIMIT);
    FS_CHECK(strncmp(text, "line 0900\n", 10) == 0);
    FS_TEXT(text + LIMIT - 10, "line 0999\n");
    end(&log);
}

FS_TEST(log_of_elements_is_bounded_in_rate)
{
    struct fs_log_file log;
    const uint64_t second = 1000000000u;
    char line[100];
    memset(line, 'p', sizeof(line));
    FS_REQUIRE(begin(&log, FS_LOG_LIMIT));
    for (unsigned i = 0; i < 1000; i++) {
        fs_log_element(&log, line, 99, second);
    }
    FS_EQUAL(strlen(contents(path)), 8100); /* 81 lines of 100 bytes in a burst of 8,192 */
    fs_log_say(&log, "STOP", "power-button", 12); /* what the process itself says always passes */
    fs_log_element(&log, line, 99, 2 * second);
    contents(path);
    FS_CHECK(strstr(text, "STOP power-button\n(919 lines not shown)\nppp") != NULL);
    end(&log);
}
