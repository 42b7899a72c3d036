/* md5.h: the MD5 digest (RFC 1321). Not for new uses: protocols that name it, such as CHAP, need it. */
#ifndef NET_MD5_H
#define NET_MD5_H

#include <stddef.h>
#include <stdint.h>

enum { FS_MD5_SIZE = 16 };

struct fs_md5 {
    uint32_t state[4];
    uint64_t length; /* bytes taken so far */
    uint8_t block[64];
};
void fs_md5_begin(struct fs_md5 *m);
void fs_md5_add(struct fs_md5 *m, const void *bytes, size_t n);
void fs_md5_end(struct fs_md5 *m, uint8_t digest[FS_MD5_SIZE]);

#endif
