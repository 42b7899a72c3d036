#include "testing_blob.h"

#include <string.h>

#include "crc32c.h"
#include "sha256.h"

static void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)v;
    at[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *at, uint32_t v)
{
    put16(at, v);
    put16(at + 2, v >> 16);
}

static uint32_t heap(struct fs_test_blob *b, const void *bytes, uint32_t size)
{
    uint32_t offset = b->heap_length;
    if (size > 0) {
        memcpy(b->heap + offset, bytes, size);
    }
    b->heap[offset + size] = 0;
    b->heap_length = (offset + size + 1 + 7) & ~7u;
    return offset;
}

static void put_text(struct fs_test_blob *b, uint8_t *ref, const char *text)
{
    put32(ref, heap(b, text, (uint32_t)strlen(text)));
    put32(ref + 4, (uint32_t)strlen(text));
}

void fs_test_blob_begin(struct fs_test_blob *b) { memset(b, 0, sizeof(*b)); }

void fs_test_blob_element(struct fs_test_blob *b, const char *name, const char *class_name, const char *config,
                          const char *file, uint32_t line, unsigned inputs, unsigned outputs)
{
    uint8_t *e = b->elements + 56 * b->element_count++;
    put_text(b, e, name);
    put_text(b, e + 8, class_name);
    put_text(b, e + 16, config);
    put_text(b, e + 24, file);
    put32(e + 32, line);
    put32(e + 36, b->argument_count);
    put16(e + 44, inputs);
    put16(e + 46, outputs);
}

void fs_test_blob_argument(struct fs_test_blob *b, unsigned index, unsigned encoding, uint32_t items, const void *value,
                           uint32_t size)
{
    uint8_t *a = b->arguments + 16 * b->argument_count++;
    uint8_t *e = b->elements + 56 * (b->element_count - 1);
    put16(a, index);
    a[2] = (uint8_t)encoding;
    put32(a + 4, items);
    put32(a + 8, heap(b, value, size));
    put32(a + 12, size);
    e[40]++;
}

void fs_test_blob_connect(struct fs_test_blob *b, uint32_t from, unsigned from_port, uint32_t to, unsigned to_port)
{
    uint8_t *c = b->connections + 12 * b->connection_count++;
    put32(c, from);
    put32(c + 4, to);
    put16(c + 8, from_port);
    put16(c + 10, to_port);
}

static void put_section(struct fs_test_blob *b, unsigned field, const void *records, uint32_t count, uint32_t size)
{
    b->length = (b->length + 7) & ~7u;
    memcpy(b->bytes + b->length, records, count * size);
    if (field == 44) { /* the heap's fields are the other way round */
        put32(b->bytes + 44, b->length);
        put32(b->bytes + 48, count);
    } else {
        put32(b->bytes + field, count);
        put32(b->bytes + field + 4, b->length);
    }
    b->length += count * size;
}

void fs_test_blob_seal(uint8_t *blob, uint32_t length)
{
    memset(blob + 16, 0, 4);
    put32(blob + 16, fs_crc32c(0, blob, length));
}

void fs_test_blob_end(struct fs_test_blob *b)
{
    memcpy(b->bytes, "FSBLOB\r\n", 8);
    put32(b->bytes + 8, 1);
    b->length = 64;
    put_section(b, 20, b->elements, b->element_count, 56);
    put_section(b, 28, b->connections, b->connection_count, 12);
    put_section(b, 36, b->arguments, b->argument_count, 16);
    put_section(b, 44, b->heap, b->heap_length, 1);
    put32(b->bytes + 12, b->length);
    fs_test_blob_seal(b->bytes, b->length);
}

uint32_t fs_test_segment(const struct fs_test_blob *b, const char *manifest, uint8_t *out, uint32_t capacity)
{
    uint32_t size = (uint32_t)strlen(manifest), note = 64 + ((b->length + 7) & ~7u), length = note + size + 32;
    if (length > capacity) {
        return 0;
    }
    memset(out, 0, length);
    memcpy(out, "FSIMAGE1", 8);
    put32(out + 8, length);
    put32(out + 12, 64);
    put32(out + 16, b->length);
    put32(out + 20, note);
    put32(out + 24, size);
    put32(out + 28, note);
    put32(out + 32, size);
    put32(out + 36, length - 32);
    memcpy(out + 64, b->bytes, b->length);
    memcpy(out + note, manifest, size);
    memset(out + length - 32, 0xab, 32);
    return length;
}

uint32_t fs_test_swap(const struct fs_test_blob *b, const char *manifest, uint8_t *out, uint32_t capacity)
{
    uint32_t length = fs_test_segment(b, manifest, out + FS_SHA256, capacity - FS_SHA256);
    fs_sha256(out + FS_SHA256, length, out);
    return FS_SHA256 + length;
}
