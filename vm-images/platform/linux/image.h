/* image.h: the file that holds the configuration: an image, its segment alone, or a bare blob. */
#ifndef FS_LINUX_IMAGE_H
#define FS_LINUX_IMAGE_H

#include <stddef.h>
#include <stdint.h>

struct fs_image_file {
    uint8_t *bytes; /* the whole file, 8-byte aligned; free() */
    size_t length;
    const uint8_t *part; /* what fs_router_load() takes */
    size_t part_length;
    uint64_t end; /* of an ELF image: the address behind it in a machine; 0: not told */
};

/* Reads a whole file into bytes and length; the same answers as below. */
int fs_file_whole(struct fs_image_file *f, const char *path, char *why, size_t why_size);
/* 0, or -1 with one line (without newline) in `why`, also when an ELF image is not the one that its digest names. */
int fs_image_open(struct fs_image_file *f, const char *path, char *why, size_t why_size);
/* Finds the part in bytes and length. The same answers. */
int fs_image_find(struct fs_image_file *f, char *why, size_t why_size);
void fs_image_close(struct fs_image_file *f);

#endif
