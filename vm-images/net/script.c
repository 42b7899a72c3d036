#include "net/script.h"

#include <flowstream/file.h>

#include "net/decimal.h"
#include "net/values.h"

enum { JUMPS_MAX = 1000000, FAILED = -22, FAILING = 512 }; /* FAILED: $? after a write that was refused */

enum code {
    INITIAL, WAIT_STEP, WAIT_TIME, PRINT, READ, WRITE, SET, INIT, EXPORT, LABEL, GOTO, RETURN,
    /* also places to go to: */
    EXIT, END, STOP, ERROR,
};
enum { QUOTELESS = 1, NO_NEWLINE = 2, SAVE = 4, APPEND = 8 }; /* what differs between instructions of one code */

struct fs_script_instruction {
    uint8_t code, flags;
    int32_t target;  /* GOTO: where to; below 0: -code of an end */
    uint32_t count, done; /* WAIT_STEP: how many steps, and how many were made; INITIAL: whether it was not passed yet */
    struct fs_script_variable *variable;
    struct fs_span text;
};

static const struct {
    const char *name;
    uint8_t code, flags;
} words[] = {
    {"wait_step", WAIT_STEP, 0}, {"wait_stop", WAIT_STEP, 0}, {"pause", WAIT_STEP, 0},
    {"wait", WAIT_TIME, 0},      {"wait_time", WAIT_TIME, 0}, {"wait_for", WAIT_TIME, 0},
    {"print", PRINT, 0},         {"printq", PRINT, QUOTELESS},
    {"printn", PRINT, NO_NEWLINE}, {"printnq", PRINT, NO_NEWLINE | QUOTELESS},
    {"save", PRINT, SAVE},       {"append", PRINT, APPEND},
    {"read", READ, 0},           {"readq", READ, QUOTELESS},
    {"write", WRITE, 0},         {"writeq", WRITE, QUOTELESS},
    {"set", SET, 0},             {"setq", SET, QUOTELESS},
    {"init", INIT, 0},           {"initq", INIT, QUOTELESS},
    {"export", EXPORT, 0},       {"exportq", EXPORT, QUOTELESS},
    {"label", LABEL, 0},         {"goto", GOTO, 0},           {"loop", GOTO, 0},
    {"return", RETURN, 0},       {"returnq", RETURN, QUOTELESS},
    {"exit", EXIT, 0},           {"end", END, 0},             {"stop", STOP, 0},
    {"error", ERROR, 0},         {"errorq", ERROR, QUOTELESS},
};

static struct fs_script *mine(struct fs_element *e) { return (struct fs_script *)e; }

/* ---- what goes wrong ---- */

/* Where it is told: in a handler's answer, or else in the log under the script's name. */
struct report {
    struct fs_script *script;
    struct fs_text *answer;
    unsigned count;
};

static void tell_line(struct report *r, unsigned indent, struct fs_span line)
{
    char buffer[FAILING];
    struct fs_text t = {.at = buffer, .capacity = sizeof buffer};
    struct fs_text *to = r->answer != NULL ? r->answer : &t;
    for (unsigned i = r->answer != NULL ? 1 : 0; i < indent; i++) {
        fs_text_string(to, "  ");
    }
    fs_text_bytes(to, line.at, line.length);
    if (r->answer != NULL) {
        fs_text_char(to, '\n');
    } else {
        fs_log(&r->script->base, buffer, t.length);
    }
}

static void tell(struct report *r, unsigned indent, const char *words_of, size_t length)
{
    const char *end = words_of + length;
    while (words_of < end) {
        const char *line = words_of;
        while (words_of < end && *words_of != '\n') {
            words_of++;
        }
        tell_line(r, indent, (struct fs_span){line, (size_t)(words_of - line)});
        words_of++;
    }
}

/* `calling`: the handler that was called, which says so; NULL: the script itself does. */
static void complain(struct report *r, const char *calling, const char *with, const struct fs_text *what)
{
    char line[FAILING];
    struct fs_text t = {.at = line, .capacity = sizeof line};
    bool driver = r->script->type == FS_SCRIPT_DRIVER && calling != NULL; /* as Click's, which is not within a run */
    if (r->count++ == 0 && r->answer == NULL && !driver) {
        fs_text_format(&t, "While executing '%s :: %s':", r->script->base.name, r->script->base.class->name);
        tell_line(r, 0, fs_span_of(&t));
    }
    if (calling != NULL) {
        t.length = 0;
        fs_text_string(&t, "While calling '");
        fs_handler_name(&r->script->base, calling, &t);
        fs_text_format(&t, "%s%s':", *with != '\0' ? " " : "", with);
        tell_line(r, !driver, fs_span_of(&t));
    }
    tell(r, calling != NULL && !driver ? 2 : 1, what->at, what->length);
}

static void complain_of(struct report *r, const char *format, struct fs_span what)
{
    char line[FAILING];
    struct fs_text t = {.at = line, .capacity = sizeof line};
    fs_text_format(&t, format, (int)what.length, what.at);
    complain(r, NULL, "", &t);
}

/* ---- texts in the making ---- */

struct fs_text *fs_script_take(struct fs_script *s)
{
    if (s->scratch_used == FS_SCRIPT_DEPTH) {
        return NULL;
    }
    struct fs_text *t = &s->scratch[s->scratch_used++];
    t->length = t->missing = 0;
    t->failed = false;
    return t;
}

