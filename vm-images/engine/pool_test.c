#include "testing.h"

#include <stdlib.h>

static struct fs_pool pool;
static void *region;

static void open_pool(unsigned packets)
{
    size_t bytes = fs_pool_bytes(packets);
    region = malloc(bytes);
    FS_EQUAL(fs_pool_init(&pool, region, bytes), packets);
}

static void close_pool(void)
{
    FS_EQUAL(pool.free_count, pool.size);
    free(region);
}

FS_TEST(pool_gives_all_and_no_more)
{
    open_pool(5);
    struct fs_packet *p[5];
    for (unsigned i = 0; i < 5; i++) {
        p[i] = fs_packet_new(&pool, FS_HEADROOM, 60);
        FS_REQUIRE(p[i] != NULL);
        memset(p[i]->data, (int)i, 60);
    }
    FS_CHECK(fs_packet_new(&pool, FS_HEADROOM, 60) == NULL);
    FS_CHECK(fs_packet_clone(p[0]) == NULL);
    FS_EQUAL(pool.lowest, 0);
    for (unsigned i = 0; i < 5; i++) {
        FS_EQUAL(p[i]->data[59], i);
        fs_packet_free(p[i]);
    }
    close_pool();
}

FS_TEST(pool_hands_out_the_latest_first)
{
    open_pool(4);
    struct fs_packet *a = fs_packet_new(&pool, 0, 1), *b = fs_packet_new(&pool, 0, 1);
    fs_packet_free(a);
    FS_CHECK(fs_packet_new(&pool, 0, 1) == a);
    fs_packet_free(a);
    fs_packet_free(b);
    close_pool();
}

FS_TEST(pool_refuses_what_does_not_fit)
{
    open_pool(1);
    size_t room = FS_PACKET_SIZE - FS_PACKET_HEADER;
    FS_CHECK(fs_packet_new(&pool, 0, room + 1) == NULL);
    FS_CHECK(fs_packet_new(&pool, room + 1, 0) == NULL);
    FS_CHECK(fs_packet_new(&pool, SIZE_MAX, 2) == NULL);
    struct fs_packet *p = fs_packet_new(&pool, FS_HEADROOM, room - FS_HEADROOM);
    FS_REQUIRE(p != NULL);
    FS_EQUAL(fs_tailroom(p), 0);
    FS_EQUAL(fs_headroom(p), FS_HEADROOM);
    FS_CHECK(!fs_packet_append(p, 1));
    memset(p->head, 1, room);
    fs_packet_free(p);
    close_pool();
}

FS_TEST(pool_of_a_small_region_is_empty)
{
    struct fs_pool none;
    uint8_t bytes[100];
    FS_EQUAL(fs_pool_init(&none, bytes, sizeof(bytes)), 0);
    FS_CHECK(fs_packet_new(&none, 0, 1) == NULL);
}

FS_TEST(clones_share_until_written)
{
    open_pool(4);
    struct fs_packet *p = fs_packet_new(&pool, FS_HEADROOM, 60);
    memset(p->data, 7, 60);
    fs_set_anno_u8(p, FS_ANNO_PAINT, 3);
    struct fs_packet *c = fs_packet_clone(p), *d = fs_packet_clone(c);
    FS_REQUIRE(c != NULL && d != NULL);
    FS_EQUAL(fs_anno_u8(d, FS_ANNO_PAINT), 3);
    FS_CHECK(d->data == p->data && d->origin == p);
    FS_CHECK(fs_packet_shared(p) && fs_packet_shared(c) && fs_packet_shared(d));

    FS_CHECK(fs_packet_unshare(c) == c);
    FS_CHECK(!fs_packet_shared(c) && c->data != p->data && c->data[59] == 7);
    c->data[0] = 8;
    FS_EQUAL(p->data[0], 7);

    fs_packet_free(p);
    FS_EQUAL(pool.free_count, 1); /* d still uses p's bytes */
    struct fs_packet *own = fs_packet_unshare(d);
    FS_CHECK(own == p); /* the last holder gets the object itself: nothing is copied */
    FS_CHECK(!fs_packet_shared(own) && own->data[59] == 7);
    FS_EQUAL(pool.free_count, 2);
    fs_packet_free(own);
    fs_packet_free(c);
    close_pool();
}

FS_TEST(the_origin_writes_to_a_new_object)
{
    open_pool(3);
    struct fs_packet *p = fs_packet_new(&pool, FS_HEADROOM, 60);
    memset(p->data, 7, 60);
    struct fs_packet *c = fs_packet_clone(p);
    struct fs_packet *own = fs_packet_unshare(p);
    FS_REQUIRE(own != NULL && own != p);
    own->data[0] = 9;
    FS_EQUAL(c->data[0], 7);
    fs_packet_free(own);
    FS_EQUAL(pool.free_count, 1);
    fs_packet_free(c);
    close_pool();
}

