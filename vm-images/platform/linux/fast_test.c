/* fast_test.c: the ways to one end of a veth pair, each in a network namespace of its own. What is sent at the other end
 * comes as it is on a wire: with its VLAN tag, its checksum, in pieces that fit; or it is counted, with the reason. Needs the
 * right to make a namespace, `ip`, and for AF_XDP the superuser; says so when it has not.
 *
 *     fsfar (the test, the kernel's stack, 10.9.0.1) ---- fsnear (a device of the engine)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/testing.h"
#include "machine.h"
#include "net/checksum.h"

enum { SKIPPED = 77, PACKETS = 128, PATIENCE_MS = 2000, UDP_SEGMENT_OPTION = 103, IP_AT = 14, UDP_AT = 34 };

static struct fs_pool pool;

static const char wire[] = "ip link add name fsfar type veth peer name fsnear && "
                           "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 && "
                           "ip link set fsfar address 02:00:00:00:00:07 && ip address add 10.9.0.1/24 dev fsfar && "
                           "ip link set fsfar up && ip link set fsnear up && "
                           "ip neighbour add 10.9.0.2 lladdr 02:00:00:00:00:08 dev fsfar";

static int far_socket(const char *interface)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
                                  .sll_ifindex = (int)if_nametoindex(interface)};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    FS_CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

/* Of the local experimental EtherType 0x88b6, or behind a VLAN tag. */
static void make(uint8_t *frame, unsigned length, bool tagged)
{
    memset(frame, (int)length, length);
    memcpy(frame, "\2\0\0\0\0\10\2\0\0\0\0\7", 12);
    memcpy(frame + 12, "\x81\0\x60\5", 4);
    memcpy(frame + (tagged ? 16 : 12), "\x88\xb6", 2);
}

/* The next frame from the far end, within a bound. */
static struct fs_packet *next(struct fs_linux_device *d)
{
    for (unsigned i = 0; i < PATIENCE_MS; i++) {
        struct fs_batch batch = {.count = 0};
        d->base.operations->receive(&d->base, &batch, 1);
        if (batch.count > 0) {
            return batch.packets[0];
        }
        struct pollfd fd = {.fd = d->fd, .events = POLLIN};
        poll(&fd, 1, 1);
    }
    return NULL;
}

static void expect(struct fs_linux_device *d, const uint8_t *frame, unsigned length)
{
    struct fs_packet *p = next(d);
    FS_FRAME(p, frame, length);
    if (p != NULL) {
        FS_EQUAL(p->device, d->base.index);
        fs_packet_free(p);
    }
}

/* ---- frames as they are ---- */

static void from_far(struct fs_linux_device *d, unsigned length, bool tagged)
{
    uint8_t frame[FS_FRAME_MAX];
    int fd = far_socket("fsfar");
    make(frame, length, tagged);
    FS_EQUAL(send(fd, frame, length, 0), length);
    expect(d, frame, length);
    close(fd);
}

/* Has fsfar send all frames with the tag beside them, as a VLAN interface does: a program of the kernel's (tcx, Linux 6.6).
 * A descriptor that it goes with, or -1. */
static int tag_beside(uint16_t tci)
{
    enum { EGRESS = 47 }; /* BPF_TCX_EGRESS, which older build hosts lack */
    const struct bpf_insn code[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = htons(ETH_P_8021Q)},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = tci},
        {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_skb_vlan_push},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr program = {.prog_type = BPF_PROG_TYPE_SCHED_CLS, .insns = (uintptr_t)code,
                              .insn_cnt = sizeof(code) / sizeof(code[0]), .license = (uintptr_t)"GPL"};
    const int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof(program));
    union bpf_attr link = {.link_create = {.prog_fd = (uint32_t)fd, .target_ifindex = if_nametoindex("fsfar"),
                                           .attach_type = EGRESS}};
    return fd < 0 ? -1 : (int)syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link));
}