void fs_script_give(struct fs_script *s) { s->scratch_used--; }

/* With a NUL behind it that its length does not count; false when there is no memory. */
static bool ended(struct fs_text *t)
{
    fs_text_char(t, '\0');
    if (t->missing > 0) {
        return false;
    }
    t->length--;
    return true;
}

static bool same(struct fs_span a, const char *b) { return fs_span_is(a, b); }

struct fs_script_variable *fs_script_variable(struct fs_script *s, struct fs_span name, bool add)
{
    for (struct fs_script_variable *v = s->variables; v != NULL; v = v->next) {
        if (same(name, v->name)) {
            return v;
        }
    }
    struct fs_script_variable *v = add ? fs_alloc(&s->base, sizeof *v) : NULL;
    char *copy = v != NULL ? fs_alloc(&s->base, name.length + 1) : NULL;
    if (copy == NULL) {
        return NULL;
    }
    __builtin_memcpy(copy, name.at, name.length);
    *v = (struct fs_script_variable){.next = s->variables, .name = copy, .value = fs_text_growing(&s->base)};
    s->variables = v;
    return v;
}

static void assign(struct fs_text *to, struct fs_span value)
{
    to->length = to->missing = 0;
    fs_text_bytes(to, value.at, value.length);
}

/* ---- expansion ---- */

/* A handler and its parameters: "name rest". The name is copied out; false when it is too long. */
static bool split_call(struct fs_span call, bool unquote, char name[FS_SCRIPT_NAME], struct fs_text *parameters)
{
    struct fs_span word = fs_span_word(&call);
    if (word.length >= FS_SCRIPT_NAME) {
        return false;
    }
    __builtin_memcpy(name, word.at, word.length);
    name[word.length] = '\0';
    if (unquote) {
        fs_text_unquoted(parameters, call);
    } else {
        fs_text_bytes(parameters, call.at, call.length);
    }
    return ended(parameters);
}

/* Reads the handler; false, and it was told why, when it does not answer. */
static bool read_call(struct fs_script *s, struct fs_span call, bool unquote, bool in_its_name,
                      char name[FS_SCRIPT_NAME], struct fs_text *value, struct report *r)
{
    struct fs_text *parameters = fs_script_take(s);
    if (parameters == NULL || !split_call(call, unquote, name, parameters)) {
        complain_of(r, "'%.*s': too long, or nested too deep", call);
        s->scratch_used -= parameters != NULL;
        return false;
    }
    bool good = fs_handler_read(&s->base, name, parameters->at, value) == 0 && value->missing == 0;
    if (!good) {
        complain(r, in_its_name && value->failed ? name : NULL, parameters->at, value);
        value->length = value->missing = 0;
    }
    fs_script_give(s);
    return good;
}

static int expand(struct fs_script *s, struct fs_span text, bool quote_values, struct fs_text *out, struct report *r);

static struct fs_span parameter(const struct fs_script *s, uint64_t number, uint64_t *count)
{
    struct fs_span rest = fs_span_of(&s->arguments), word = {NULL, 0};
    for (*count = 0; rest.length > 0 && *count < number; ++*count) {
        word = fs_span_word(&rest);
    }
    return *count == number ? word : (struct fs_span){NULL, 0};
}

/* The value of a variable, or of what the script knows by itself. */
static bool variable_value(struct fs_script *s, char kind, struct fs_span name, struct fs_text *value)
{
    struct fs_span fallback = {NULL, 0};
    for (size_t i = 0; kind == '{' && i < name.length; i++) {
        if (name.at[i] == '-') {
            fallback = (struct fs_span){name.at + i + 1, name.length - i - 1};
            name.length = i;
        }
    }
    struct fs_script_variable *v = fs_script_variable(s, name, false);
    int64_t number;
    uint64_t count;
    if (v != NULL) {
        fs_text_bytes(value, v->value.at, v->value.length);
    } else if (same(name, "?")) {
        fs_text_i64(value, s->write_status);
    } else if (same(name, "args")) {
        fs_text_bytes(value, s->arguments.at, s->arguments.length);
    } else if (same(name, "$")) {
        fs_text_i64(value, fs_process(&s->base));
    } else if (same(name, "0")) {
        fs_text_string(value, s->handler);
    } else if (same(name, "#")) {
        parameter(s, UINT64_MAX, &count);
        fs_text_u64(value, count);
    } else if (same(name, "write")) {
        fs_text_boolean(value, s->writing);
    } else if (name.length > 0 && *name.at >= '1' && *name.at <= '9' && fs_integer_parse(name, &number)) {
        struct fs_span word = parameter(s, (uint64_t)number, &count);
        fs_text_bytes(value, word.at, word.length);
    } else if (fallback.at != NULL) {
        fs_text_bytes(value, fallback.at, fallback.length);
    } else {
        return false;
    }
    return true;
}

