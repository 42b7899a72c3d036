#include "swap.h"

#include "cursor.h"
#include "engine/internal.h"
#include "sha256.h"

enum { SEGMENT_HEADER = 64, LENGTH_AT = 8 };

/* The image's own digest is of its whole file, which is not here; so the message brings one of what is. */
static const char *examine(const struct fs_swap_message *m)
{
    const uint8_t *bytes = m->memory;
    if (m->length < FS_SHA256 + SEGMENT_HEADER || memcmp(bytes + FS_SHA256, "FSIMAGE1", LENGTH_AT) != 0
        || fs_le32(bytes + FS_SHA256 + LENGTH_AT) != m->length - FS_SHA256) {
        return "not a SHA-256 and an image segment";
    }
    uint8_t digest[FS_SHA256];
    fs_sha256(bytes + FS_SHA256, m->length - FS_SHA256, digest);
    return memcmp(digest, bytes, FS_SHA256) == 0 ? NULL : "the segment is not what its SHA-256 says";
}

static struct fs_router *start(const struct fs_platform *p, struct fs_swap_message *m, struct fs_text *error)
{
    struct fs_router *r = fs_router_load(p, (uint8_t *)m->memory + FS_SHA256, m->length - FS_SHA256, error);
    if (r != NULL && fs_router_start(r, error) != 0) {
        fs_router_unload(r);
        r = NULL;
    }
    return r;
}

int fs_swap(struct fs_router *older, struct fs_swap_message *message, enum fs_swap_kind kind, struct fs_text *error)
{
    const struct fs_platform *p = older->platform;
    const char *wrong = p->install == NULL ? "this program takes no other configuration" : examine(message);
    if (wrong != NULL) {
        fs_text_format(error, "%s\n", wrong);
        return -1;
    }
    struct fs_router *newer = start(p, message, error);
    if (newer == NULL) {
        return -1;
    }
    newer->image = message->memory;
    newer->image_size = message->size;
    message->memory = NULL;
    if (kind == FS_SWAP_KEEP) {
        fs_router_take_state(newer, older);
    }
    p->install(p->context, newer);
    fs_router_unload(older);
    const char *left = kind == FS_SWAP_SCRUB ? p->scrub(p->context) : NULL;
    if (left != NULL) {
        fs_text_format(error, "%s\n", left);
    }
    return left == NULL ? 0 : -1;
}
