#include "device_mac.h"

enum {
    ENTRIES_AT = 8,
    ENTRY_SIZE = 16, ENTRY_MAC = 8,   /* arp-entries */
    ENTRY6_SIZE = 24, ENTRY6_MAC = 17, /* nd-entries */
    MAC_SIZE = 6,
    STAND_IN = 5,
};

static bool stands_in(const uint8_t *mac)
{
    static const uint8_t stand_in[STAND_IN] = {0x03, 'F', 'S', 'D', 0};
    return memcmp(mac, stand_in, STAND_IN) == 0;
}

/* Where the first address is, and how far the next: 0 when there is but one. */
static bool places(const struct fs_arg *arg, const struct fs_bytes *v, size_t *first, size_t *step)
{
    if (v->length == MAC_SIZE && fs_text_is(arg->type, strlen(arg->type), "ether-address")) {
        *first = *step = 0;
        return true;
    }
    if (v->length >= ENTRIES_AT + ENTRY_SIZE && fs_text_is(arg->type, strlen(arg->type), "arp-entries")) {
        *first = ENTRIES_AT + ENTRY_MAC;
        *step = ENTRY_SIZE;
        return true;
    }
    if (v->length >= ENTRIES_AT + ENTRY6_SIZE && fs_text_is(arg->type, strlen(arg->type), "nd-entries")) {
        *first = ENTRIES_AT + ENTRY6_MAC;
        *step = ENTRY6_SIZE;
        return true;
    }
    return false;
}

const char *fs_fill_device_macs(struct fs_router *r, const struct fs_arg *arg, struct fs_bytes *value)
{
    size_t first, step;
    uint8_t *copy = NULL;
    if (!places(arg, value, &first, &step)) {
        return NULL;
    }
    for (size_t at = first; at + MAC_SIZE <= value->length; at += step) {
        if (stands_in(value->at + at)) {
            uint32_t device = value->at[at + STAND_IN];
            if (device >= r->platform->device_count) {
                return "the machine has no such device";
            }
            if (copy == NULL) {
                copy = fs_arena_alloc(&r->arena, value->length);
                if (copy == NULL) {
                    return "out of memory";
                }
                memcpy(copy, value->at, value->length);
                value->at = copy;
            }
            memcpy(copy + at, r->platform->devices[device]->mac, MAC_SIZE);
        }
        if (step == 0) {
            break;
        }
    }
    return NULL;
}