/* Appends what the reference stands for; `quote`: the quotes that it is in. A name that is unknown stays as it is. */
static void substitute(struct fs_script *s, const char *dollar, const struct fs_reference *f, char quote,
                       bool quote_values, struct fs_text *out, struct report *r)
{
    struct fs_text *value = fs_script_take(s), *name = value != NULL ? fs_script_take(s) : NULL;
    struct fs_span as_written = {dollar, (size_t)(f->end - dollar)};
    if (name == NULL) {
        complain_of(r, "'%.*s' nests too deep", as_written);
        s->scratch_used -= value != NULL;
        return;
    }
    struct fs_span what = f->name;
    char handler[FS_SCRIPT_NAME];
    if (f->nested) {
        expand(s, f->name, false, name, r);
        what = fs_span_of(name);
    }
    bool known = f->kind == '(' ? read_call(s, what, false, false, handler, value, r)
                                : variable_value(s, f->kind, what, value);
    if (!known && f->nested) {
        fs_text_string(out, "$(");
        fs_text_bytes(out, what.at, what.length);
        fs_text_char(out, ')');
    } else if (!known) {
        fs_text_bytes(out, as_written.at, as_written.length);
    } else if (quote == '"') {
        fs_text_escaped(out, fs_span_of(value));
    } else if (quote_values) {
        fs_text_quoted(out, fs_span_of(value));
    } else {
        fs_text_bytes(out, value->at, value->length);
    }
    fs_script_give(s);
    fs_script_give(s);
}

/* Appends the text with what its references stand for. quote_values: a value outside of quotes is put into quotes, so
 * that it stays what it is when the whole is unquoted. Answers the number of problems. */
static int expand(struct fs_script *s, struct fs_span text, bool quote_values, struct fs_text *out, struct report *r)
{
    const char *at = text.at, *end = at + text.length;
    unsigned before = r->count;
    char quote = 0;
    while (at < end) {
        struct fs_reference f;
        if ((*at == '"' || *at == '\'') && (quote == 0 || quote == *at)) {
            quote = quote == 0 ? *at : 0;
        } else if (*at == '\\' && quote == '"' && at + 1 < end) {
            fs_text_char(out, *at++);
        } else if (*at == '$' && quote != '\'' && (f = fs_reference(at, end)).kind != 0) {
            substitute(s, at, &f, quote, quote_values, out, r);
            at = f.end;
            continue;
        }
        fs_text_char(out, *at++);
    }
    return (int)(r->count - before);
}

/* The expanded text, on the stack; NULL, told, when there is no place. */
static struct fs_text *expanded(struct fs_script *s, struct fs_span text, bool quote_values, struct report *r)
{
    struct fs_text *t = fs_script_take(s);
    if (t == NULL) {
        complain_of(r, "'%.*s' nests too deep", text);
        return NULL;
    }
    expand(s, text, quote_values, t, r);
    if (!ended(t)) {
        complain_of(r, "'%.*s' expands to more than there is memory for", text);
    }
    return t;
}

/* ---- instructions ---- */

