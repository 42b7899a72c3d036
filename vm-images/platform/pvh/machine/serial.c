/* serial.c: see serial.h. (National PC16550D.) */
#include "serial.h"

#include <stdbool.h>

#include <flowstream/handler.h>

#include "io.h"

enum {
    PORT = SERIAL_PORT,
    TRANSMIT = 0,
    FIFO_CONTROL = 2,
    LINE_STATUS = 5,
    FIFO_ENABLE = 1,
    FIFO_BYTES = 16,
    TRANSMIT_EMPTY = 0x20,
    /* Looks at the line status before the rest of a line is given up: 0.1 s at 40 us each, 1 ms under TCG. */
    PATIENCE = 2500,
};
#define NS_PER_S UINT64_C(1000000000)

static uint64_t tokens = SERIAL_BURST, tokens_at; /* bytes, and the steady time that they are of */
static uint64_t held_back;                        /* lines, since the last that passed */
static bool stuck;                                /* the last line found nobody reading */
static void (*diverted)(const char *text, size_t length);

void serial_open(void)
{
    out8(PORT + FIFO_CONTROL, FIFO_ENABLE);
}

void serial_divert(void (*elsewhere)(const char *text, size_t length))
{
    diverted = elsewhere;
}

/* Room for FIFO_BYTES bytes? */
static bool ready(void)
{
    for (unsigned looks = stuck ? PATIENCE - 1 : 0; looks < PATIENCE; looks++) {
        if ((in8(PORT + LINE_STATUS) & TRANSMIT_EMPTY) != 0) {
            stuck = false;
            return true;
        }
    }
    stuck = true;
    return false;
}

void serial_write(const char *text, size_t length)
{
    if (diverted != NULL) {
        diverted(text, length);
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (i % FIFO_BYTES == 0 && !ready()) {
            return;
        }
        out8(PORT + TRANSMIT, (uint8_t)text[i]);
    }
}

static void write_line(const char *text, size_t length)
{
    char line[SERIAL_LINE_MAX + 1];
    length = length < SERIAL_LINE_MAX ? length : SERIAL_LINE_MAX;
    for (size_t i = 0; i < length; i++) {
        line[i] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]; /* one line is one line */
    }
    line[length] = '\n';
    serial_write(line, length + 1);
}

void serial_log(const char *text, size_t length, uint64_t now)
{
    uint64_t earned = (now - tokens_at) / (NS_PER_S / SERIAL_RATE);
    if (earned != 0) {
        tokens = tokens + earned < SERIAL_BURST ? tokens + earned : SERIAL_BURST;
        tokens_at = now;
    }
    if (tokens < length + 1) {
        held_back++;
        return;
    }
    tokens -= length + 1;
    if (held_back != 0) {
        char room[64];
        struct fs_text note = {.at = room, .capacity = sizeof room};
        fs_text_format(&note, "(%llu lines not shown)", (unsigned long long)held_back);
        held_back = 0;
        write_line(room, note.length);
    }
    write_line(text, length);
}
