#include "absent.h"
#include "describe.h"

#include <inttypes.h>
#include <stdbool.h>

#include "../../engine/router.h"

static void json_text(FILE *out, const char *text)
{
    if (text == NULL) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            fprintf(out, "\\%c", *text);
        } else if (*text == '\n') {
            fputs("\\n", out);
        } else if ((unsigned char)*text < ' ') {
            fprintf(out, "\\u%04x", (unsigned char)*text);
        } else {
            fputc(*text, out);
        }
    }
    fputc('"', out);
}

static void member(FILE *out, const char *name, const char *text, bool last)
{
    fprintf(out, "\"%s\":", name);
    json_text(out, text);
    if (!last) {
        fputc(',', out);
    }
}

static void describe_arg(FILE *out, const struct fs_arg *a)
{
    static const char *const kinds[] = {"positional", "optional", "keyword", "rest"};
    fputc('{', out);
    member(out, "name", a->name, false);
    member(out, "type", a->type, false);
    member(out, "kind", kinds[a->kind], false);
    if (a->minimum != 0 || a->maximum != 0) {
        fprintf(out, "\"minimum\":%" PRId64 ",\"maximum\":%" PRId64 ",", a->minimum, a->maximum);
    } else {
        fputs("\"minimum\":null,\"maximum\":null,", out);
    }
    member(out, "default", a->fallback, false);
    member(out, "doc", a->doc, true);
    fputc('}', out);
}

static void describe_handler(FILE *out, const struct fs_handler *h)
{
    static const struct {
        unsigned flag;
        const char *word;
    } flags[] = {{FS_HANDLER_CALM, "calm"},         {FS_HANDLER_BUTTON, "button"},
                 {FS_HANDLER_CHECKBOX, "checkbox"}, {FS_HANDLER_RAW, "raw"},
                 {FS_HANDLER_PARAMETER, "parameter"}, {FS_HANDLER_EXPENSIVE, "expensive"},
                 {FS_HANDLER_COMPILED, "compiled"},   {FS_HANDLER_DIFFERS, "differs"}};
    fputc('{', out);
    member(out, "name", h->name, false);
    fprintf(out, "\"read\":%s,\"write\":%s,\"flags\":[", h->read != NULL ? "true" : "false",
            h->write != NULL ? "true" : "false");
    const char *parted = "";
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (h->flags & flags[i].flag) {
            fprintf(out, "%s\"%s\"", parted, flags[i].word);
            parted = ",";
        }
    }
    fputs("],", out);
    member(out, "type", h->type, false);
    member(out, "doc", h->doc, true);
    fputc('}', out);
}

/* "elements/basic/Counter.c" gives "basic". */
static void group(FILE *out, const char *file)
{
    const char *begin = file, *end = file;
    for (const char *at = file; *at != '\0'; at++) {
        if (*at == '/') {
            begin = *end == '/' ? end + 1 : file;
            end = at;
        }
    }
    fprintf(out, "\"group\":\"%.*s\",", (int)(end - begin), begin);
}

static void describe_class(FILE *out, const struct fs_class *c, const char *file)
{
    fputc('{', out);
    member(out, "name", c->name, false);
    member(out, "ports", c->ports, false);
    member(out, "processing", c->processing, false);
    member(out, "flow", c->flow, false);
    fputs("\"args\":[", out);
    for (uint32_t i = 0; i < c->arg_count; i++) {
        fputs(i > 0 ? "," : "", out);
        describe_arg(out, &c->args[i]);
    }
    fputs("],\"handlers\":[", out);
    for (uint32_t i = 0; i < c->handler_count; i++) {
        fputs(i > 0 ? "," : "", out);
        describe_handler(out, &c->handlers[i]);
    }
    fputs("],", out);
    member(out, "effects", c->effects, false);
    member(out, "summary", c->summary, false);
    member(out, "doc", c->doc != NULL ? c->doc : "", false);
    group(out, file);
    member(out, "file", file, true);
    fputc('}', out);
}

void fs_describe_classes(FILE *out)
{
    fputc('{', out);
    member(out, "runtime", FS_RUNTIME_VERSION, false);
    fputs("\"drop_reasons\":[", out);
    for (unsigned i = 0; i < (unsigned)FS_DROP_REASON_COUNT; i++) {
        fputs(i > 0 ? ",{" : "{", out);
        member(out, "word", fs_drop_word((enum fs_drop_reason)i), false);
        member(out, "doc", fs_drop_sentence((enum fs_drop_reason)i), true);
        fputc('}', out);
    }
    fputs("],\n\"classes\":[", out);
    for (const struct fs_class *c = fs_class_after(NULL); c != NULL; c = fs_class_after(c)) {
        fputs(c != fs_class_after(NULL) ? ",\n" : "\n", out);
        describe_class(out, c, fs_class_file(c));
    }
    fputs("],\n\"absent\":[", out);
    for (uint32_t i = 0; i < fs_absent_class_count; i++) {
        fputs(i > 0 ? ",{" : "{", out);
        member(out, "name", fs_absent_classes[i].name, false);
        member(out, "hint", fs_absent_classes[i].hint, true);
        fputc('}', out);
    }
    fputs("]}\n", out);
}
