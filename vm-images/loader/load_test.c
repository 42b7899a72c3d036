#include <stdio.h>
#include <stdlib.h>

#include "crc32c.h"
#include "engine/testing.h"
#include "engine/testing_platform.h"
#include "testing_blob.h"

/* A class with an argument of each kind that the loader tells apart. */
enum { NUMBER, FLAG, WORD, ADDRESS, RULES };
static const struct fs_arg picky_args[] = {
    {"NUMBER", "integer", FS_POSITIONAL, 1, 9, NULL, ""}, {"FLAG", "boolean", FS_KEYWORD, 0, 0, "false", ""},
    {"WORD", "word", FS_KEYWORD, 0, 0, "x", ""},          {"ADDRESS", "ip-address", FS_KEYWORD, 0, 0, "", ""},
    {"RULES", "ip-patterns", FS_REST, 0, 0, "", ""},
};

static int want_device(struct fs_element *e, struct fs_text *error)
{
    const char *name = fs_args_text(e->args, WORD, "");
    if (name[0] != '\0') {
        struct fs_device *d = fs_device_open(e, name);
        if (d == NULL) {
            fs_text_string(error, "no such device");
            return -1;
        }
        FS_EQUAL(fs_device_index(d), 1);
        fs_device_close(d);
    }
    return 0;
}

FS_ELEMENT(TestPicky) = {.name = "TestPicky", .ports = "0-/=arguments", .processing = "a/a", .flow = "x/x",
                         .args = picky_args, .arg_count = FS_COUNT(picky_args), .size = sizeof(struct fs_element),
                         .initialize = want_device, .summary = "an argument of each kind"};

/* A class that looks at its output while it is configured, as some do. */
static int look_at_output(struct fs_element *e, struct fs_text *error)
{
    if (e->output_count == 0) {
        fs_text_string(error, "configured without its output");
        return -1;
    }
    return 0;
}

FS_ELEMENT(TestLooker) = {.name = "TestLooker", .ports = "0/1", .processing = "h/h", .flow = "x/x",
                          .size = sizeof(struct fs_element), .configure = look_at_output,
                          .summary = "looks at its output"};

static char lines[4096];
static struct fs_test_blob blob;
static struct fs_test_platform platform;

/* Loads and starts; answers the error lines, "" when all is well. */
static const char *load(const void *bytes, uint32_t length)
{
    fs_test_platform_open(&platform, 8);
    fs_test_platform_devices(&platform, 2);
    platform.memory_limit = 1 << 20;
    uint8_t *copy = aligned_alloc(8, (length + 7u) & ~7u); /* its own block: reads past the end are seen */
    memcpy(copy, bytes, length);
    struct fs_text error = fs_text_in(lines, sizeof(lines) - 1);
    struct fs_router *r = fs_router_load(&platform.base, copy, length, &error);
    if (r != NULL) {
        fs_router_start(r, &error);
    }
    fs_router_unload(r);
    free(copy);
    fs_test_platform_close(&platform);
    lines[error.length] = '\0';
    return lines;
}

static void source_and_sink(void)
{
    fs_test_blob_begin(&blob);
    fs_test_blob_element(&blob, "in", "TestSource", "", "a.click", 1, 0, 1);
    fs_test_blob_element(&blob, "out", "TestSink", "x, y", "a.click", 2, 1, 0);
    fs_test_blob_connect(&blob, 0, 0, 1, 0);
    fs_test_blob_end(&blob);
}

FS_TEST(crc32c_of_the_standard)
{
    FS_EQUAL(fs_crc32c(0, "123456789", 9), 0xe3069283u); /* the check value of CRC-32C */
    uint8_t zeros[32] = {0};
    FS_EQUAL(fs_crc32c(0, zeros, 32), 0x8a9136aau); /* RFC 3720 B.4 */
    FS_EQUAL(fs_crc32c(fs_crc32c(0, "1234", 4), "56789", 5), 0xe3069283u);
    static uint8_t many[20000]; /* long ones are done otherwise than short ones */
    for (unsigned i = 0; i < sizeof many; i++) {
        many[i] = (uint8_t)(i * i >> 3);
    }
    for (unsigned odd = 0; odd < 9; odd++) {
        uint32_t pieces = 0;
        for (unsigned i = odd; i < sizeof many; i += 1000) {
            pieces = fs_crc32c(pieces, many + i, i + 1000 < sizeof many ? 1000 : sizeof many - i);
        }
        FS_EQUAL(fs_crc32c(0, many + odd, sizeof many - odd), pieces);
    }
}

FS_TEST(loads_a_blob)
{
    source_and_sink();
    FS_TEXT(load(blob.bytes, blob.length), "");
}

