/* match_text.h: a match program as text, for people. */
#ifndef NET_MATCH_TEXT_H
#define NET_MATCH_TEXT_H

#include "net/match.h"

/* A line a step in Click's form (`STEP PLACE/VALUE%MASK yes->WHERE no->WHERE`), where WHERE is a step or an output, X for
 * dropped. The network header begins at 256, the transport header at 512, computed fields at 768. */
void fs_text_match(struct fs_text *t, const struct fs_match *m);

#endif
