#include "net/md5.h"

#include "net/testing.h"

/* RFC 1321 section A.5 */
FS_TEST(md5_of_the_rfc_suite)
{
    static const struct {
        const char *text, *digest;
    } cases[] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fs_md5 m;
        uint8_t digest[FS_MD5_SIZE];
        struct bytes expected = hex(cases[i].digest);
        size_t n = strlen(cases[i].text);
        fs_md5_begin(&m);
        fs_md5_add(&m, cases[i].text, n);
        fs_md5_end(&m, digest);
        FS_CHECK(memcmp(digest, expected.at, 16) == 0);
        fs_md5_begin(&m); /* in pieces */
        fs_md5_add(&m, cases[i].text, n / 3);
        fs_md5_add(&m, cases[i].text + n / 3, n - n / 3);
        fs_md5_end(&m, digest);
        FS_CHECK(memcmp(digest, expected.at, 16) == 0);
    }
}
