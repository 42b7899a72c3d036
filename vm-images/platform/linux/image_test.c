#include "image.h"

#include <elf.h>

#include "engine/testing.h"

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
