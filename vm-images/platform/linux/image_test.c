#include "image.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/testing.h"
#include "loader/sha256.h"

/* An ELF file of two program headers; the second is a PT_LOAD at 256 that holds the segment. */
static _Alignas(8) uint8_t file[512];

static struct fs_image_file make(void)
{
    Elf64_Ehdr header = {.e_phoff = 64, .e_phnum = 2, .e_phentsize = sizeof(Elf64_Phdr)};
    Elf64_Phdr programs[2] = {{.p_type = PT_LOAD, .p_offset = 64, .p_filesz = 100},
                              {.p_type = PT_LOAD, .p_offset = 256, .p_filesz = 200}};
    memset(file, 0, sizeof(file));
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    memcpy(file, &header, sizeof(header));
    memcpy(file + 64, programs, sizeof(programs));
    memcpy(file + 256, "FSIMAGE1", 8);
    return (struct fs_image_file){.bytes = file, .length = sizeof(file)};
}

FS_TEST(image_finds_the_segment)
{
    char why[100];
    struct fs_image_file f = make();
    FS_REQUIRE(fs_image_find(&f, why, sizeof(why)) == 0);
    FS_CHECK(f.part == file + 256 && f.part_length == 200);
    for (size_t n = 4; n < 456; n++) {
        f = make();
        f.length = n;
        FS_CHECK(fs_image_find(&f, why, sizeof(why)) == -1);
    }
    FS_TEXT(why, "the image segment is cut off");
    f = make();
    file[256] = 'X';
    FS_CHECK(fs_image_find(&f, why, sizeof(why)) == -1);
    FS_TEXT(why, "an ELF file without a configuration (no FSIMAGE1 segment)");
}

FS_TEST(image_survives_wild_program_headers)
{
    char why[100];
    for (size_t at = 32; at < 64 + 2 * sizeof(Elf64_Phdr); at++) {
        struct fs_image_file f = make();
        file[at] = 0xff;
        if (fs_image_find(&f, why, sizeof(why)) == 0) {
            FS_CHECK(f.part >= file && f.part + f.part_length <= file + sizeof(file));
        }
    }
}

static int open_bytes(size_t length, char *why, size_t why_size)
{
    char path[] = "/tmp/flowstream-image.XXXXXX";
    struct fs_image_file f;
    int fd = mkstemp(path);
    FS_CHECK(fd >= 0 && write(fd, file, length) == (ssize_t)length);
    close(fd);
    const int answer = fs_image_open(&f, path, why, why_size);
    fs_image_close(&f);
    unlink(path);
    return answer;
}

FS_TEST(image_with_one_wrong_bit_is_refused)
{
    enum { LENGTH = 456 };
    char why[200];
    make();
    fs_sha256(file, LENGTH - FS_SHA256, file + LENGTH - FS_SHA256);
    FS_EQUAL(open_bytes(LENGTH, why, sizeof(why)), 0);
    FS_EQUAL(open_bytes(LENGTH + 1, why, sizeof(why)), -1); /* something behind it */
    FS_TEXT(why, "it was changed after it was built: its digest is another file's");
    for (size_t bit = 0; bit < LENGTH * 8; bit += 7) {
        file[bit / 8] ^= (uint8_t)(1u << bit % 8);
        FS_EQUAL(open_bytes(LENGTH, why, sizeof(why)), -1);
        file[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    FS_EQUAL(open_bytes(LENGTH, why, sizeof(why)), 0);
}
