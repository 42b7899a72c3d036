/* PokeHandlers: writes handlers at times. */
#include <flowstream/element.h>

#include "net/config_text.h"
#include "net/decimal.h"

enum { NAME = 256 };
enum what { WRITE, QUIT, LOOP };

struct step {
    enum what what;
    uint64_t wait;
    struct fs_span handler, value;
};

struct poke {
    struct fs_element base;
    struct fs_timer timer;
    struct step *steps;
    uint32_t count, at;
};

static struct poke *mine(struct fs_element *e) { return (struct poke *)e; }

static void write(struct poke *p, const struct step *s)
{
    char name[NAME], why[300], line[400];
    struct fs_text error = {.at = why, .capacity = sizeof why}, t = {.at = line, .capacity = sizeof line};
    if (s->handler.length >= sizeof name) {
        return;
    }
    __builtin_memcpy(name, s->handler.at, s->handler.length);
    name[s->handler.length] = '\0';
    if (fs_handler_write(&p->base, name, s->value.at, s->value.length, &error) != 0) {
        fs_text_format(&t, "%s: %.*s", p->base.name, (int)error.length, why);
        fs_log(&p->base, line, t.length);
    }
}

static void fire(struct fs_element *e, struct fs_timer *t)
{
    struct poke *p = mine(e);
    do {
        const struct step *s = &p->steps[p->at++];
        if (s->what == QUIT) {
            fs_stop(e);
            break;
        }
        if (s->what == LOOP) {
            p->at = 0;
            break;
        }
        write(p, s);
    } while (p->at < p->count && p->steps[p->at].wait == 0);
    if (p->at < p->count) {
        uint64_t wait = p->steps[p->at].wait;
        fs_timer_after(t, wait > 0 ? wait : 1); /* a loop without a wait must not keep all else from running */
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct poke *p = mine(e);
    struct fs_bytes table = fs_args_bytes(e->args, 0);
    uint32_t items = 0, length;
    uint64_t wait = 0, gap;
    if (table.length >= 8) {
        __builtin_memcpy(&items, table.at + 4, 4);
    }
    items = items > table.length ? (uint32_t)table.length : items;
    p->steps = fs_alloc(e, (items + 1) * sizeof *p->steps);
    if (p->steps == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    for (size_t at = 8, i = 0; i < items && at + 4 <= table.length; i++, at += 4 + length + 1) {
        __builtin_memcpy(&length, table.at + at, 4);
        if (length >= table.length - at - 4) {
            break;
        }
        struct fs_span rest = {(const char *)table.at + at + 4, length}, first = fs_span_word(&rest);
        struct step s = {WRITE, wait, first, rest};
        if (first.length == 0) {
            continue;
        }
        if (rest.length == 0 && fs_time_parse(first, &gap)) {
            wait += gap;
            continue;
        }
        s.what = rest.length > 0 ? WRITE : fs_span_is(first, "quit") || fs_span_is(first, "stop") ? QUIT : fs_span_is(first, "loop") ? LOOP : WRITE;
        p->steps[p->count++] = s;
        wait = 0;
        if (s.what != WRITE) {
            break;
        }
    }
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct poke *p = mine(e);
    (void)error;
    fs_timer_init(e, &p->timer, fire);
    if (p->count > 0) {
        fs_timer_after(&p->timer, p->steps[0].wait + 1000000);
    }
    return 0;
}

static const struct fs_arg args[] = {
    {"DIRECTIVE", "texts", FS_REST, 0, 0, "", "`HANDLER [VALUE]`, a time to wait, `quit` or `loop`."},
};

FS_ELEMENT(PokeHandlers) = {
    .name = "PokeHandlers",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "writes handlers at times",
    .doc = "Script can do more.\n\n    PokeHandlers(1, c.reset, 2s, loop)\n",
    .size = sizeof(struct poke),
    .configure = configure,
    .initialize = initialize,
};