static void from_far_with_tag_beside(struct fs_linux_device *d, unsigned length)
{
    uint8_t frame[FS_FRAME_MAX], sent[FS_FRAME_MAX];
    const int link = tag_beside(0x6005);
    if (link < 0) {
        printf("not tried: a tag beside the frame: %s\n", strerror(errno));
        return;
    }
    int fd = far_socket("fsfar");
    make(frame, length, true);
    memcpy(sent, frame, length);
    memmove(sent + 12, frame + 16, length - 16);
    FS_EQUAL(send(fd, sent, length - 4, 0), length - 4);
    expect(d, frame, length);
    close(fd);
    close(link);
}

static void to_far(struct fs_linux_device *d, unsigned length, unsigned count)
{
    uint8_t frame[FS_FRAME_MAX], got[FS_FRAME_MAX];
    struct fs_batch batch = {.count = 0};
    int fd = far_socket("fsfar");
    make(frame, length, false);
    for (unsigned i = 0; i < count; i++) {
        struct fs_packet *p = fs_packet_new(&pool, FS_HEADROOM, length);
        memcpy(p->data, frame, length);
        p->data[length - 1] = (uint8_t)i;
        fs_batch_add(&batch, p);
    }
    FS_EQUAL(d->base.operations->transmit(&d->base, &batch), count);
    for (unsigned i = 0; i < count; i++) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        poll(&wait, 1, PATIENCE_MS);
        frame[length - 1] = (uint8_t)i;
        if (!FS_EQUAL(recv(fd, got, sizeof(got), 0), length) || !FS_CHECK(memcmp(got, frame, length) == 0)) {
            break;
        }
    }
    close(fd);
}

/* ---- what Linux leaves to a NIC ---- */

static bool whole_udp(const struct fs_packet *p, unsigned payload)
{
    const uint8_t *ip = p->data + IP_AT;
    const unsigned length = 8 + payload;
    return p->length == UDP_AT + length && ip[9] == 17 && fs_get16(p->data + UDP_AT + 6) != 0
           && fs_sum_fold(fs_sum_bytes(fs_sum_pseudo4(0, ip + 12, ip + 16, 17, (uint16_t)length), p->data + UDP_AT, length)) == 0;
}

static int udp_socket(void)
{
    const struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(0x0a090002)}};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    FS_CHECK(fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0);
    return fd;
}

static void unfinished_checksum(struct fs_linux_device *d)
{
    int fd = udp_socket();
    for (unsigned length = 1; length <= 100; length += 33) {
        uint8_t payload[100];
        memset(payload, (int)length, sizeof(payload));
        FS_EQUAL(send(fd, payload, length, 0), length);
        struct fs_packet *p = next(d);
        FS_CHECK(p != NULL && whole_udp(p, length));
        if (p != NULL) {
            fs_packet_free(p);
        }
    }
    close(fd);
}

/* Four datagrams that the stack hands over in one piece where the interface is said to cut it. */
static void segments(struct fs_linux_device *d, bool come_cut)
{
    enum { EACH = 500, ALL = 4 };
    const int size = EACH;
    uint8_t payload[EACH * ALL] = {1};
    int fd = udp_socket();
    if (!FS_CHECK(setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT_OPTION, &size, sizeof(size)) == 0)) {
        close(fd);
        return;
    }
    const uint64_t before = d->losses[FS_LOSS_TOO_LONG], none = d->base.counters.no_buffer;
    FS_EQUAL(send(fd, payload, sizeof(payload), 0), sizeof(payload));
    for (unsigned i = 0; come_cut && i < ALL; i++) {
        struct fs_packet *p = next(d);
        FS_CHECK(p != NULL && whole_udp(p, EACH));
        if (p != NULL) {
            fs_packet_free(p);
        }
    }
    for (unsigned i = 0; !come_cut && i < PATIENCE_MS && d->losses[FS_LOSS_TOO_LONG] == before; i++) {
        struct fs_batch batch = {.count = 0};
        FS_EQUAL(d->base.operations->receive(&d->base, &batch, 1), 0);
        usleep(1000);
    }
    FS_EQUAL(d->losses[FS_LOSS_TOO_LONG] - before, come_cut ? 0 : 1);
    FS_EQUAL(d->base.counters.no_buffer - none, come_cut ? 0 : 1);
    close(fd);
}