static bool begins_handler(struct fs_span text)
{
    char c = text.length > 0 ? *text.at : '\0', lower = (char)(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || c == '@' || c == '_';
}

/* `>FILE` or `>>FILE` in front; the file is NULL for standard output. False: it was told why. */
static bool output_of(struct fs_script *s, struct fs_span *text, struct fs_file **file, struct report *r)
{
    *file = NULL;
    if (text->length == 0 || *text->at != '>') {
        return true;
    }
    bool append = text->length > 1 && text->at[1] == '>';
    struct fs_span rest = {text->at + 1 + append, text->length - 1 - append}, name = fs_span_word(&rest);
    *text = rest;
    if (name.length == 0 || same(name, "-")) {
        return true;
    }
    struct fs_text *plain = fs_script_take(s);
    char why[FAILING];
    struct fs_text error = {.at = why, .capacity = sizeof why};
    if (plain != NULL) {
        fs_text_unquoted(plain, name);
        fs_text_char(plain, '\0');
        *file = fs_file_open(&s->base, plain->at, append ? FS_FILE_APPEND : FS_FILE_WRITE, &error);
        fs_script_give(s);
    }
    if (*file == NULL) {
        complain(r, NULL, "", &error);
    }
    return *file != NULL;
}

static void put(struct fs_script *s, struct fs_file *file, const struct fs_text *text)
{
    if (file == NULL) {
        fs_print(&s->base, text->at, text->length);
    } else {
        fs_file_write(&s->base, file, text->at, text->length);
        fs_file_close(&s->base, file);
    }
}

static void do_print(struct fs_script *s, const struct fs_script_instruction *i, struct report *r)
{
    struct fs_span text = i->text;
    struct fs_file *file = NULL;
    struct fs_text *result = fs_script_take(s);
    unsigned before = r->count;
    if (result == NULL) {
        return;
    }
    if (i->flags & (SAVE | APPEND)) { /* save HANDLER [PARAMETERS] [FILE] */
        struct fs_span rest = fs_span_trimmed(i->text), last;
        text = fs_span_word(&rest);
        for (struct fs_span more = rest; (last = fs_span_word(&more)).length > 0; rest = last) {
            text.length = (size_t)(last.at - text.at);
        }
        text = fs_span_trimmed(text);
        struct fs_text *redirected = fs_script_take(s);
        if (redirected == NULL) {
            fs_script_give(s);
            return;
        }
        fs_text_format(redirected, "%s%.*s", i->flags & SAVE ? ">" : ">>", rest.length > 0 ? (int)rest.length : 1,
                       rest.length > 0 ? rest.at : "-");
        struct fs_span to = fs_span_of(redirected);
        bool good = output_of(s, &to, &file, r);
        fs_script_give(s);
        if (!good) {
            fs_script_give(s);
            return;
        }
    } else if (!output_of(s, &text, &file, r)) {
        fs_script_give(s);
        return;
    }
    bool handler = begins_handler(text);
    char name[FS_SCRIPT_NAME];
    struct fs_text *whole = expanded(s, text, !handler, r);
    if (whole != NULL && handler) {
        read_call(s, fs_span_of(whole), (i->flags & QUOTELESS) != 0, true, name, result, r);
    } else if (whole != NULL) {
        fs_text_unquoted(result, fs_span_of(whole));
    }
    if (r->count == before && !(i->flags & NO_NEWLINE)
        && (result->length == 0 || result->at[result->length - 1] != '\n')) {
        fs_text_char(result, '\n');
    }
    put(s, file, result);
    s->scratch_used -= whole != NULL ? 2 : 1;
}

/* The name, a line feed, the value, to the log. */
static void do_read(struct fs_script *s, const struct fs_script_instruction *i, struct report *r)
{
    struct fs_text *call = expanded(s, i->text, false, r), *value = call != NULL ? fs_script_take(s) : NULL;
    if (value != NULL) {
        char name[FS_SCRIPT_NAME];
        if (read_call(s, fs_span_of(call), (i->flags & QUOTELESS) != 0, true, name, value, r)) {
            struct report log = {.script = s};
            char line[FAILING];
            struct fs_text t = {.at = line, .capacity = sizeof line};
            fs_handler_name(&s->base, name, &t);
            fs_text_char(&t, ':');
            tell_line(&log, 0, fs_span_of(&t));
            fs_text_char(value, '\n'); /* an empty value is a line, too */
            tell(&log, 0, value->at, value->length);
        }
        fs_script_give(s);
    }
    s->scratch_used -= call != NULL;
}

static void do_write(struct fs_script *s, const struct fs_script_instruction *i, struct report *r)
{
    struct fs_text *call = expanded(s, i->text, false, r), *value = call != NULL ? fs_script_take(s) : NULL;
    char name[FS_SCRIPT_NAME], why[FAILING];
    struct fs_text error = {.at = why, .capacity = sizeof why};
    if (value != NULL && split_call(fs_span_of(call), (i->flags & QUOTELESS) != 0, name, value)) {
        struct fs_text nowhere = {0};
        bool there = fs_handler_check(&s->base, name, true, &nowhere) == 0;
        int answer = fs_handler_write(&s->base, name, value->at, value->length, &error);
        if (there) {
            s->write_status = answer < 0 ? FAILED : answer;
        }
        if (error.length > 0) {
            complain(r, there ? name : NULL, value->at, &error);
        }
    }
    s->scratch_used -= (call != NULL) + (value != NULL);
}

static void do_set(struct fs_script *s, const struct fs_script_instruction *i, struct report *r)
{
    struct fs_text *value = expanded(s, i->text, false, r);
    if (value == NULL) {
        return;
    }
    struct fs_text *to = &i->variable->value;
    to->length = to->missing = 0;
    if (i->flags & QUOTELESS) {
        fs_text_unquoted(to, fs_span_of(value));
    } else {
        fs_text_bytes(to, value->at, value->length);
    }
    fs_script_give(s);
}

static void forget_waits(struct fs_script *s, int32_t from, int32_t to)
{
    for (int32_t i = from; i < to; i++) {
        s->instructions[i].done = s->instructions[i].code == WAIT_STEP ? 0 : s->instructions[i].done;
    }
}

/* True: the script ends here. */
static bool do_goto(struct fs_script *s, const struct fs_script_instruction *i, int32_t here, struct report *r)
{
    struct fs_text *condition = expanded(s, i->text, false, r);
    bool go = true;
    if (condition == NULL) {
        return false;
    }
    if (condition->length > 0 && !fs_parse_boolean(condition->at, condition->length, &go)) {
        complain_of(r, "bad condition '%.*s'", fs_span_of(condition));
        go = false;
    }
    fs_script_give(s);
    if (!go) {
        return false;
    }
    if (i->target < 0) {
        return true;
    }
    forget_waits(s, i->target, here);
    s->position = i->target;
    return false;
}

static void do_error(struct fs_script *s, const struct fs_script_instruction *i, struct report *r)
{
    struct fs_text *text = expanded(s, i->text, false, r), *plain = text != NULL ? fs_script_take(s) : NULL;
    if (plain != NULL) {
        if (i->flags & QUOTELESS) {
            fs_text_unquoted(plain, fs_span_of(text));
        }
        const struct fs_text *said = i->flags & QUOTELESS ? plain : text;
        if (said->length > 0) {
            complain(r, NULL, "", said);
        }
        fs_script_give(s);
    }
    s->scratch_used -= text != NULL;
}

/* ---- steps ---- */

enum how { BY_HANDLER, BY_DRIVER, BY_TIMER, BY_JUMP };

static bool wait_time(struct fs_script *s, const struct fs_script_instruction *i, struct report *r)
{
    struct fs_text *text = expanded(s, i->text, false, r);
    uint64_t ns = 0;
    bool good = text != NULL && fs_time_parse(fs_span_trimmed(fs_span_of(text)), &ns);
    s->scratch_used -= text != NULL;
    if (good) {
        fs_timer_after(&s->timer, ns);
    } else {
        complain_of(r, "syntax error at '%.*s'", fs_span("wait"));
    }
    return good;
}

/* Runs until it has to wait for a step more than `steps`. Answers the number of jumps so far. */
static int step(struct fs_script *s, int64_t steps, enum how how, int jumps, struct report *r)
{
    steps += s->steps;
    while (steps >= s->steps && s->position < (int32_t)s->instruction_count && jumps < JUMPS_MAX) {
        int32_t here = s->position++; /* before it is done: it may move the position itself */
        struct fs_script_instruction *i = &s->instructions[here];
        bool ends = false;
        switch ((enum code)i->code) {
        case STOP:
            s->steps++;
            s->position--;
            if (how != BY_DRIVER) {
                fs_stop(&s->base);
            }
            return jumps + 1;
        case WAIT_STEP:
            while (s->steps < steps && i->done < i->count) {
                i->done++;
                s->steps++;
            }
            if (s->steps == steps && i->done < i->count) {
                s->position--;
                goto waits;
            }
            break;
        case WAIT_TIME:
            if (s->steps == steps) {
                s->position -= wait_time(s, i, r);
                goto waits;
            }
            s->steps++;
            fs_timer_clear(&s->timer);
            break;
        case INITIAL:
            s->steps += i->count;
            i->count = 0;
            break;
        case PRINT:
            do_print(s, i, r);
            break;
        case READ:
            do_read(s, i, r);
            break;
        case WRITE:
            do_write(s, i, r);
            break;
        case RETURN:
        case SET:
            do_set(s, i, r);
            if (i->code == RETURN && s->position == here + 1) {
                s->position--;
                goto waits;
            }
            break;
        case GOTO:
            ends = do_goto(s, i, here, r);
            break;
        case ERROR:
            do_error(s, i, r);
            ends = true;
            break;
        case EXIT:
        case END:
            ends = true;
            break;
        case INIT:
        case EXPORT:
        case LABEL:
            break;
        }
        if (ends) {
            s->position--;
            return jumps + 1;
        }
        jumps += s->position != here + 1;
    }
waits:
    if (jumps >= JUMPS_MAX) {
        char line[FAILING];
        struct fs_text t = {.at = line, .capacity = sizeof line};
        fs_text_format(&t, "%s :: %s: too many jumps, giving up", s->base.name, s->base.class->name);
        fs_log(&s->base, line, t.length);
        s->position = (int32_t)s->instruction_count;
        fs_timer_clear(&s->timer);
    }
    if (how == BY_DRIVER) {
        fs_run_on(&s->base);
    }
    return jumps + 1;
}

/* How the step ended: -1 with an error, 1 with a stop, 0 otherwise; `value` gets what `return` said. */
static int finish(struct fs_script *s, struct fs_text *value)
{
    int last = -1;
    if (s->position >= 0 && s->position < (int32_t)s->instruction_count) {
        const struct fs_script_instruction *i = &s->instructions[s->position];
        last = i->code == GOTO && i->target < 0 ? -i->target : i->code;
    }
    for (uint32_t i = 0; last == END && i < s->signal_count; i++) {
        fs_interrupt_wait(&s->signals[i]);
    }
    if (value != NULL && last == RETURN) {
        struct fs_script_variable *v = fs_script_variable(s, fs_span("_"), false);
        if (v != NULL) {
            fs_text_bytes(value, v->value.at, v->value.length);
        }
    } else if (value != NULL && last == END && s->type == FS_SCRIPT_PACKET) {
        fs_text_char(value, '0');
    }
    return last == ERROR ? -1 : last == STOP;
}

/* Makes steps, and those that are asked for meanwhile. */
static void take_steps(struct fs_script *s, int64_t steps, enum how how, struct report *r)
{
    int64_t more = steps;
    int jumps = 0;
    s->more = &more;
    while ((steps = more) >= 0) {
        more = -1;
        jumps = step(s, steps, how, jumps, r);
        how = BY_HANDLER;
    }
    s->more = NULL;
}

static int run_by_handler(struct fs_script *s, const char *arguments, size_t length, bool writing, struct fs_text *value,
                          struct fs_text *error)
{
    struct report r = {.script = s, .answer = error};
    s->handler = s->asked[0] != '\0' ? s->asked : "run";
    s->writing = writing;
    s->position = 0;
    forget_waits(s, 0, (int32_t)s->instruction_count);
    assign(&s->arguments, (struct fs_span){arguments, length});
    if (s->more == NULL) {
        take_steps(s, 0, BY_JUMP, &r);
    }
    int answer = finish(s, value);
    s->handler = "";
    s->asked[0] = '\0';
    return answer;
}

void fs_script_run(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    char why[FAILING];
    struct fs_text error = {.at = why, .capacity = sizeof why};
    int answer = run_by_handler(mine(e), parameters, __builtin_strlen(parameters), false, value, &error);
    if (answer < 0 || (error.length > 0 && value->length == 0)) {
        error.length -= error.length > 0;
        fs_text_fail(value, "%.*s", (int)error.length, why);
    }
}

int fs_script_write_run(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return run_by_handler(mine(e), value, length, true, NULL, error) < 0 ? -1 : 0;
}

static int step_by_handler(struct fs_script *s, int64_t steps, enum how how, struct report *r)
{
    if (s->more == NULL) {
        take_steps(s, steps, how, r);
    } else if (how != BY_JUMP) {
        *s->more += steps;
    }
    return finish(s, NULL);
}

int fs_script_write_step(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct report r = {.script = mine(e), .answer = error};
    struct fs_span text = fs_span_trimmed((struct fs_span){value, length});
    int64_t steps = 1;
    if (same(text, "router")) {
        return step_by_handler(mine(e), 1, BY_DRIVER, &r) < 0 ? -1 : 0;
    }
    if (text.length > 0 && !fs_integer_parse(text, &steps)) {
        fs_text_string(error, "syntax error");
        return -1;
    }
    return step_by_handler(mine(e), steps, BY_HANDLER, &r) < 0 ? -1 : 0;
}

/* Where a label is; below 0 for an end; instruction_count: nowhere. */
static int32_t find_label(const struct fs_script *s, struct fs_span label)
{
    for (uint32_t i = 0; i < s->instruction_count; i++) {
        const struct fs_script_instruction *n = &s->instructions[i];
        if (n->code == LABEL && n->text.length == label.length
            && __builtin_memcmp(n->text.at, label.at, label.length) == 0) {
            return (int32_t)i;
        }
    }
    return same(label, "exit")                           ? -EXIT
         : same(label, "end")                            ? -END
         : same(label, "stop")                           ? -STOP
         : same(label, "error")                          ? -ERROR
         : same(label, "begin") || same(label, "loop") ? 0
                                                         : (int32_t)s->instruction_count;
}

int fs_script_write_goto(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct fs_script *s = mine(e);
    struct report r = {.script = s, .answer = error};
    int32_t to = find_label(s, fs_span_trimmed((struct fs_span){value, length}));
    if (to < 0 || to >= (int32_t)s->instruction_count) {
        fs_text_string(error, "jump to nonexistent label");
        return -1;
    }
    forget_waits(s, to, (int32_t)s->instruction_count);
    s->position = to;
    return step_by_handler(s, 0, BY_JUMP, &r) < 0 ? -1 : 0;
}

static bool step_by_driver(struct fs_element *e)
{
    struct report r = {.script = mine(e)};
    return step_by_handler(mine(e), 1, BY_DRIVER, &r) == 0;
}

static void step_by_timer(struct fs_element *e, struct fs_timer *t)
{
    struct report r = {.script = mine(e)};
    (void)t;
    step(mine(e), 1, BY_TIMER, 0, &r);
    finish(mine(e), NULL);
}

static void run_by_signal(struct fs_element *e, struct fs_interrupt *i)
{
    struct report r = {.script = mine(e)};
    (void)i;
    mine(e)->position = 0;
    forget_waits(mine(e), 0, (int32_t)mine(e)->instruction_count);
    step_by_handler(mine(e), 0, BY_JUMP, &r);
}

/* ---- packets ---- */

/* The output that the script says for a packet of this input; -1: none. */
static int64_t output_for(struct fs_script *s, unsigned input)
{
    struct report r = {.script = s};
    struct fs_script_variable *v = fs_script_variable(s, fs_span("input"), true);
    struct fs_text *value = fs_script_take(s);
    int64_t output = -1;
    if (v == NULL || value == NULL) {
        s->scratch_used -= value != NULL;
        return -1;
    }
    v->value.length = 0;
    fs_text_u64(&v->value, input);
    s->position = 0;
    step(s, 0, BY_JUMP, 0, &r);
    finish(s, value);
    fs_integer_parse(fs_span_trimmed(fs_span_of(value)), &output);
    fs_script_give(s);
    return output;
}

static void send(struct fs_script *s, int64_t output, struct fs_packet *p)
{
    /* Output 0 may be a pull output, while other inputs push. */
    if (output >= 0 && output < s->base.output_count && s->base.outputs[output].push) {
        fs_output_push_one(&s->base, (unsigned)output, p);
    } else {
        fs_drop(&s->base, p, FS_DROP_DENIED);
    }
}

void fs_script_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t count = batch->count;
    batch->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        send(mine(e), output_for(mine(e), port), p);
    }
}

