/* end.c: see end.h. */
#include "end.h"

#include <engine/platform.h>
#include <stdbool.h>
#include <string.h>

#include "power.h"
#include "serial.h"

/* One line; of an error of several lines each becomes one. */
static void write_line(const char *word, const char *text, size_t length)
{
    char line[SERIAL_LINE_MAX + 1];
    size_t used = strlen(word);
    memcpy(line, word, used);
    length = length < SERIAL_LINE_MAX - used ? length : SERIAL_LINE_MAX - used;
    memcpy(line + used, text, length);
    used += length;
    line[used++] = '\n';
    serial_write(line, used);
}

_Noreturn void end_error(const char *text, size_t length)
{
    while (length > 0) {
        const char *newline = text;
        while (newline < text + length && *newline != '\n') {
            newline++;
        }
        size_t line = (size_t)(newline - text);
        if (line > 0) {
            write_line("ERROR ", text, line);
        }
        size_t taken = line < length ? line + 1 : line;
        text += taken;
        length -= taken;
    }
    power_off();
}

_Noreturn void end_stop(const char *why)
{
    write_line("STOP ", why, strlen(why));
    power_off();
}

_Noreturn void end_panic(const char *text)
{
    static bool panicking;
    if (!panicking) { /* else the report itself fails: end without one more */
        panicking = true;
        write_line("PANIC ", text, strlen(text));
    }
    power_panic();
}

_Noreturn void fs_panic(const char *text)
{
    end_panic(text);
}