/* ---- more than there is room for ---- */

static void overrun(struct fs_linux_device *d)
{
    enum { FRAMES = 5000 };
    uint8_t frame[60];
    int fd = far_socket("fsfar");
    make(frame, sizeof(frame), false);
    const uint64_t got = d->base.counters.received, lost = d->losses[FS_LOSS_RING_FULL];
    for (unsigned i = 0; i < FRAMES; i++) {
        FS_EQUAL(send(fd, frame, sizeof(frame), 0), sizeof(frame));
    }
    close(fd);
    for (unsigned i = 0; i < PATIENCE_MS; i++) {
        struct fs_batch batch = {.count = 0};
        while (d->base.operations->receive(&d->base, &batch, FS_BATCH_MAX) > 0) {
            fs_packet_free_batch(&batch);
        }
        d->refresh(d);
        if (d->base.counters.received - got + d->losses[FS_LOSS_RING_FULL] - lost == FRAMES) {
            break;
        }
        usleep(1000);
    }
    FS_EQUAL(d->base.counters.received - got + d->losses[FS_LOSS_RING_FULL] - lost, FRAMES);
    FS_CHECK(d->losses[FS_LOSS_RING_FULL] > lost);
    FS_EQUAL(d->base.counters.no_buffer, d->losses[FS_LOSS_RING_FULL] + d->losses[FS_LOSS_TOO_LONG]);
}

static void empty_pool(struct fs_linux_device *d)
{
    struct fs_packet *held[PACKETS];
    unsigned count = 0;
    while (count < PACKETS && (held[count] = fs_packet_new(&pool, FS_HEADROOM, 0)) != NULL) {
        count++;
    }
    uint8_t frame[60];
    int fd = far_socket("fsfar");
    make(frame, sizeof(frame), false);
    FS_EQUAL(send(fd, frame, sizeof(frame), 0), sizeof(frame));
    close(fd);
    struct fs_batch batch = {.count = 0};
    for (unsigned i = 0; i < PATIENCE_MS && d->losses[FS_LOSS_POOL_EMPTY] == 0; i++) {
        FS_EQUAL(d->base.operations->receive(&d->base, &batch, 1), 0);
        usleep(1000);
    }
    FS_EQUAL(d->losses[FS_LOSS_POOL_EMPTY], 1);
    while (count > 0) {
        fs_packet_free(held[--count]);
    }
}

/* An interface that went down and came back is read on, and the loop that waits for it is not kept awake. */
static void down_and_up(struct fs_linux_device *d)
{
    struct pollfd fd = {.fd = d->fd, .events = POLLIN, .revents = POLLERR};
    FS_REQUIRE(system("ip link set fsnear down && ip link set fsnear up") == 0);
    for (unsigned i = 0; i < 10 && fd.revents != 0; i++) {
        struct fs_batch batch = {.count = 0};
        FS_EQUAL(d->base.operations->receive(&d->base, &batch, 1), 0);
        FS_CHECK(!d->base.operations->arm(&d->base) || poll(&fd, 1, 0) >= 0);
    }
    FS_EQUAL(fd.revents, 0);
    from_far(d, 60, false);
}

/* ---- each way ---- */

typedef struct fs_linux_device *opener(const char *name, char *why, size_t why_size);

static void work(opener *open, const char *io, bool cuts)
{
    char why[FS_DEVICE_WHY];
    struct fs_linux_device *d = open("fsnear", why, sizeof(why));
    if (d == NULL) {
        printf("    %s\n", why);
    }
    FS_REQUIRE(d != NULL);
    FS_TEXT(d->io, io);
    d->base.pool = &pool;
    d->base.index = 3;
    FS_EQUAL(d->base.frame_limit, 1518);
    FS_CHECK(d->base.operations->arm(&d->base));
    for (unsigned round = 0; round < 40; round++) { /* the rings are gone round */
        from_far(d, 60, false);
        to_far(d, 60, 40);
    }
    from_far(d, 1514, false);
    from_far(d, 1518, true);
    from_far_with_tag_beside(d, 64);
    from_far_with_tag_beside(d, 1518);
    to_far(d, 1514, 3);
    unfinished_checksum(d);
    segments(d, cuts);
    if (d->refresh != NULL) {
        overrun(d);
    }
    empty_pool(d);
    down_and_up(d);
    FS_EQUAL(pool.free_count, pool.size);
    FS_CHECK(d->scrub == NULL || d->scrub(d));
    d->close(d);
}