void fs_script_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct fs_batch got = {.count = 0};
    (void)port;
    fs_input_pull(e, 0, &got, max < (unsigned)FS_BATCH_MAX ? max : (unsigned)FS_BATCH_MAX);
    for (uint32_t i = 0; i < got.count; i++) {
        int64_t output = output_for(mine(e), 0);
        if (output == 0) {
            fs_batch_add(batch, got.packets[i]);
        } else {
            send(mine(e), output, got.packets[i]);
        }
    }
}

/* ---- set-up ---- */

static bool syntax_error(struct fs_text *error, struct fs_span word)
{
    fs_text_format(error, "%ssyntax error at '%.*s'", error->length > 0 ? "\n" : "", (int)word.length, word.at);
    return false;
}

static struct fs_script_instruction *add(struct fs_script *s, enum code code, unsigned flags, struct fs_span text)
{
    if (s->instruction_count == 0 && code != INITIAL && code != WAIT_STEP && code != WAIT_TIME) {
        add(s, INITIAL, 0, text);
    }
    struct fs_script_instruction *i = &s->instructions[s->instruction_count++];
    *i = (struct fs_script_instruction){.code = (uint8_t)code, .flags = (uint8_t)flags, .text = text};
    return i;
}

static bool add_variable(struct fs_script *s, enum code code, unsigned flags, struct fs_span text, struct fs_span word,
                         struct fs_text *error)
{
    struct fs_span name = code == RETURN ? fs_span("_") : fs_span_word(&text);
    if (name.length == 0 || (code == SET && text.length == 0)) {
        return syntax_error(error, word);
    }
    struct fs_script_instruction *i = add(s, code, flags, text);
    i->variable = fs_script_variable(s, name, true);
    if (i->variable == NULL) {
        fs_text_string(error, "out of memory");
        return false;
    }
    i->variable->exported |= code == EXPORT;
    return true;
}

