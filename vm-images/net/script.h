/* script.h: the interpreter of Click's scripts: what Script and DriverManager share. */
#ifndef NET_SCRIPT_H
#define NET_SCRIPT_H

#include <flowstream/element.h>

#include "net/config_text.h"

enum fs_script_type {
    FS_SCRIPT_ACTIVE, FS_SCRIPT_DRIVER, FS_SCRIPT_SIGNAL, FS_SCRIPT_PASSIVE, FS_SCRIPT_PROXY, FS_SCRIPT_PACKET,
};

/* Texts in the making: a stack, since expressions nest. */
enum { FS_SCRIPT_DEPTH = 32, FS_SCRIPT_SIGNALS = 8, FS_SCRIPT_NAME = 256 };

struct fs_script_variable {
    struct fs_script_variable *next;
    const char *name;
    struct fs_text value;
    bool exported;
};

struct fs_script_instruction;

struct fs_script {
    struct fs_element base;
    enum fs_script_type type;
    struct fs_script_instruction *instructions;
    uint32_t instruction_count, label_count;
    struct fs_script_variable *variables;
    struct fs_text arguments; /* of `run` */
    struct fs_timer timer;
    struct fs_driver driver;
    struct fs_interrupt signals[FS_SCRIPT_SIGNALS];
    uint32_t signal_count;
    int32_t position;
    int64_t steps;        /* taken so far */
    int64_t *more;        /* steps that were asked for while a step is being taken; NULL: none is */
    int32_t write_status; /* `$?` */
    bool writing;         /* `$write` */
    const char *handler;  /* `$0` */
    char asked[FS_SCRIPT_NAME]; /* the name that a handler was asked for by: of a proxy, or of an exported variable */
    struct fs_text scratch[FS_SCRIPT_DEPTH];
    uint32_t scratch_used;
};

/* ---- members of the descriptors ---- */
int fs_script_configure(struct fs_element *e, enum fs_script_type type, struct fs_text *error);
int fs_script_initialize(struct fs_element *e, struct fs_text *error);
void fs_script_push(struct fs_element *e, unsigned port, struct fs_batch *batch);
void fs_script_pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max);
const struct fs_handler *fs_script_handler(struct fs_element *e, const char *name, size_t length);
extern const struct fs_arg fs_script_args[2]; /* INSTRUCTION..., TYPE */
enum { FS_SCRIPT_HANDLERS = 45 };
extern const struct fs_handler fs_script_handlers[FS_SCRIPT_HANDLERS];

/* ---- between script.c and script_functions.c ---- */
struct fs_script_variable *fs_script_variable(struct fs_script *s, struct fs_span name, bool add);
/* A text of the stack, empty; NULL when expressions nest too deep. Given back in reverse order. */
struct fs_text *fs_script_take(struct fs_script *s);
void fs_script_give(struct fs_script *s);
void fs_script_run(struct fs_element *e, const char *parameters, struct fs_text *value);
int fs_script_write_run(struct fs_element *e, const char *value, size_t length, struct fs_text *error);
int fs_script_write_step(struct fs_element *e, const char *value, size_t length, struct fs_text *error);
int fs_script_write_goto(struct fs_element *e, const char *value, size_t length, struct fs_text *error);
/* The number of a signal by its name; 0: unknown. */
int fs_script_signal(struct fs_span name);

#endif
