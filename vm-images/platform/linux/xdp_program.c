#include "xdp_program.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel_function.h"

/* Of <linux/bpf.h>, which older build hosts lack: a program that may ask the driver for what it knows of a frame. */
enum { BOUND_TO_DEVICE = 1 << 6 };

enum { PAUSES = 100, PAUSE_NS = 2000000 };

static int bpf(int command, union bpf_attr *attr) { return (int)syscall(SYS_bpf, command, attr, sizeof(*attr)); }

static bool failed(const char *what, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s", what, strerror(errno));
    return false;
}

/* ---- the program ---- */

#define I(c, d, s, o, i) ((struct bpf_insn){.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)})
#define COPY(d, s) I(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define SET(d, value) I(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, value)
#define ADD(d, value) I(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, value)
#define LOAD(size, d, s, o) I(BPF_LDX | BPF_MEM | (size), d, s, o, 0)
#define STORE(size, d, o, s) I(BPF_STX | BPF_MEM | (size), d, s, o, 0)
#define CALL(function) I(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define CALL_KERNEL(number) I(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, number)
#define UNLESS_ZERO(r, o) I(BPF_JMP | BPF_JNE | BPF_K, r, 0, o, 0)
#define IF_ABOVE(r, s, o) I(BPF_JMP | BPF_JGT | BPF_X, r, s, o, 0)
#define SWAP16(d) I(BPF_ALU | BPF_END | BPF_TO_BE, d, 0, 0, 16)
#define EXIT I(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define FIELD(name) ((short)offsetof(struct xdp_md, name))

enum { MOST_INSTRUCTIONS = 40, TYPE = -8, TCI = -4 };

/* if (bpf_xdp_metadata_rx_vlan_tag(context, &type, &tci) == 0) { make room for the tag; write it } */
static unsigned put_tag_back(struct bpf_insn *to, uint32_t tag_of)
{
    const struct bpf_insn code[] = {
        COPY(BPF_REG_1, BPF_REG_6),
        COPY(BPF_REG_2, BPF_REG_10), ADD(BPF_REG_2, TYPE),
        COPY(BPF_REG_3, BPF_REG_10), ADD(BPF_REG_3, TCI),
        CALL_KERNEL((int)tag_of),
        UNLESS_ZERO(BPF_REG_0, 23), /* no tag, to the end of this */
        COPY(BPF_REG_1, BPF_REG_6), SET(BPF_REG_2, -4), CALL(BPF_FUNC_xdp_adjust_head),
        UNLESS_ZERO(BPF_REG_0, 17), /* no room: dropped */
        LOAD(BPF_W, BPF_REG_2, BPF_REG_6, FIELD(data)),
        LOAD(BPF_W, BPF_REG_3, BPF_REG_6, FIELD(data_end)),
        COPY(BPF_REG_4, BPF_REG_2), ADD(BPF_REG_4, 18),
        IF_ABOVE(BPF_REG_4, BPF_REG_3, 12), /* too short: dropped */
        LOAD(BPF_W, BPF_REG_5, BPF_REG_2, 4), STORE(BPF_W, BPF_REG_2, 0, BPF_REG_5),
        LOAD(BPF_W, BPF_REG_5, BPF_REG_2, 8), STORE(BPF_W, BPF_REG_2, 4, BPF_REG_5),
        LOAD(BPF_W, BPF_REG_5, BPF_REG_2, 12), STORE(BPF_W, BPF_REG_2, 8, BPF_REG_5),
        LOAD(BPF_H, BPF_REG_5, BPF_REG_10, TYPE), STORE(BPF_H, BPF_REG_2, 12, BPF_REG_5), /* as on the wire */
        LOAD(BPF_H, BPF_REG_5, BPF_REG_10, TCI), SWAP16(BPF_REG_5), STORE(BPF_H, BPF_REG_2, 14, BPF_REG_5),
        /* to the end, over the two that drop */
        I(BPF_JMP | BPF_JA, 0, 0, 2, 0),
        SET(BPF_REG_0, XDP_DROP), EXIT,
    };
    memcpy(to, code, sizeof(code));
    return sizeof(code) / sizeof(code[0]);
}

