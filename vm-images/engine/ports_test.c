#include "testing.h"

static void counts(const char *ports, bool outputs, uint32_t least, uint32_t most)
{
    uint32_t l, m;
    FS_CHECK(fs_ports_parse(ports, outputs, 7, &l, &m));
    FS_EQUAL(l, least);
    FS_EQUAL(m, most);
}

FS_TEST(ports_texts_are_read)
{
    uint32_t l, m;
    counts("1/2", false, 1, 1);
    counts("1/2", true, 2, 2);
    counts("0", true, 0, 0);
    counts("1-2/1-", false, 1, 2);
    counts("1-2/1-", true, 1, UINT16_MAX);
    counts("-/=arguments", false, 0, UINT16_MAX);
    counts("-/=arguments", true, 7, 7);
    FS_CHECK(!fs_ports_parse("1/x", true, 0, &l, &m));
    FS_CHECK(!fs_ports_parse("2-1/1", false, 0, &l, &m));
    FS_CHECK(!fs_ports_parse("/1", false, 0, &l, &m));
}

FS_TEST(processing_codes_repeat_their_last_letter)
{
    FS_EQUAL(fs_processing_of("a/ah", false, 3), 'a');
    FS_EQUAL(fs_processing_of("a/ah", true, 0), 'a');
    FS_EQUAL(fs_processing_of("a/ah", true, 5), 'h');
    FS_EQUAL(fs_processing_of("l", true, 0), 'l');
}

FS_TEST(flow_codes_join_inputs_and_outputs)
{
    FS_CHECK(fs_flow_reaches("x/x", 3, 4));
    FS_CHECK(!fs_flow_reaches("x/y", 0, 0));
    FS_CHECK(fs_flow_reaches("xy/x", 0, 0) && !fs_flow_reaches("xy/x", 1, 0));
    FS_CHECK(fs_flow_reaches("#/#", 2, 2) && !fs_flow_reaches("#/#", 2, 1));
    FS_CHECK(fs_flow_reaches("[xy]/y", 0, 0) && !fs_flow_reaches("[xy]/z", 0, 0));
    FS_CHECK(fs_flow_reaches("x/[^y]", 0, 0) && !fs_flow_reaches("y/[^y]", 0, 0));
    FS_CHECK(fs_flow_reaches("x[yz]a/z", 1, 0) && !fs_flow_reaches("x[yz]a/z", 2, 0));
}

/* What is asked at load, in one go, against what the parser says of each side. */
FS_TEST(port_counts_that_fit)
{
    static const char *const texts[] = {"1/1", "0/1", "1-2/1-", "-", "0-2", "1/=arguments", "=arguments/10-12", "-/3"};
    static const struct fs_arg rest = {"X", "word", FS_REST, 0, 0, NULL, ""};
    struct fs_value value = {true, 3, {NULL, 0}};
    struct fs_args args = {"", 1, &value};
    for (unsigned i = 0; i < FS_COUNT(texts); i++) {
        struct fs_class class = {.ports = texts[i], .args = &rest, .arg_count = 1};
        struct fs_element e = {.class = &class, .args = &args};
        uint32_t least[2], most[2];
        for (unsigned side = 0; side < 2; side++) {
            FS_REQUIRE(fs_ports_parse(texts[i], side == 1, 3, &least[side], &most[side]));
        }
        for (e.input_count = 0; e.input_count < 14; e.input_count++) {
            for (e.output_count = 0; e.output_count < 14; e.output_count++) {
                bool fits = e.input_count >= least[0] && e.input_count <= most[0] && e.output_count >= least[1]
                    && e.output_count <= most[1];
                FS_EQUAL(fs_ports_fit(&e), fits);
            }
        }
    }
}
