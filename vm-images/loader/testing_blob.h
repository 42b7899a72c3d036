/* testing_blob.h: writes configuration blobs in C, for tests and as seeds of the fuzzers. The real writer is Java's. */
#ifndef FS_LOADER_TESTING_BLOB_H
#define FS_LOADER_TESTING_BLOB_H

#include <stddef.h>
#include <stdint.h>

struct fs_test_blob {
    uint8_t elements[64 * 56], connections[64 * 12], arguments[64 * 16], heap[8192];
    uint32_t element_count, connection_count, argument_count, heap_length;
    _Alignas(8) uint8_t bytes[16384]; /* the result */
    uint32_t length;
};

void fs_test_blob_begin(struct fs_test_blob *b);
/* Arguments that follow are this element's. */
void fs_test_blob_element(struct fs_test_blob *b, const char *name, const char *class_name, const char *config,
                          const char *file, uint32_t line, unsigned inputs, unsigned outputs);
void fs_test_blob_argument(struct fs_test_blob *b, unsigned index, unsigned encoding, uint32_t items, const void *value,
                           uint32_t size);
void fs_test_blob_connect(struct fs_test_blob *b, uint32_t from, unsigned from_port, uint32_t to, unsigned to_port);
void fs_test_blob_end(struct fs_test_blob *b);
/* Computes the checksum anew, after a test has changed bytes. */
void fs_test_blob_seal(uint8_t *blob, uint32_t length);
/* Wraps `bytes` into an image segment with a manifest; `out` has room for `capacity`; answers the length. */
uint32_t fs_test_segment(const struct fs_test_blob *b, const char *manifest, uint8_t *out, uint32_t capacity);
/* The same behind its SHA-256: what is written to `image` and `scrub`. */
uint32_t fs_test_swap(const struct fs_test_blob *b, const char *manifest, uint8_t *out, uint32_t capacity);

#endif
