/* load.c: from an image segment (docs/contracts.md 3) or a bare blob to a router. */
#include "blob.h"
#include "cursor.h"

enum { SEGMENT_HEADER = 64, DIGEST = 32 };

/* What the segment holds, or the blob alone. */
struct image {
    struct fs_bytes blob, manifest, digest;
};

static bool part(const uint8_t *at, uint32_t length, unsigned field, struct fs_bytes *out)
{
    uint32_t offset = fs_le32(at + field), size = fs_le32(at + field + 4);
    *out = (struct fs_bytes){at + offset, size};
    return (uint64_t)offset + size <= length;
}

static int read_image(struct fs_bytes bytes, struct image *image, struct fs_text *error)
{
    const uint8_t *at = bytes.at;
    *image = (struct image){.blob = bytes};
    if (bytes.length < SEGMENT_HEADER || memcmp(at, "FSIMAGE1", 8) != 0) { /* a blob alone */
        return 0;
    }
    uint32_t length = fs_le32(at + 8), digest = fs_le32(at + 36);
    if ((length < SEGMENT_HEADER + DIGEST) | (length > bytes.length) | (digest != length - DIGEST)
        | !part(at, digest, 12, &image->blob) | !part(at, digest, 28, &image->manifest)) {
        fs_text_string(error, "image segment: a part of it lies outside\n");
        return -1;
    }
    image->digest = (struct fs_bytes){at + digest, DIGEST};
    return 0;
}

static int fill(struct fs_router *r, const struct image *image, struct fs_text *error)
{
    struct fs_blueprint blueprint;
    for (size_t i = 0; i < 2 * image->digest.length; i++) { /* "" of a bare blob */
        r->digest[i] = "0123456789abcdef"[image->digest.at[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
    }
    r->manifest = image->manifest;
    if (fs_blob_read(r, image->blob.at, image->blob.length, &blueprint, error) != 0) {
        return -1;
    }
    return fs_router_build(r, &blueprint, error);
}

struct fs_router *fs_router_load(const struct fs_platform *platform, const void *image, size_t length,
                                 struct fs_text *error)
{
    struct image parts;
    if (read_image((struct fs_bytes){image, length}, &parts, error) != 0) {
        return NULL;
    }
    struct fs_router *r = fs_router_new(platform);
    if (r == NULL) {
        fs_text_string(error, "out of memory\n");
        return NULL;
    }
    if (fill(r, &parts, error) != 0) {
        fs_router_unload(r);
        return NULL;
    }
    return r;
}
