#include "image.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/sha256.h"

static int read_whole(struct fs_image_file *f, FILE *in)
{
    size_t capacity = 1 << 16;
    f->bytes = malloc(capacity);
    while (f->bytes != NULL) {
        f->length += fread(f->bytes + f->length, 1, capacity - f->length, in);
        if (f->length < capacity) {
            return ferror(in) ? -1 : 0;
        }
        capacity *= 2;
        uint8_t *larger = realloc(f->bytes, capacity);
        if (larger == NULL) {
            break;
        }
        f->bytes = larger;
    }
    errno = ENOMEM;
    return -1;
}

static bool begins(const struct fs_image_file *f, size_t offset, const char *magic, size_t size)
{
    return offset <= f->length && f->length - offset >= size && memcmp(f->bytes + offset, magic, size) == 0;
}

/* docs/contracts.md 3: the segment begins a PT_LOAD. */
static int find_segment(struct fs_image_file *f, char *why, size_t why_size)
{
    Elf64_Ehdr header;
    if (f->length < sizeof(header)) {
        snprintf(why, why_size, "the ELF header is cut off");
        return -1;
    }
    memcpy(&header, f->bytes, sizeof(header));
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr)) {
        snprintf(why, why_size, "not a 64-bit ELF file");
        return -1;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr program;
        size_t at = header.e_phoff + i * sizeof(program);
        if (at > f->length || f->length - at < sizeof(program)) {
            snprintf(why, why_size, "program header %u lies outside of the file", i);
            return -1;
        }
        memcpy(&program, f->bytes + at, sizeof(program));
        if (program.p_type == PT_LOAD && program.p_offset % 8 == 0 && begins(f, program.p_offset, "FSIMAGE1", 8)) {
            if (program.p_filesz > f->length - program.p_offset) {
                snprintf(why, why_size, "the image segment is cut off");
                return -1;
            }
            f->part = f->bytes + program.p_offset;
            f->part_length = program.p_filesz;
            f->end = (program.p_vaddr + program.p_filesz + 4095) & ~UINT64_C(4095);
            return 0;
        }
    }
    snprintf(why, why_size, "an ELF file without a configuration (no FSIMAGE1 segment)");
    return -1;
}

int fs_image_find(struct fs_image_file *f, char *why, size_t why_size)
{
    if (begins(f, 0, ELFMAG, SELFMAG)) {
        return find_segment(f, why, why_size);
    }
    if (begins(f, 0, "FSIMAGE1", 8) || begins(f, 0, "FSBLOB\r\n", 8)) {
        f->part = f->bytes;
        f->part_length = f->length;
        return 0;
    }
    snprintf(why, why_size, "neither an image nor a configuration blob");
    return -1;
}

int fs_file_whole(struct fs_image_file *f, const char *path, char *why, size_t why_size)
{
    *f = (struct fs_image_file){0};
    FILE *in = fopen(path, "rb");
    int failed = in == NULL || read_whole(f, in) != 0;
    int reason = errno;
    if (in != NULL) {
        fclose(in);
    }
    if (failed) {
        snprintf(why, why_size, "%s", strerror(reason));
        return -1;
    }
    return 0;
}

/* The digest ends the file and is that of all before it: one wrong bit anywhere is seen. */
static bool is_whole(const struct fs_image_file *f)
{
    uint8_t digest[FS_SHA256];
    if (!begins(f, 0, ELFMAG, SELFMAG)) {
        return true; /* a segment or a blob by itself has no digest of a file; the loader looks at its checksum */
    }
    if (f->length < FS_SHA256 || f->part + f->part_length != f->bytes + f->length) {
        return false;
    }
    fs_sha256(f->bytes, f->length - FS_SHA256, digest);
    return memcmp(digest, f->bytes + f->length - FS_SHA256, FS_SHA256) == 0;
}

int fs_image_open(struct fs_image_file *f, const char *path, char *why, size_t why_size)
{
    if (fs_file_whole(f, path, why, why_size) != 0 || fs_image_find(f, why, why_size) != 0) {
        return -1;
    }
    if (!is_whole(f)) {
        snprintf(why, why_size, "it was changed after it was built: its digest is another file's");
        return -1;
    }
    return 0;
}

void fs_image_close(struct fs_image_file *f)
{
    free(f->bytes);
    f->bytes = NULL;
}