static void packet(void) { work(fs_packet_open, "packet", false); }
static void ring(void) { work(fs_ring_open, "ring", false); }
static void xdp(void) { work(fs_xdp_open, "xdp", true); }

static void open_in_vain(void)
{
    char why[FS_DEVICE_WHY];
    struct fs_linux_device *first = fs_xdp_open("fsnear", why, sizeof(why));
    FS_REQUIRE(first != NULL);
    FS_CHECK(fs_xdp_open("fsnear", why, sizeof(why)) == NULL);
    FS_TEXT(why, "fsnear: it has another XDP program: Device or resource busy");
    struct fs_linux_device *second = fs_auto_open("fsnear", why, sizeof(why));
    FS_REQUIRE(second != NULL);
    FS_TEXT(second->io, "ring");
    FS_TEXT(second->why, "no AF_XDP: fsnear: it has another XDP program: Device or resource busy");
    second->close(second);
    first->close(first);
    FS_CHECK(fs_auto_open("fsnone", why, sizeof(why)) == NULL);
    FS_TEXT(why, "fsnone: no such interface: No such device");
}

/* The program goes with its process, whatever ended that. */
static void killed(void)
{
    char why[FS_DEVICE_WHY], byte;
    int ready[2];
    FS_REQUIRE(pipe(ready) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(fs_xdp_open("fsnear", why, sizeof(why)) != NULL && write(ready[1], "", 1) == 1 && pause() ? 0 : 1);
    }
    close(ready[1]);
    FS_CHECK(read(ready[0], &byte, 1) == 1);
    FS_CHECK(fs_xdp_open("fsnear", why, sizeof(why)) == NULL);
    FS_CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
    struct fs_linux_device *d = fs_xdp_open("fsnear", why, sizeof(why)); /* who is started again at once waits for it */
    FS_REQUIRE(d != NULL);
    d->close(d);
}

/* ---- in a namespace of its own ---- */

static int child(void (*what)(void), bool by_xdp)
{
    if (by_xdp && geteuid() != 0) {
        printf("skipped: AF_XDP needs the superuser\n");
        return SKIPPED;
    }
    if (unshare(CLONE_NEWNET) != 0 && (by_xdp || unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)) {
        printf("skipped: cannot make a network namespace: %s\n", strerror(errno));
        return SKIPPED;
    }
    if (system(wire) != 0) {
        printf("skipped: cannot make a veth pair with `ip`\n");
        return SKIPPED;
    }
    unsigned before = fs_test_failures();
    void *region = malloc(fs_pool_bytes(PACKETS));
    fs_pool_init(&pool, region, fs_pool_bytes(PACKETS));
    what();
    free(region);
    return fs_test_failures() == before ? 0 : 1;
}

static void in_namespace(void (*what)(void), bool by_xdp)
{
    int status = 1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        status = child(what, by_xdp);
        fflush(stdout);
        _exit(status);
    }
    FS_CHECK(waitpid(pid, &status, 0) == pid);
    FS_CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SKIPPED));
}

FS_TEST(packet_socket_passes_frames_as_on_a_wire) { in_namespace(packet, false); }
FS_TEST(packet_ring_passes_frames_as_on_a_wire) { in_namespace(ring, false); }
FS_TEST(xdp_socket_passes_frames_as_on_a_wire) { in_namespace(xdp, true); }
FS_TEST(auto_takes_the_next_best_and_says_why) { in_namespace(open_in_vain, true); }
FS_TEST(xdp_program_goes_with_a_killed_process) { in_namespace(killed, true); }
