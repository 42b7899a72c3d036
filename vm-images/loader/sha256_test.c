#include "sha256.h"

#include <stdio.h>
#include <string.h>

#include "engine/testing.h"

static const char *hex(const void *bytes, size_t length)
{
    static char text[2 * FS_SHA256 + 1];
    uint8_t digest[FS_SHA256];
    fs_sha256(bytes, length, digest);
    for (unsigned i = 0; i < FS_SHA256; i++) {
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    return text;
}

/* The examples of FIPS 180-4 that NIST publishes (csrc.nist.gov, "Examples with Intermediate Values"). */
FS_TEST(sha256_of_the_standards_examples)
{
    static char million[1000000];
    memset(million, 'a', sizeof(million));
    FS_TEXT(hex("", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    FS_TEXT(hex("abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    FS_TEXT(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    FS_TEXT(hex(million, sizeof(million)), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
