#include "device_mac.h"
#include "engine/build.h"
#include "engine/testing.h"
#include "engine/testing_platform.h"

#include <stdlib.h>

static const struct fs_arg address = {"A", "ether-address", FS_POSITIONAL, 0, 0, NULL, ""};
static const struct fs_arg entries = {"E", "arp-entries", FS_REST, 0, 0, NULL, ""};
static const struct fs_arg data = {"D", "data", FS_POSITIONAL, 0, 0, NULL, ""};

static struct fs_test_platform platform;

/* Devices of tests have the addresses 02:00:00:00:00:00 and :01. */
FS_TEST(device_macs_are_filled_in)
{
    fs_test_platform_open(&platform, 8);
    fs_test_platform_devices(&platform, 2);
    struct fs_router *r = fs_router_new(&platform.base);
    FS_REQUIRE(r != NULL);
    static const uint8_t second[] = {0x03, 'F', 'S', 'D', 0, 1}, third[] = {0x03, 'F', 'S', 'D', 0, 2},
                         other[] = {0x03, 'F', 'S', 'D', 1, 1};
    struct fs_bytes v = {second, 6};
    FS_CHECK(fs_fill_device_macs(r, &address, &v) == NULL);
    FS_EQUAL(memcmp(v.at, "\2\0\0\0\0\1", 6), 0);
    FS_EQUAL(second[0], 0x03);
    v = (struct fs_bytes){third, 6};
    FS_TEXT(fs_fill_device_macs(r, &address, &v), "the machine has no such device");
    v = (struct fs_bytes){other, 6};
    FS_CHECK(fs_fill_device_macs(r, &address, &v) == NULL && v.at == other);
    v = (struct fs_bytes){second, 6};
    FS_CHECK(fs_fill_device_macs(r, &data, &v) == NULL && v.at == second);
    fs_router_unload(r);
    fs_test_platform_close(&platform);
}

FS_TEST(device_macs_are_filled_in_arp_entries)
{
    fs_test_platform_open(&platform, 8);
    fs_test_platform_devices(&platform, 2);
    struct fs_router *r = fs_router_new(&platform.base);
    FS_REQUIRE(r != NULL);
    uint8_t table[8 + 3 * 16] = {1, 0, 0, 0, 3};
    memcpy(table + 16, "\3FSD\0\1", 6);
    memcpy(table + 32, "\2\3\4\5\6\7", 6);
    memcpy(table + 48, "\3FSD\0\0", 6);
    struct fs_bytes v = {table, sizeof table};
    FS_CHECK(fs_fill_device_macs(r, &entries, &v) == NULL);
    FS_EQUAL(memcmp(v.at + 16, "\2\0\0\0\0\1", 6), 0);
    FS_EQUAL(memcmp(v.at + 32, "\2\3\4\5\6\7", 6), 0);
    FS_EQUAL(memcmp(v.at + 48, "\2\0\0\0\0\0", 6), 0);
    for (size_t n = 0; n < sizeof table; n++) { /* cut off anywhere: nothing is read behind */
        uint8_t *copy = malloc(n + 1);
        memcpy(copy, table, n);
        v = (struct fs_bytes){copy, n};
        FS_CHECK(fs_fill_device_macs(r, &entries, &v) == NULL);
        free(copy);
    }
    fs_router_unload(r);
    fs_test_platform_close(&platform);
}

FS_TEST(device_macs_are_filled_in_nd_entries)
{
    static const struct fs_arg neighbours = {"E", "nd-entries", FS_REST, 0, 0, NULL, ""};
    fs_test_platform_open(&platform, 8);
    fs_test_platform_devices(&platform, 2);
    struct fs_router *r = fs_router_new(&platform.base);
    FS_REQUIRE(r != NULL);
    uint8_t table[8 + 2 * 24] = {1, 0, 0, 0, 2};
    memcpy(table + 8 + 17, "\3FSD\0\1", 6);
    memcpy(table + 8 + 24 + 17, "\3FSD\0\0", 6);
    struct fs_bytes v = {table, sizeof table};
    FS_CHECK(fs_fill_device_macs(r, &neighbours, &v) == NULL);
    FS_EQUAL(memcmp(v.at + 25, "\2\0\0\0\0\1", 6), 0);
    FS_EQUAL(memcmp(v.at + 49, "\2\0\0\0\0\0", 6), 0);
    fs_router_unload(r);
    fs_test_platform_close(&platform);
}
