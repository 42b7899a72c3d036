/* command.c: what the commands of the control protocol mean. Codes and texts are Click's. */
#include <string.h>

#include "control.h"
#include "engine/internal.h"
#include "loader/swap.h"

enum {
    OK = 200,
    SYNTAX = 500,
    UNIMPLEMENTED = 501,
    NO_ELEMENT = 510,
    NO_HANDLER = 511,
    HANDLER_ERROR = 520,
    TOO_BIG = 521,
    PERMISSION = 530,
    NO_ROUTER = 540,
};

/* ---- messages ---- */

/* One line `CODE text`, or `CODE-text` when more lines of the answer follow. */
static void message(struct fs_control *c, unsigned code, bool more, const char *before, const char *name,
                    const char *after)
{
    fs_text_format(&c->head, "%u%c%s", code, more ? '-' : ' ', before);
    for (size_t i = 0; i < FS_NAME_MAX && name[i] != '\0'; i++) {
        fs_text_char(&c->head, (unsigned char)name[i] < ' ' || name[i] == 0x7f ? '?' : name[i]);
    }
    fs_text_format(&c->head, "%s\r\n", after);
}

static void say(struct fs_control *c, unsigned code, const char *text) { message(c, code, false, text, "", ""); }

/* What a handler said, one message line for each of its lines, behind a heading. */
static void message_lines(struct fs_control *c, const char *kind, const char *handler, struct fs_text *said)
{
    while (said->length > 0 && said->at[said->length - 1] == '\n') {
        said->length--;
    }
    if (said->length > 0) {
        message(c, HANDLER_ERROR, true, kind, handler, "' error:");
    }
    for (size_t begin = 0; begin < said->length;) {
        size_t end = begin;
        while (end < said->length && said->at[end] != '\n') {
            end++;
        }
        said->at[end] = '\0'; /* there is room for one at the end */
        message(c, HANDLER_ERROR, end < said->length, "", said->at + begin, "");
        begin = end + 1;
    }
    if (said->length == 0 || c->head.missing > 0) { /* nothing, or more than an answer holds: the answer must end */
        c->head.length = c->head.missing = 0;
        message(c, HANDLER_ERROR, false, kind, handler, "' error");
    }
}

/* The element's part of a handler's name, for a message; cuts the name. */
static void no_element(struct fs_control *c, const char *handler)
{
    char name[FS_NAME_MAX];
    size_t length = strlen(handler);
    while (length > 0 && handler[length - 1] != '.') {
        length--;
    }
    length -= length > 0;
    length = length < sizeof(name) ? length : sizeof(name) - 1;
    memcpy(name, handler, length);
    name[length] = '\0';
    message(c, NO_ELEMENT, false, "No element named '", name, "'");
}

/* Answers for anything but success. */
static void refuse(struct fs_control *c, enum fs_handler_answer answer, const char *handler)
{
    if (answer == FS_HANDLER_NO_ELEMENT) {
        no_element(c, handler);
    } else if (answer == FS_HANDLER_NO_HANDLER) {
        message(c, NO_HANDLER, false, "No handler named '", handler, "'");
    } else if (answer == FS_HANDLER_NOT_READABLE) {
        message(c, PERMISSION, false, "Handler '", handler, "' write-only");
    } else if (answer == FS_HANDLER_NOT_WRITABLE) {
        message(c, PERMISSION, false, "Handler '", handler, "' read-only");
    }
}

/* ---- reading and writing ---- */

static void read_handler(struct fs_control *c, const char *handler, const char *parameters)
{
    struct fs_text value;
    for (size_t size = FS_CONTROL_BODY;; size = value.length + value.missing) {
        if (!fs_control_reserve(c, &c->body, size)) {
            message(c, HANDLER_ERROR, false, "Read handler '", handler, "' error: out of memory");
            return;
        }
        value = fs_text_in(c->body.at, c->body.size);
        enum fs_handler_answer answer = fs_router_read(c->router, handler, parameters, &value);
        if (answer == FS_HANDLER_FAILED) {
            value.length -= value.length == value.capacity;
            message_lines(c, "Read handler '", handler, &value);
            return;
        }
        if (answer != FS_HANDLER_OK) {
            refuse(c, answer, handler);
            return;
        }
        if (value.missing == 0) {
            break;
        }
    }
    message(c, OK, false, "Read handler '", handler, "' OK");
    fs_text_format(&c->head, "DATA %lu\r\n", value.length);
    c->body_length = value.length;
}

static void write_handler(struct fs_control *c, const char *handler, const char *data, size_t length)
{
    char lines[FS_CONTROL_HEAD / 2];
    struct fs_text said = fs_text_in(lines, sizeof(lines) - 1);
    enum fs_handler_answer answer = fs_router_write(c->router, handler, data, length, &said);
    if (answer == FS_HANDLER_OK) {
        message(c, OK, false, "Write handler '", handler, "' OK");
    } else if (answer == FS_HANDLER_FAILED) {
        message_lines(c, "Write handler '", handler, &said);
    } else {
        refuse(c, answer, handler);
    }
}

