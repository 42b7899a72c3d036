/* interface_test.c: a TAP interface and a packet socket on it, back to back, in a network namespace of their own:
 * what one sends, the other receives. Needs /dev/net/tun and the right to make a namespace; says so when it has not. */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/testing.h"
#include "machine.h"

enum { SKIPPED = 77, PACKETS = 64 };

static struct fs_pool pool;

static bool up(const char *name)
{
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
    request.ifr_flags = IFF_UP;
    bool good = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    close(fd);
    return good;
}

/* A frame of the local experimental EtherType 0x88b6 (or behind a VLAN tag), filled with `fill`. */
static struct fs_packet *make(unsigned length, uint8_t fill, bool tagged)
{
    static const uint8_t head[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 7};
    static const uint8_t tag[] = {0x81, 0, 0x60, 5};
    struct fs_packet *p = fs_packet_new(&pool, FS_HEADROOM, length);
    memset(p->data, fill, length);
    memcpy(p->data, head, sizeof(head));
    memcpy(p->data + 12, tag, sizeof(tag));
    memcpy(p->data + (tagged ? 16 : 12), "\x88\xb6", 2);
    return p;
}

/* Waits, 2 seconds at most, for a frame of ours; others (the kernel's own) are freed. */
static struct fs_packet *next(struct fs_linux_device *d, unsigned expected_length)
{
    for (unsigned i = 0; i < 2000; i++) {
        struct fs_batch batch = {.count = 0};
        d->base.operations->receive(&d->base, &batch, 1);
        struct fs_packet *p = batch.count > 0 ? batch.packets[0] : NULL;
        if (p != NULL && p->length == expected_length && p->data[11] == 7) {
            return p;
        }
        if (p != NULL) {
            fs_packet_free(p);
        } else {
            usleep(1000);
        }
    }
    return NULL;
}

static void cross(struct fs_linux_device *from, struct fs_linux_device *to, unsigned length, bool tagged)
{
    struct fs_packet *p = make(length, (uint8_t)length, tagged);
    uint8_t bytes[FS_FRAME_MAX];
    memcpy(bytes, p->data, length);
    struct fs_batch batch = {.count = 1, .packets = {p}};
    uint64_t sent = from->base.counters.sent_bytes;
    FS_EQUAL(from->base.operations->transmit(&from->base, &batch), 1);
    FS_EQUAL(from->base.counters.sent_bytes - sent, length);
    struct fs_packet *got = next(to, length);
    FS_FRAME(got, bytes, length);
    if (got != NULL) {
        FS_EQUAL(got->device, to->base.index);
        fs_packet_free(got);
    }
}

static void work(struct fs_linux_device *tap, struct fs_linux_device *socket_device)
{
    cross(tap, socket_device, 60, false);
    cross(socket_device, tap, 60, false);
    cross(tap, socket_device, 1514, false);
    cross(socket_device, tap, 1514, false);
    cross(tap, socket_device, 1518, true); /* the kernel takes the tag out, the driver puts it back */
    cross(socket_device, tap, 64, true);
    struct fs_batch batch = {.count = 0};
    socket_device->base.operations->receive(&socket_device->base, &batch, FS_BATCH_MAX);
    for (uint32_t i = 0; i < batch.count; i++) {
        FS_CHECK(batch.packets[i]->data[11] != 7); /* what it sent itself does not come back */
    }
    fs_packet_free_batch(&batch);
    FS_CHECK(tap->base.operations->arm(&tap->base));
    struct fs_batch one = {.count = 1, .packets = {make(60, 1, false)}};
    socket_device->base.operations->transmit(&socket_device->base, &one);
    for (unsigned i = 0; i < 2000 && tap->base.operations->arm(&tap->base); i++) {
        usleep(1000);
    }
    FS_CHECK(!tap->base.operations->arm(&tap->base)); /* a frame waits */
}

static void open_and_work(void)
{
    char why[200];
    struct fs_linux_device *tap = fs_tap_open("fstest0", why, sizeof(why));
    FS_REQUIRE(tap != NULL && up("fstest0"));
    struct fs_linux_device *packet = fs_packet_open("fstest0", why, sizeof(why));
    FS_REQUIRE(packet != NULL);
    void *region = malloc(fs_pool_bytes(PACKETS));
    fs_pool_init(&pool, region, fs_pool_bytes(PACKETS));
    tap->base.pool = packet->base.pool = &pool;
    packet->base.index = 1;
    FS_EQUAL(tap->base.frame_limit, 1518);
    work(tap, packet);
    FS_EQUAL(pool.free_count, pool.size);
    packet->close(packet);
    tap->close(tap);
    free(region);
    FS_CHECK(fs_tap_open("a-name-that-is-too-long", why, sizeof(why)) == NULL);
    FS_TEXT(why, "'a-name-that-is-too-long' is not an interface name of 1 to 15 characters");
    FS_CHECK(fs_packet_open("fstest9", why, sizeof(why)) == NULL);
    FS_TEXT(why, "fstest9: no such interface: No such device");
}

static int child(void)
{
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        printf("skipped: cannot make a network namespace: %s\n", strerror(errno));
        return SKIPPED;
    }
    if (access("/dev/net/tun", R_OK | W_OK) != 0) {
        printf("skipped: /dev/net/tun: %s\n", strerror(errno));
        return SKIPPED;
    }
    unsigned before = fs_test_failures();
    open_and_work();
    return fs_test_failures() == before ? 0 : 1;
}

FS_TEST(interfaces_carry_frames_both_ways)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        int status = child();
        fflush(stdout);
        _exit(status);
    }
    int status = 1;
    FS_CHECK(waitpid(pid, &status, 0) == pid);
    FS_CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SKIPPED));
}