FS_TEST(unshare_without_room_gives_the_packet_up)
{
    open_pool(2);
    struct fs_packet *p = fs_packet_new(&pool, FS_HEADROOM, 60);
    memset(p->data, 7, 60);
    struct fs_packet *c = fs_packet_clone(p);
    FS_CHECK(fs_packet_unshare(p) == NULL);
    FS_EQUAL(c->data[0], 7);
    fs_packet_free(c);
    close_pool();
}

FS_TEST(unshare_keeps_headers_and_what_was_stripped)
{
    open_pool(3);
    struct fs_packet *p = fs_packet_new(&pool, FS_HEADROOM, 60);
    for (unsigned i = 0; i < 60; i++) {
        p->data[i] = (uint8_t)i;
    }
    fs_packet_strip(p, 14);
    fs_set_network_header(p, p->data, 20);
    struct fs_packet *c = fs_packet_clone(p);
    c = fs_packet_unshare(c);
    FS_EQUAL(fs_network_header(c)[0], 14);
    FS_EQUAL(fs_transport_header(c)[0], 34);
    FS_CHECK(fs_packet_prepend(c, 14));
    FS_EQUAL(c->data[0], 0);
    FS_EQUAL(c->data[13], 13);
    fs_packet_free(c);
    fs_packet_free(p);
    close_pool();
}

FS_TEST(batches_are_taken_and_freed_whole)
{
    open_pool(70);
    struct fs_batch batch = {.count = 0};
    FS_EQUAL(fs_pool_take(&pool, &batch, 64), 64);
    FS_EQUAL(pool.lowest, 6);
    struct fs_batch rest = {.count = 0};
    FS_EQUAL(fs_pool_take(&pool, &rest, 64), 6);
    FS_EQUAL(rest.packets[5]->length, 0);
    FS_EQUAL(fs_headroom(rest.packets[5]), FS_HEADROOM);
    fs_packet_free_batch(&batch);
    fs_packet_free_batch(&rest);
    FS_EQUAL(batch.count, 0);
    close_pool();
}

FS_TEST(new_batches_hold_what_the_pool_has)
{
    open_pool(10);
    struct fs_batch batch = {.count = 0};
    FS_EQUAL(fs_packet_new_batch(&pool, 16, FS_PACKET_SIZE, &batch, 4), 0);
    FS_EQUAL(fs_packet_new_batch(&pool, 16, 100, &batch, 4), 4);
    FS_EQUAL(fs_packet_new_batch(&pool, FS_HEADROOM, FS_FRAME_MAX, &batch, 20), 6);
    FS_REQUIRE(batch.count == 10);
    FS_CHECK(fs_headroom(batch.packets[3]) == 16 && batch.packets[3]->length == 100);
    FS_CHECK(fs_tailroom(batch.packets[9]) == 0 && batch.packets[9]->length == FS_FRAME_MAX);
    fs_packet_free(batch.packets[9]);
    fs_packet_free(batch.packets[8]);
    struct fs_packet *origin = batch.packets[0];
    batch.packets[8] = fs_packet_clone(origin); /* clones, their origin and plain ones are freed in one go */
    batch.packets[9] = fs_packet_clone(origin);
    FS_REQUIRE(batch.packets[8] != NULL && batch.packets[9] != NULL);
    fs_packet_free_batch(&batch);
    FS_EQUAL(batch.count, 0);
    close_pool();
}

FS_TEST(pool_has_packets_as_large_as_it_is_told)
{
    enum { OBJECT = 67584 };
    struct fs_pool large;
    size_t bytes = fs_pool_bytes_of(3, OBJECT);
    void *room = malloc(bytes);
    FS_EQUAL(fs_pool_init_of(&large, room, bytes, OBJECT), 3);
    FS_EQUAL(fs_packet_room(&large), OBJECT - FS_PACKET_HEADER);
    struct fs_packet *p = fs_packet_new(&large, FS_HEADROOM, 65535);
    FS_REQUIRE(p != NULL);
    memset(p->data, 7, 65535);
    FS_EQUAL(fs_tailroom(p), OBJECT - FS_PACKET_HEADER - FS_HEADROOM - 65535);
    FS_CHECK(fs_packet_new(&large, 0, OBJECT - FS_PACKET_HEADER + 1) == NULL);
    struct fs_packet *q = fs_packet_clone(p);
    q = fs_packet_unshare(q);
    FS_CHECK(q != NULL && q->data[65534] == 7 && q->data != p->data);
    FS_CHECK(fs_packet_new(&large, 2000, 10) != NULL); /* more headroom than is usual */
    FS_EQUAL(large.free_count, 0);
    free(room);
}
