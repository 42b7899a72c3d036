/* args.h: an element's typed arguments, as declared in its descriptor and lowered by the compiler.
 *
 * An element declares each argument once, with a type (docs/contracts.md lists the types and their bytes). The
 * compiler parses the text, checks range and form, and stores bytes; the loader has checked that their size is what
 * the type says before configure() sees them. So configure() reads values and checks only what the type cannot say.
 */
#ifndef FLOWSTREAM_ARGS_H
#define FLOWSTREAM_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text for people, declared in a descriptor. The build that prints descriptors holds it; a machine, which nobody can
 * ask for it, keeps none (FS_WITHOUT_DOCS): at most its first byte, cut off by the compiler. */
#ifdef FS_WITHOUT_DOCS
#define FS_DOC(name) char name[1]
#else
#define FS_DOC(name) const char *name
#endif

enum fs_arg_kind {
    FS_POSITIONAL, /* mandatory, in order; may also be given by its keyword */
    FS_OPTIONAL,   /* positional, may be left out from the end; may also be given by its keyword */
    FS_KEYWORD,    /* by keyword only */
    FS_REST,       /* all positional arguments from here on, lowered together as one value */
};

/* One argument's declaration. minimum and maximum are for integers, both 0 when the type's own range holds. */
struct fs_arg {
    const char *name;
    const char *type;
    enum fs_arg_kind kind;
    int64_t minimum, maximum;
    const char *fallback; /* text of the default, for the documentation; NULL when mandatory */
    FS_DOC(doc);
};

struct fs_args; /* one element's arguments */
struct fs_bytes {
    const uint8_t *at;
    size_t length;
};

/* `index` is the argument's place in the descriptor's list. */
bool fs_args_given(const struct fs_args *a, unsigned index);
int64_t fs_args_integer(const struct fs_args *a, unsigned index, int64_t fallback);
bool fs_args_boolean(const struct fs_args *a, unsigned index, bool fallback);
/* A NUL-terminated text that lives as long as the router. */
const char *fs_args_text(const struct fs_args *a, unsigned index, const char *fallback);
/* The raw bytes of any type; {NULL, 0} when not given. 8-byte aligned; live as long as the router. */
struct fs_bytes fs_args_bytes(const struct fs_args *a, unsigned index);
/* The element's whole argument text, as its `config` handler shows it. */
const char *fs_args_config(const struct fs_args *a);

#endif
