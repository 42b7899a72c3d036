/* match_element.h: the inside of the elements that decide by a match program (IPFilter, IP6Filter, IPClassifier,
 * Classifier): the program of their one argument, and another one in its place, written to `config`.
 *
 * What is written to `config` is compiled by who writes it (FS_HANDLER_COMPILED): "FSCV", the text's length as u32, the
 * text, zeros up to a multiple of 8, and the argument's table, all little-endian (docs/contracts.md, section 4).
 */
#ifndef NET_MATCH_ELEMENT_H
#define NET_MATCH_ELEMENT_H

#include "net/match.h"

struct fs_match_element {
    struct fs_element base;
    struct fs_match match;
    const char *text;   /* that was written to `config`; NULL: none was */
    bool drops_by_rule;
};

void fs_match_element_push(struct fs_element *e, unsigned port, struct fs_batch *batch);
/* Takes the program from argument 0. Answers like configure(). */
int fs_match_element_configure(struct fs_element *e, bool drops_by_rule, struct fs_text *error);
void fs_match_element_read_config(struct fs_element *e, const char *parameters, struct fs_text *value);
void fs_match_element_read_program(struct fs_element *e, const char *parameters, struct fs_text *value);
int fs_match_element_write_config(struct fs_element *e, const char *value, size_t length, struct fs_text *error);

/* The handlers of a class whose argument is of `argument_type`. */
#define FS_MATCH_HANDLERS(argument_type) \
    {"config", fs_match_element_read_config, fs_match_element_write_config, FS_HANDLER_CALM | FS_HANDLER_COMPILED, \
     argument_type, "The arguments; what is written takes their place between two packets, or is refused as a whole."}, \
    {"program", fs_match_element_read_program, NULL, 0, NULL, "The tests that are made: places, values and masks of words."}

#endif