static bool add_wait(struct fs_script *s, struct fs_span text, struct fs_span word, struct fs_text *error)
{
    int64_t count = 1;
    if (text.length > 0 && (!fs_integer_parse(text, &count) || count < 0 || count > UINT32_MAX)) {
        return syntax_error(error, word);
    }
    add(s, WAIT_STEP, 0, text)->count = (uint32_t)count;
    return true;
}

static bool add_instruction(struct fs_script *s, struct fs_span text, struct fs_text *error)
{
    struct fs_span word = fs_span_word(&text);
    size_t k = 0;
    if (word.length == 0) {
        return true;
    }
    while (k < FS_COUNT(words) && !same(word, words[k].name)) {
        k++;
    }
    if (k == FS_COUNT(words)) {
        return syntax_error(error, word);
    }
    enum code code = (enum code)words[k].code;
    switch (code) {
    case WAIT_STEP:
        return add_wait(s, text, word, error);
    case WAIT_TIME:
        if (text.length == 0 && same(word, "wait")) {
            return add_wait(s, text, word, error);
        }
        add(s, code, 0, text);
        return true;
    case RETURN: case INIT: case EXPORT: case SET:
        return add_variable(s, code, words[k].flags, text, word, error);
    case LABEL: {
        struct fs_span label = fs_span_word(&text);
        if (label.length == 0 || text.length > 0) {
            return syntax_error(error, word);
        }
        add(s, code, 0, label);
        return true;
    }
    case EXIT: case END: case STOP:
        if (text.length > 0) {
            return syntax_error(error, word);
        }
        break;
    case GOTO:
        if (same(word, "loop") && text.length > 0) {
            return syntax_error(error, word);
        }
        break;
    default:
        break;
    }
    add(s, code, words[k].flags, text);
    return true;
}