FS_TEST(refuses_every_truncation)
{
    source_and_sink();
    for (uint32_t n = 0; n < blob.length; n++) {
        FS_CHECK(load(blob.bytes, n)[0] != '\0');
    }
}

FS_TEST(refuses_every_flipped_byte)
{
    source_and_sink();
    for (uint32_t n = 0; n < blob.length; n++) {
        blob.bytes[n] ^= 0x41;
        FS_CHECK(load(blob.bytes, blob.length)[0] != '\0');
        blob.bytes[n] ^= 0x41;
    }
}

FS_TEST(survives_every_changed_byte_with_a_good_checksum)
{
    source_and_sink();
    for (uint32_t n = 20; n < blob.length; n++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            blob.bytes[n] ^= (uint8_t)(1u << bit);
            fs_test_blob_seal(blob.bytes, blob.length);
            load(blob.bytes, blob.length);
            blob.bytes[n] ^= (uint8_t)(1u << bit);
        }
    }
}

FS_TEST(tells_all_problems_with_their_place)
{
    int64_t ten = 10;
    fs_test_blob_begin(&blob);
    fs_test_blob_element(&blob, "a", "NoSuchClass", "1, 2", "a.click", 3, 0, 0);
    fs_test_blob_element(&blob, "b", "TestPicky", "", "a.click", 4, 0, 0);
    fs_test_blob_element(&blob, "c", "TestPicky", "10", "a.click", 5, 0, 0);
    fs_test_blob_argument(&blob, NUMBER, 1, 1, &ten, 8);
    fs_test_blob_argument(&blob, FLAG, 2, 1, "\2", 1);
    fs_test_blob_argument(&blob, ADDRESS, 4, 1, "abc", 3);
    fs_test_blob_argument(&blob, WORD, 4, 1, "abc", 3);
    fs_test_blob_argument(&blob, 9, 4, 1, "abc", 3);
    fs_test_blob_end(&blob);
    const char wrong[] = "a.click:5: TestPicky(10): argument ";
    char expected[2048];
    struct fs_text t = fs_text_in(expected, sizeof(expected) - 1);
    fs_text_format(&t,
                   "a.click:3: NoSuchClass(1, 2): unknown element class\n"
                   "a.click:4: TestPicky(): argument NUMBER is missing\n"
                   "%sNUMBER: its value is not of the argument's type or range\n"
                   "%sFLAG: its value is not of the argument's type or range\n"
                   "%sADDRESS: its value is not of the argument's type or range\n"
                   "%sWORD: its value is not of the argument's type or range\n"
                   "%s?: the class has no such argument\n"
                   "%sNUMBER is missing\n",
                   wrong, wrong, wrong, wrong, wrong, wrong);
    expected[t.length] = '\0';
    FS_TEXT(load(blob.bytes, blob.length), expected);
}