/* return bpf_redirect_map(map, context->rx_queue_index, XDP_PASS) */
static unsigned hand_over(struct bpf_insn *to, int map)
{
    const struct bpf_insn code[] = {
        LOAD(BPF_W, BPF_REG_2, BPF_REG_6, FIELD(rx_queue_index)),
        I(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map), I(0, 0, 0, 0, 0),
        SET(BPF_REG_3, XDP_PASS), CALL(BPF_FUNC_redirect_map), EXIT,
    };
    memcpy(to, code, sizeof(code));
    return sizeof(code) / sizeof(code[0]);
}

/* The kernel lends its functions only to programs whose licence goes with its own: these instructions may be had under the
 * BSD licence and the GPL besides. */
static const char license[] = "Dual BSD/GPL";

static bool load(struct fs_xdp_program *x, int interface, uint32_t tag_of)
{
    struct bpf_insn code[MOST_INSTRUCTIONS] = {
        COPY(BPF_REG_6, BPF_REG_1), /* the context */
        I(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, TYPE, 0),
    };
    unsigned n = 2;
    n += tag_of != 0 ? put_tag_back(code + n, tag_of) : 0;
    n += hand_over(code + n, x->map);
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_XDP, .insn_cnt = n, .insns = (uintptr_t)code,
                           .license = (uintptr_t)license, .prog_name = "flowstream",
                           .prog_flags = tag_of != 0 ? BOUND_TO_DEVICE : 0,
                           .prog_ifindex = tag_of != 0 ? (uint32_t)interface : 0};
    x->program = bpf(BPF_PROG_LOAD, &attr);
    return x->program >= 0;
}

int fs_xdp_patiently(int (*attempt)(void *), void *argument)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    int result = attempt(argument);
    for (unsigned i = 0; result < 0 && errno == EBUSY && i < PAUSES; i++) {
        nanosleep(&pause, NULL);
        result = attempt(argument);
    }
    return result;
}

static int create_link(void *attr) { return bpf(BPF_LINK_CREATE, attr); }

static bool attach(struct fs_xdp_program *x, int interface, bool tags, char *why, size_t why_size)
{
    const uint32_t tag_of = tags ? fs_kernel_function("bpf_xdp_metadata_rx_vlan_tag") : 0;
    if (tags && tag_of == 0) {
        snprintf(why, why_size, "VLAN tags would be lost: this kernel tells an XDP program of none (Linux 6.8 does)");
        return false;
    }
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_XSKMAP, .key_size = 4, .value_size = 4, .max_entries = 1,
                          .map_name = "flowstream"};
    x->map = bpf(BPF_MAP_CREATE, &map);
    if (x->map < 0) {
        return failed("the kernel takes no XDP socket map", why, why_size);
    }
    if (!load(x, interface, tag_of)) {
        return failed("the kernel takes no XDP program", why, why_size);
    }
    union bpf_attr link = {.link_create = {.prog_fd = (uint32_t)x->program, .target_ifindex = (uint32_t)interface,
                                           .attach_type = BPF_XDP, .flags = XDP_FLAGS_DRV_MODE}};
    x->link = fs_xdp_patiently(create_link, &link);
    return x->link >= 0
           || failed(errno == EBUSY ? "it has another XDP program" : "its driver takes no XDP program", why, why_size);
}

bool fs_xdp_attach(struct fs_xdp_program *x, int interface, bool tags, char *why, size_t why_size)
{
    *x = (struct fs_xdp_program){-1, -1, -1};
    bool good = attach(x, interface, tags, why, why_size);
    if (!good) {
        fs_xdp_detach(x);
    }
    return good;
}

bool fs_xdp_admit(const struct fs_xdp_program *x, int socket)
{
    const uint32_t queue = 0;
    union bpf_attr attr = {.map_fd = (uint32_t)x->map, .key = (uintptr_t)&queue, .value = (uintptr_t)&socket};
    return bpf(BPF_MAP_UPDATE_ELEM, &attr) == 0;
}

void fs_xdp_detach(struct fs_xdp_program *x)
{
    const int all[] = {x->link, x->program, x->map};
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i] >= 0) {
            close(all[i]);
        }
    }
    *x = (struct fs_xdp_program){-1, -1, -1};
}