/* What was said in this session may be the old owner's: it goes with the rest. */
static void forget_session(struct fs_control *c)
{
    memset(c->line, 0, sizeof(c->line));
    memset(c->head_bytes, 0, sizeof(c->head_bytes));
    fs_control_give_back(c, &c->body);
}

/* The data is an image that takes this router's place. */
static void swap(struct fs_control *c, enum fs_swap_kind kind)
{
    char lines[FS_CONTROL_HEAD / 2];
    const char *handler = kind == FS_SWAP_SCRUB ? "scrub" : "image";
    struct fs_text said = fs_text_in(lines, sizeof(lines) - 1);
    struct fs_swap_message image = {c->data.at, c->data.size, c->data_length};
    bool failed = fs_swap(c->router, &image, kind, &said) != 0; /* from now on c->router is another, or as it was */
    if (image.memory == NULL) {
        c->data = (struct fs_buffer){NULL, 0};
    }
    if (!failed && kind == FS_SWAP_SCRUB) {
        forget_session(c);
        c->held = true;
    }
    if (failed) {
        message_lines(c, "Write handler '", handler, &said);
    } else {
        message(c, OK, false, "Write handler '", handler, "' OK");
    }
}

static void check_handler(struct fs_control *c, const char *handler, bool write)
{
    enum fs_handler_answer answer = fs_router_check(c->router, handler, write);
    if (answer == FS_HANDLER_OK) {
        message(c, OK, false, write ? "Write handler '" : "Read handler '", handler, "' OK");
    } else if (answer == FS_HANDLER_NOT_READABLE || answer == FS_HANDLER_NOT_WRITABLE) {
        message(c, NO_HANDLER, false, "Handler '", handler, write ? "' not writable" : "' not readable");
    } else {
        refuse(c, answer, handler);
    }
}

void fs_control_data(struct fs_control *c)
{
    if (c->too_long && c->no_memory) {
        message(c, HANDLER_ERROR, false, c->write ? "Write handler '" : "Read handler '", c->handler,
                "' error: out of memory");
        return;
    }
    if (c->too_long) {
        message(c, TOO_BIG, false, "Data too large for handler '", c->handler, "'");
        return;
    }
    if (c->router == NULL) {
        say(c, NO_ROUTER, "No router installed");
        return;
    }
    if (c->write && fs_text_is(c->handler, strlen(c->handler), "image")) {
        swap(c, FS_SWAP_KEEP);
    } else if (c->write && fs_text_is(c->handler, strlen(c->handler), "scrub")) {
        swap(c, FS_SWAP_SCRUB);
    } else if (c->write) {
        write_handler(c, c->handler, c->data.at, c->data_length);
    } else {
        c->data.at[c->data_length] = '\0';
        read_handler(c, c->handler, c->data.at);
    }
}

/* ---- command lines ---- */

static bool is_space(char b) { return b == ' ' || b == '\t' || b == '\v' || b == '\f'; }

/* Cuts the next word out of the line and moves past it; "" when there is none. */
static char *word(char **at)
{
    while (is_space(**at)) {
        (*at)++;
    }
    char *begin = *at;
    while (**at != '\0' && !is_space(**at)) {
        (*at)++;
    }
    if (**at != '\0') {
        *(*at)++ = '\0';
    }
    return begin;
}

/* The rest of the line without spaces around it. */
static char *rest(char *at)
{
    while (is_space(*at)) {
        at++;
    }
    size_t length = strlen(at);
    while (length > 0 && is_space(at[length - 1])) {
        length--;
    }
    at[length] = '\0';
    return at;
}

static bool is_command(const char *given, const char *name)
{
    for (; *name != '\0'; given++, name++) {
        char upper = *given >= 'a' && *given <= 'z' ? (char)(*given - 'a' + 'A') : *given;
        if (upper != *name) {
            return false;
        }
    }
    return *given == '\0';
}

static bool decimal(const char *text, size_t *value)
{
    *value = 0;
    for (; *text >= '0' && *text <= '9' && *value <= SIZE_MAX / 16; text++) {
        *value = *value * 10 + (size_t)(*text - '0');
    }
    return *text == '\0';
}