static bool resolve_labels(struct fs_script *s, struct fs_text *error)
{
    bool all = true;
    for (uint32_t i = 0; i < s->instruction_count; i++) {
        struct fs_script_instruction *n = &s->instructions[i];
        if (n->code != GOTO || n->text.length == 0) {
            continue;
        }
        struct fs_span label = fs_span_word(&n->text);
        n->target = find_label(s, label);
        if (n->target == (int32_t)s->instruction_count) {
            fs_text_format(error, "%sno such label '%.*s'", error->length > 0 ? "\n" : "", (int)label.length, label.at);
            all = false;
        }
    }
    return all;
}

int fs_script_signal(struct fs_span name)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {{"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"ABRT", 6},  {"KILL", 9}, {"USR1", 10},
                   {"USR2", 12}, {"PIPE", 13}, {"ALRM", 14}, {"TERM", 15}, {"TSTP", 20}, {"IO", 29}};
    int64_t number;
    for (size_t i = 0; i < FS_COUNT(signals); i++) {
        if (same(name, signals[i].name)) {
            return signals[i].number;
        }
    }
    return fs_integer_parse(name, &number) && number > 0 && number < 32 ? (int)number : 0;
}

static int set_type(struct fs_script *s, struct fs_span text, enum fs_script_type type, struct fs_text *error)
{
    static const char *const names[] = {"ACTIVE", "DRIVER", "SIGNAL", "PASSIVE", "PROXY", "PACKET", "PUSH"};
    struct fs_span word = fs_span_word(&text);
    unsigned k = 0;
    bool ports = s->base.input_count > 0 || s->base.output_count > 0;
    s->type = word.length == 0 && type == FS_SCRIPT_ACTIVE && ports ? FS_SCRIPT_PACKET : type;
    while (word.length > 0 && k < FS_COUNT(names) && !same(word, names[k])) {
        k++;
    }
    if (word.length > 0) {
        s->type = k > FS_SCRIPT_PACKET ? FS_SCRIPT_PACKET : (enum fs_script_type)k;
    }
    if (k == FS_COUNT(names) || (text.length > 0 && s->type != FS_SCRIPT_SIGNAL)) {
        fs_text_string(error, "bad TYPE");
        return -1;
    }
    while (s->type == FS_SCRIPT_SIGNAL && text.length > 0 && s->signal_count < (uint32_t)FS_SCRIPT_SIGNALS) {
        int number = fs_script_signal(fs_span_word(&text));
        if (number == 0) {
            s->signal_count = 0;
            break;
        }
        s->signals[s->signal_count++] =
            (struct fs_interrupt){.call = run_by_signal, .element = &s->base, .number = number};
    }
    if (s->type == FS_SCRIPT_SIGNAL && s->signal_count == 0) {
        fs_text_string(error, "bad signal number");
        return -1;
    }
    s->driver.step = step_by_driver;
    if (s->type == FS_SCRIPT_DRIVER && fs_drive(&s->base, &s->driver) != 0) {
        fs_text_string(error, "router has more than one driver script");
        return -1;
    }
    if (s->type == FS_SCRIPT_PACKET ? s->base.input_count == 0 : ports) {
        fs_text_string(error, ports ? "ports allowed only on PACKET scripts" : "PACKET script must have inputs");
        return -1;
    }
    return 0;
}

