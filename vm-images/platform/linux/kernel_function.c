#include "kernel_function.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* The file is some five megabytes: it is read in pieces. */
enum { PIECE = 32768 };

/* Where in a file we are: bytes from `at` to `end` lie in the buffer. */
struct pieces {
    int fd;
    uint64_t next; /* of the file, behind what is in the buffer */
    size_t at, end;
    _Alignas(8) uint8_t bytes[PIECE];
};

static void go_to(struct pieces *p, uint64_t offset)
{
    p->next = offset;
    p->at = p->end = 0;
}

/* The next n bytes, which stay where they are until the next call, or NULL when the file ends before. */
static const void *take(struct pieces *p, size_t n)
{
    if (p->end - p->at < n) {
        memmove(p->bytes, p->bytes + p->at, p->end - p->at);
        p->end -= p->at;
        p->at = 0;
        while (p->end < n) {
            ssize_t got = pread(p->fd, p->bytes + p->end, PIECE - p->end, (off_t)p->next);
            if (got <= 0) {
                return NULL;
            }
            p->end += (size_t)got;
            p->next += (uint64_t)got;
        }
    }
    const void *found = p->bytes + p->at;
    p->at += n;
    return found;
}

/* The offset of a name among `length` bytes of strings; 0, which is that of the empty one, when it is not there. */
static uint32_t offset_of(struct pieces *p, uint32_t length, const char *name)
{
    const size_t size = strlen(name) + 1;
    size_t same = 0; /* bytes of the name that the string at hand begins with; more than `size`: it does not */
    uint32_t i = 0;
    while (i < length) {
        const char *c = take(p, 1); /* and as many as are here */
        const size_t here = 1 + p->end - p->at;
        const uint32_t n = here < length - i ? (uint32_t)here : length - i;
        if (c == NULL) {
            return 0;
        }
        for (uint32_t k = 0; k < n; k++, i++) {
            same = same < size && c[k] == name[same] ? same + 1 : size + 1;
            if (same == size) {
                return i + 1 - (uint32_t)size;
            }
            same = c[k] == '\0' ? 0 : same;
        }
        p->at += n - 1;
    }
    return 0;
}

/* Bytes behind a type's record; less than 0 for a kind that is not known. */
static int tail_of(uint32_t info)
{
    static const uint8_t each[] = {
        [BTF_KIND_STRUCT] = sizeof(struct btf_member),        [BTF_KIND_UNION] = sizeof(struct btf_member),
        [BTF_KIND_ENUM] = sizeof(struct btf_enum),            [BTF_KIND_FUNC_PROTO] = sizeof(struct btf_param),
        [BTF_KIND_DATASEC] = sizeof(struct btf_var_secinfo), [BTF_KIND_ENUM64] = sizeof(struct btf_enum64),
    };
    static const uint8_t once[] = {
        [BTF_KIND_INT] = sizeof(uint32_t), [BTF_KIND_ARRAY] = sizeof(struct btf_array),
        [BTF_KIND_VAR] = sizeof(struct btf_var), [BTF_KIND_DECL_TAG] = sizeof(struct btf_decl_tag),
        [BTF_KIND_ENUM64] = 0,
    };
    const uint32_t kind = BTF_INFO_KIND(info);
    return kind > BTF_KIND_ENUM64 ? -1 : once[kind] + each[kind] * (int)BTF_INFO_VLEN(info);
}

static bool skip(struct pieces *p, int bytes)
{
    for (; bytes > PIECE; bytes -= PIECE) {
        if (take(p, PIECE) == NULL) {
            return false;
        }
    }
    return bytes >= 0 && take(p, (size_t)bytes) != NULL;
}

static uint32_t number_in(struct pieces *p, const char *name)
{
    const struct btf_header *read = take(p, sizeof(*read));
    if (read == NULL || read->magic != BTF_MAGIC) {
        return 0;
    }
    const struct btf_header h = *read;
    go_to(p, (uint64_t)h.hdr_len + h.str_off);
    const uint32_t offset = offset_of(p, h.str_len, name);
    go_to(p, (uint64_t)h.hdr_len + h.type_off);
    for (uint32_t number = 1, gone = 0; offset != 0 && gone < h.type_len; number++) {
        const struct btf_type *t = take(p, sizeof(*t));
        if (t == NULL) {
            return 0;
        }
        if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC && t->name_off == offset) {
            return number;
        }
        const int tail = tail_of(t->info);
        gone += (uint32_t)(sizeof(*t) + (size_t)tail);
        if (!skip(p, tail)) {
            return 0;
        }
    }
    return 0;
}

uint32_t fs_kernel_function(const char *name)
{
    struct pieces p = {.fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC)};
    if (p.fd < 0) {
        return 0;
    }
    const uint32_t number = number_in(&p, name);
    close(p.fd);
    return number;
}
