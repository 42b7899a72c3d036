/* load.c: from an image segment (docs/contracts.md 3) or a bare blob to a router. */
#include "blob.h"
#include "cursor.h"
#include "json.h"

enum { SEGMENT_HEADER = 64, DIGEST = 32, DEVICES = 256, NAMES = 8 };

/* What the segment holds, or the blob alone. */
struct image {
    struct fs_bytes blob, manifest, digest;
};

static bool part(const uint8_t *at, uint32_t length, unsigned field, struct fs_bytes *out)
{
    uint32_t offset = fs_le32(at + field), size = fs_le32(at + field + 4);
    *out = (struct fs_bytes){at + offset, size};
    return fs_within(offset, size, 1, length);
}

static int read_image(struct fs_bytes bytes, struct image *image, struct fs_text *error)
{
    const uint8_t *at = bytes.at;
    *image = (struct image){.blob = bytes};
    if (bytes.length < SEGMENT_HEADER || memcmp(at, "FSIMAGE1", 8) != 0) {
        return 0;
    }
    uint32_t length = fs_le32(at + 8), digest = fs_le32(at + 36);
    if (length < SEGMENT_HEADER + DIGEST || length > bytes.length || digest != length - DIGEST
        || !part(at, digest, 12, &image->blob) || !part(at, digest, 28, &image->manifest)) {
        fs_text_string(error, "image segment: a part of it lies outside\n");
        return -1;
    }
    image->digest = (struct fs_bytes){at + digest, DIGEST};
    return 0;
}

static bool add_alias(struct fs_router *r, struct fs_json value, uint32_t device)
{
    size_t length;
    const char *name = fs_json_string(value, &length);
    if (name != NULL && r->alias_count < DEVICES) {
        r->aliases[r->alias_count] = (struct fs_alias){fs_arena_text(&r->arena, name, length), device};
        r->alias_count += r->aliases[r->alias_count].name != NULL;
    }
    return name != NULL;
}

/* "devices": [{"click": "eth0" or ["eth0", ...], ...}, ...]: device i of the machine answers to these names. */
static void read_device_names(struct fs_router *r)
{
    struct fs_json manifest = fs_json_text((const char *)r->manifest.at, r->manifest.length);
    struct fs_json devices = fs_json_member(manifest, "devices");
    for (uint32_t i = 0; i < DEVICES; i++) {
        struct fs_json device = fs_json_item(devices, i);
        if (device.at == NULL) {
            return;
        }
        if (r->aliases == NULL) {
            r->aliases = fs_arena_alloc(&r->arena, DEVICES * sizeof(struct fs_alias));
            if (r->aliases == NULL) {
                return; /* indices still work */
            }
        }
        struct fs_json names = fs_json_member(device, "click");
        if (!add_alias(r, names, i)) {
            for (unsigned k = 0; k < NAMES && add_alias(r, fs_json_item(names, k), i); k++) {
            }
        }
    }
}

static int fill(struct fs_router *r, const struct image *image, struct fs_text *error)
{
    struct fs_blueprint blueprint;
    struct fs_text digest = fs_text_in(r->digest, sizeof(r->digest) - 1);
    fs_text_hex(&digest, image->digest.at, image->digest.length);
    r->manifest = image->manifest;
    read_device_names(r);
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