/* The next of the table's texts (docs/contracts.md, `texts`); false behind the last, or where the table lies. */
static bool next_text(struct fs_bytes table, size_t *at, struct fs_span *text)
{
    uint32_t length;
    if (table.length < *at + sizeof length) {
        return false;
    }
    __builtin_memcpy(&length, table.at + *at, sizeof length);
    if (length >= table.length - *at - sizeof length) {
        return false;
    }
    *text = (struct fs_span){(const char *)table.at + *at + sizeof length, length};
    *at += sizeof length + length + 1;
    return true;
}

int fs_script_configure(struct fs_element *e, enum fs_script_type type, struct fs_text *error)
{
    struct fs_script *s = mine(e);
    struct fs_bytes table = fs_args_bytes(e->args, 0);
    struct fs_span text;
    size_t count = 0;
    bool good = true;
    if (set_type(s, fs_span(fs_args_text(e->args, 1, "")), type, error) != 0) {
        return -1;
    }
    for (size_t at = 8; next_text(table, &at, &text);) {
        count++;
    }
    s->instructions = fs_alloc(e, (count + 3) * sizeof *s->instructions);
    if (s->instructions == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    s->handler = "";
    s->arguments = fs_text_growing(e);
    for (unsigned i = 0; i < FS_COUNT(s->scratch); i++) {
        s->scratch[i] = fs_text_growing(e);
    }
    for (size_t at = 8; next_text(table, &at, &text);) {
        good &= add_instruction(s, fs_span_trimmed(text), error);
    }
    good &= resolve_labels(s, error);
    if (s->instruction_count == 0 && s->type == FS_SCRIPT_DRIVER) {
        add(s, WAIT_STEP, 0, text)->count = 1;
    }
    add(s, s->type == FS_SCRIPT_DRIVER ? STOP : END, 0, (struct fs_span){"", 0});
    return good ? 0 : -1;
}

int fs_script_initialize(struct fs_element *e, struct fs_text *error)
{
    struct fs_script *s = mine(e);
    struct report r = {.script = s};
    (void)error;
    fs_timer_init(e, &s->timer, step_by_timer);
    for (uint32_t i = 0; i < s->instruction_count; i++) {
        if (s->instructions[i].code == INIT || s->instructions[i].code == EXPORT) {
            do_set(s, &s->instructions[i], &r);
        }
    }
    for (uint32_t i = 0; i < s->signal_count; i++) {
        fs_interrupt_wait(&s->signals[i]);
    }
    if (s->type > FS_SCRIPT_DRIVER) {
        return 0;
    }
    struct fs_script_instruction *first = &s->instructions[0];
    if (first->code == WAIT_TIME) {
        wait_time(s, first, &r);
    } else if (first->code == INITIAL) {
        first->count = 1;
        if (s->type == FS_SCRIPT_DRIVER) {
            fs_stop(e); /* so that its first step comes at once */
        } else {
            fs_timer_after(&s->timer, 0);
        }
    }
    return 0;
}

/* ---- handlers whose names the script decides ---- */

static void read_exported(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    struct fs_script_variable *v = fs_script_variable(mine(e), fs_span(mine(e)->asked), false);
    (void)parameters;
    mine(e)->asked[0] = '\0';
    if (v != NULL) {
        fs_text_bytes(value, v->value.at, v->value.length);
    }
}

const struct fs_handler *fs_script_handler(struct fs_element *e, const char *name, size_t length)
{
    static const struct fs_handler exported = {"", read_exported, NULL, 0, NULL, ""};
    static const struct fs_handler proxy = {"", fs_script_run, fs_script_write_run, FS_HANDLER_PARAMETER, NULL, ""};
    struct fs_script *s = mine(e);
    struct fs_script_variable *v = fs_script_variable(s, (struct fs_span){name, length}, false);
    if (length >= sizeof s->asked || (s->type != FS_SCRIPT_PROXY && (v == NULL || !v->exported))) {
        return NULL;
    }
    __builtin_memcpy(s->asked, name, length);
    s->asked[length] = '\0';
    return v != NULL && v->exported ? &exported : &proxy;
}

const struct fs_arg fs_script_args[2] = {
    {"INSTRUCTION", "texts", FS_REST, 0, 0, "", "The instructions, in order."},
    {"TYPE", "string", FS_KEYWORD, 0, 0, "ACTIVE",
     "ACTIVE, PASSIVE, PACKET, DRIVER, PROXY, or SIGNAL with names or numbers of signals. PACKET where there are ports."},
};