static void begin_data(struct fs_control *c, const char *handler, const char *length_text, bool write)
{
    size_t length;
    if (handler[0] == '\0' || length_text[0] == '\0') {
        say(c, SYNTAX, "Wrong number of arguments");
        return;
    }
    if (!decimal(length_text, &length)) {
        message(c, SYNTAX, false, "Syntax error in '", length_text, "': not a number of bytes");
        return;
    }
    c->write = write;
    c->handler = handler;
    c->data_wanted = length;
    c->data_length = 0;
    /* What cannot be kept is skipped, so that it is not taken for commands. */
    c->no_memory = length <= FS_CONTROL_DATA && !fs_control_reserve(c, &c->data, length + 1);
    c->too_long = length > FS_CONTROL_DATA || c->no_memory;
    c->state = c->too_long ? FS_CONTROL_SKIPPING : FS_CONTROL_TAKING;
    if (length == 0) {
        fs_control_end_data(c);
    }
}

static void begin_until(struct fs_control *c, const char *handler, const char *until, bool write)
{
    if (handler[0] == '\0') {
        say(c, SYNTAX, "Wrong number of arguments");
        return;
    }
    if (!fs_control_reserve(c, &c->data, FS_CONTROL_UNTIL + 1)) {
        say(c, HANDLER_ERROR, "Out of memory");
        return;
    }
    c->write = write;
    c->no_memory = false;
    c->handler = handler;
    c->until = until;
    c->data_length = c->until_line = 0;
    c->state = FS_CONTROL_UNTILING;
}

static void help(struct fs_control *c)
{
    static const char *const lines[] = {
        "Commands supported:",
        "READ handler [arg...]   call read handler, return DATA",
        "READDATA handler len    call read handler with len data bytes, return DATA",
        "READUNTIL handler term  call read handler, take data until term, return DATA",
        "WRITE handler [arg...]  call write handler",
        "WRITEDATA handler len   call write handler, pass len data bytes",
        "WRITEUNTIL handler term call write handler, take data until term",
        "CHECKREAD handler       check if read handler is valid",
        "CHECKWRITE handler      check if write handler is valid",
        "QUIT                    close connection",
    };
    const size_t count = sizeof(lines) / sizeof(lines[0]);
    for (size_t i = 0; i < count; i++) {
        message(c, OK, i + 1 < count, lines[i], "", "");
    }
}

enum verb {
    READ,
    READ_DATA,
    READ_UNTIL,
    WRITE,
    WRITE_DATA,
    WRITE_UNTIL,
    CHECK_READ,
    CHECK_WRITE,
    LLRPC,
    QUIT,
    HELP,
    NONE,
};

static enum verb verb_of(const char *text)
{
    static const struct {
        const char *name;
        enum verb verb;
    } verbs[] = {{"READ", READ}, {"GET", READ}, {"READDATA", READ_DATA}, {"READUNTIL", READ_UNTIL},
                 {"WRITE", WRITE}, {"SET", WRITE}, {"WRITEDATA", WRITE_DATA}, {"SETDATA", WRITE_DATA},
                 {"WRITEUNTIL", WRITE_UNTIL}, {"CHECKREAD", CHECK_READ}, {"CHECKWRITE", CHECK_WRITE},
                 {"LLRPC", LLRPC}, {"QUIT", QUIT}, {"CLOSE", QUIT}, {"HELP", HELP}};
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (is_command(text, verbs[i].name)) {
            return verbs[i].verb;
        }
    }
    return NONE;
}

static void run(struct fs_control *c, enum verb verb, char *at)
{
    char *handler = word(&at);
    char *arguments = rest(at);
    if (handler[0] == '\0') {
        say(c, SYNTAX, "Wrong number of arguments");
        return;
    }
    switch (verb) {
    case READ_DATA:
    case WRITE_DATA:
        begin_data(c, handler, arguments, verb == WRITE_DATA);
        return;
    case READ_UNTIL:
    case WRITE_UNTIL:
        begin_until(c, handler, arguments, verb == WRITE_UNTIL);
        return;
    default:
        break;
    }
    if (c->router == NULL) {
        say(c, NO_ROUTER, "No router installed");
    } else if (verb == READ) {
        read_handler(c, handler, arguments);
    } else if (verb == WRITE) {
        write_handler(c, handler, arguments, strlen(arguments));
    } else if (arguments[0] != '\0') {
        say(c, SYNTAX, "Wrong number of arguments");
    } else {
        check_handler(c, handler, verb == CHECK_WRITE);
    }
}

void fs_control_command(struct fs_control *c)
{
    char *at = c->line;
    char *first = word(&at);
    enum verb verb = verb_of(first);
    if (first[0] == '\0') {
        return;
    }
    switch (verb) {
    case QUIT:
        say(c, OK, "Goodbye!");
        c->state = FS_CONTROL_ENDED;
        return;
    case HELP:
        help(c);
        return;
    case LLRPC:
        say(c, UNIMPLEMENTED, "LLRPCs cannot be called remotely");
        return;
    case NONE:
        message(c, UNIMPLEMENTED, false, "Command '", first, "' unimplemented");
        return;
    default:
        run(c, verb, at);
    }
}