/* A fraction has 32 bits behind the point; its range is in whole numbers. */
FS_TEST(bounds_fractions)
{
    static const struct {
        int64_t value;
        bool fine;
    } cases[] = {{0, true}, {(int64_t)1 << 31, true}, {(int64_t)1 << 32, true}, {((int64_t)1 << 32) + 1, false}, {-1, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fs_test_blob_begin(&blob);
        fs_test_blob_element(&blob, "in", "TestSource", "", "a.click", 1, 0, 1);
        fs_test_blob_element(&blob, "r", "RandomSample", "x", "a.click", 2, 1, 1);
        fs_test_blob_argument(&blob, 0, 1, 1, &cases[i].value, 8);
        fs_test_blob_element(&blob, "out", "TestSink", "", "a.click", 3, 1, 0);
        fs_test_blob_connect(&blob, 0, 0, 1, 0);
        fs_test_blob_connect(&blob, 1, 0, 2, 0);
        fs_test_blob_end(&blob);
        FS_EQUAL(load(blob.bytes, blob.length)[0] == '\0', cases[i].fine);
    }
}

FS_TEST(refuses_wrong_ports_and_joins)
{
    fs_test_blob_begin(&blob);
    fs_test_blob_element(&blob, "s", "TestStore", "", "", 0, 0, 1);
    fs_test_blob_element(&blob, "k", "TestSink", "", "", 0, 1, 0);
    fs_test_blob_connect(&blob, 0, 0, 1, 0);
    fs_test_blob_end(&blob);
    FS_TEXT(load(blob.bytes, blob.length), "TestStore(): pull output 0 is connected to push input 0 of 'k'\n");

    fs_test_blob_begin(&blob);
    fs_test_blob_element(&blob, "s", "TestSource", "", "", 0, 0, 1);
    fs_test_blob_element(&blob, "k", "TestSink", "", "", 0, 1, 0);
    fs_test_blob_element(&blob, "l", "TestSink", "", "", 0, 1, 0);
    fs_test_blob_connect(&blob, 0, 0, 1, 0);
    fs_test_blob_connect(&blob, 0, 0, 2, 0);
    fs_test_blob_end(&blob);
    FS_TEXT(load(blob.bytes, blob.length), "TestSource(): push output 0 is connected more than once ('k' and 'l')\n");

    fs_test_blob_begin(&blob);
    fs_test_blob_element(&blob, "s", "TestStore", "", "", 0, 0, 1);
    fs_test_blob_element(&blob, "t", "TestStore", "", "", 0, 0, 1);
    fs_test_blob_element(&blob, "p", "TestPuller", "", "", 0, 1, 0);
    fs_test_blob_connect(&blob, 0, 0, 2, 0);
    fs_test_blob_connect(&blob, 1, 0, 2, 0);
    fs_test_blob_end(&blob);
    FS_TEXT(load(blob.bytes, blob.length), "TestPuller(): pull input 0 is connected more than once ('s' and 't')\n");

    int64_t one = 1;
    uint32_t table[2] = {1, 0};
    fs_test_blob_begin(&blob);
    fs_test_blob_element(&blob, "p", "TestPicky", "", "", 0, 0, 1);
    fs_test_blob_argument(&blob, NUMBER, 1, 1, &one, 8);
    fs_test_blob_argument(&blob, RULES, 5, 3, table, 8);
    fs_test_blob_element(&blob, "k", "TestSink", "", "", 0, 2, 0);
    fs_test_blob_connect(&blob, 0, 0, 1, 0);
    fs_test_blob_end(&blob);
    FS_TEXT(load(blob.bytes, blob.length), "TestPicky(): has 1 outputs, expected 3\n"
                                           "TestSink(): has 2 inputs, expected 1\n"
                                           "TestSink(): input 1 is not connected\n");
}

FS_TEST(loads_an_image_segment)
{
    static _Alignas(8) uint8_t segment[20000];
    int64_t one = 1;
    const char *const names[] = {"1", "eth9"};
    for (unsigned i = 0; i < 2; i++) {
        fs_test_blob_begin(&blob);
        fs_test_blob_element(&blob, "p", "TestPicky", names[i], "f.click", 7, 0, 0);
        fs_test_blob_argument(&blob, NUMBER, 1, 1, &one, 8);
        fs_test_blob_argument(&blob, WORD, 3, 1, names[i], (uint32_t)strlen(names[i]));
        fs_test_blob_end(&blob);
        uint32_t length = fs_test_segment(&blob, "{\"format\":1}", segment, sizeof(segment));
        FS_TEXT(load(segment, length), i == 0 ? "" : "TestPicky(eth9): no such device (f.click:7)\n");
    }
    fs_test_platform_open(&platform, 8);
    struct fs_text error = fs_text_in(lines, sizeof(lines) - 1);
    uint32_t length = fs_test_segment(&blob, "{\"format\":1}", segment, sizeof(segment));
    struct fs_router *r = fs_router_load(&platform.base, segment, length, &error);
    FS_REQUIRE(r != NULL);
    FS_TEXT(fs_router_digest(r), "abababababababababababababababababababababababababababababababab");
    FS_EQUAL(fs_router_manifest(r).length, 12);
    fs_router_unload(r);
    fs_test_platform_close(&platform);
    for (uint32_t n = 8; n < length; n++) {
        FS_CHECK(load(segment, n)[0] != '\0');
    }
    segment[36] ^= 1;
    FS_TEXT(load(segment, length), "image segment: a part of it lies outside\n");
}

FS_TEST(every_argument_type_of_every_class_is_known)
{
    for (unsigned i = 0; i < fs_class_count(); i++) {
        const struct fs_class *c = fs_class_at(i);
        for (uint32_t k = 0; k < c->arg_count; k++) {
            size_t size;
            if (!FS_CHECK(fs_type_encoding(c->args[k].type, &size) != 0)) {
                printf("    %s %s has type %s\n", c->name, c->args[k].name, c->args[k].type);
            }
        }
    }
}

FS_TEST(an_element_without_its_ports_is_not_configured)
{
    fs_test_blob_begin(&blob);
    fs_test_blob_element(&blob, "a", "TestLooker", "", "a.click", 3, 0, 0);
    fs_test_blob_end(&blob);
    FS_TEXT(load(blob.bytes, blob.length), "a.click:3: TestLooker(): has 0 outputs, expected 1\n");
}
