/* control.c: from bytes to command lines and data, and answers back into bytes. */
#include "control.h"

#include <string.h>

static struct fs_control *mine(struct fs_service *s) { return (struct fs_control *)(void *)s; }

void fs_control_give_back(struct fs_control *c, struct fs_buffer *b)
{
    if (b->at != NULL) {
        c->platform->release(c->platform->context, b->at, b->size);
        *b = (struct fs_buffer){NULL, 0};
    }
}

bool fs_control_reserve(struct fs_control *c, struct fs_buffer *b, size_t size)
{
    if (b->size >= size) {
        return true;
    }
    fs_control_give_back(c, b);
    b->at = c->platform->memory(c->platform->context, size);
    b->size = b->at != NULL ? size : 0;
    return b->at != NULL;
}

static void begin(struct fs_control *c)
{
    c->state = FS_CONTROL_COMMAND;
    c->after_return = c->too_long = c->no_memory = c->held = false;
    c->line_length = c->data_length = c->body_length = c->answered = 0;
    c->head = (struct fs_text){.at = c->head_bytes, .capacity = sizeof(c->head_bytes)};
}

static void control_close(struct fs_service *s)
{
    struct fs_control *c = mine(s);
    fs_control_give_back(c, &c->data);
    fs_control_give_back(c, &c->body);
    begin(c);
}

static void control_open(struct fs_service *s)
{
    control_close(s);
    fs_text_string(&mine(s)->head, "Click::ControlSocket/1.3\r\n");
}

static size_t control_output(struct fs_service *s, const uint8_t **at)
{
    struct fs_control *c = mine(s);
    if (c->held) {
        *at = NULL;
        return 0;
    }
    if (c->answered < c->head.length) {
        *at = (const uint8_t *)c->head.at + c->answered;
        return c->head.length - c->answered;
    }
    size_t of_body = c->answered - c->head.length;
    *at = NULL;
    if (of_body == c->body_length) {
        return 0;
    }
    *at = (const uint8_t *)c->body.at + of_body;
    return c->body_length - of_body;
}

static void control_sent(struct fs_service *s, size_t count)
{
    struct fs_control *c = mine(s);
    c->answered += count;
    if (c->answered >= c->head.length + c->body_length) {
        c->answered = c->body_length = c->head.length = c->head.missing = 0;
    }
}

static bool answering(const struct fs_control *c) { return c->head.length + c->body_length > 0; }

static bool control_ended(const struct fs_service *s)
{
    return ((const struct fs_control *)(const void *)s)->state == FS_CONTROL_ENDED;
}

/* ---- lines ---- */

static void end_line(struct fs_control *c)
{
    if (c->too_long) {
        fs_text_format(&c->head, "500 Line too long, at most %u bytes\r\n", (unsigned)FS_CONTROL_LINE);
    } else {
        c->line[c->line_length] = '\0';
        fs_control_command(c);
    }
    c->line_length = 0;
    c->too_long = c->too_long && c->state != FS_CONTROL_COMMAND;
}

static size_t take_line(struct fs_control *c, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char b = (char)bytes[i];
        bool joined = c->after_return && b == '\n';
        c->after_return = b == '\r';
        if (joined) {
            continue;
        }
        if (b == '\n' || b == '\r') {
            end_line(c);
            return i + 1;
        }
        if (c->line_length < FS_CONTROL_LINE) {
            c->line[c->line_length++] = b;
        } else {
            c->too_long = true;
        }
    }
    return count;
}

/* ---- data ---- */

void fs_control_end_data(struct fs_control *c)
{
    c->state = FS_CONTROL_COMMAND;
    fs_control_data(c);
    c->too_long = false;
    fs_control_give_back(c, &c->data); /* it may be large; the next command asks again */
}

/* Data of a told length; the LF of the line's CRLF is not part of it. */
static size_t take_data(struct fs_control *c, const uint8_t *bytes, size_t count)
{
    size_t skipped = 0;
    if (c->after_return && count > 0) {
        skipped = bytes[0] == '\n';
        c->after_return = false;
    }
    size_t rest = c->data_wanted - c->data_length, n = count - skipped;
    n = n < rest ? n : rest;
    if (c->state == FS_CONTROL_TAKING && n > 0) {
        memcpy(c->data.at + c->data_length, bytes + skipped, n);
    }
    c->data_length += n;
    if (c->data_length == c->data_wanted) {
        fs_control_end_data(c);
    }
    return skipped + n;
}

static bool is_until(const struct fs_control *c)
{
    size_t end = c->data_length;
    while (end > c->until_line && (c->data.at[end - 1] == ' ' || c->data.at[end - 1] == '\t')) {
        end--;
    }
    size_t length = end - c->until_line;
    return strlen(c->until) == length && memcmp(c->data.at + c->until_line, c->until, length) == 0;
}

/* More data than is kept: only the line that is being read matters now, and of that only as much as there is room. */
static void make_room(struct fs_control *c)
{
    c->too_long = true;
    c->data_length = c->until_line == 0 ? 0 : c->data_length - c->until_line;
    memmove(c->data.at, c->data.at + c->until_line, c->data_length);
    c->until_line = 0;
}

/* Data up to a line that equals the terminator. */
static size_t take_until(struct fs_control *c, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char b = (char)bytes[i];
        bool joined = c->after_return && b == '\n';
        bool ends = (b == '\n' || b == '\r') && !joined;
        c->after_return = b == '\r';
        if (joined && c->data_length == 0) {
            continue; /* the LF of the command's own CRLF */
        }
        if (ends && is_until(c)) {
            c->data_length = c->until_line;
            fs_control_end_data(c);
            return i + 1;
        }
        if (c->data_length == c->data.size - 1) {
            make_room(c);
        }
        c->data.at[c->data_length++] = b;
        if (ends || joined) {
            c->until_line = c->data_length;
        }
    }
    return count;
}

static size_t control_input(struct fs_service *s, const uint8_t *bytes, size_t count)
{
    struct fs_control *c = mine(s);
    size_t taken = 0;
    while (taken < count && !answering(c)) {
        switch (c->state) {
        case FS_CONTROL_COMMAND:
            taken += take_line(c, bytes + taken, count - taken);
            break;
        case FS_CONTROL_TAKING:
        case FS_CONTROL_SKIPPING:
            taken += take_data(c, bytes + taken, count - taken);
            break;
        case FS_CONTROL_UNTILING:
            taken += take_until(c, bytes + taken, count - taken);
            break;
        case FS_CONTROL_ENDED:
            return count;
        }
    }
    return taken;
}

void fs_control_init(struct fs_control *c, const struct fs_platform *platform, struct fs_router *router)
{
    memset(c, 0, sizeof(*c));
    c->service = (struct fs_service){control_open,   control_close, control_input,
                                     control_output, control_sent,  control_ended};
    c->platform = platform;
    c->router = router;
    begin(c);
}
