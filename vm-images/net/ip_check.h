/* ip_check.h: what makes an IPv4 header sound (RFC 1812 5.2.2, 5.3.7), for the elements that check it: arguments, counts,
 * handlers, and the way of bad packets. */
#ifndef NET_IP_CHECK_H
#define NET_IP_CHECK_H

#include "net/marked.h"

enum fs_ip_fault {
    FS_IP_FAULT_TINY,
    FS_IP_FAULT_VERSION,
    FS_IP_FAULT_HEADER_LENGTH,
    FS_IP_FAULT_LENGTH,
    FS_IP_FAULT_CHECKSUM,
    FS_IP_FAULT_SOURCE,
    FS_IP_FAULTS,
    FS_IP_FAULT_NONE = FS_IP_FAULTS
};

struct fs_addresses {
    uint8_t (*at)[4];
    uint32_t count;
};

struct fs_ip_check {
    struct fs_element base;
    uint32_t offset;
    bool checksum, verbose, details, marked;
    uint8_t paint; /* IPInputCombo's */
    struct fs_addresses bad_sources, good_destinations;
    uint64_t drops, by_fault[FS_IP_FAULTS];
};

/* Whether the source is one of those that it must not be. */
bool fs_ip_check_bad_source(const struct fs_ip_check *c, const struct fs_ip *h);
void fs_ip_check_reject(struct fs_ip_check *c, struct fs_packet *p, enum fs_ip_fault fault);

/* Checks the `left` bytes at `h`, which are all that the frame has from there. */
static inline enum fs_ip_fault fs_ip_check_header(const struct fs_ip_check *c, const struct fs_ip *h, size_t left)
{
    if (left < FS_IP_SIZE) {
        return FS_IP_FAULT_TINY;
    }
    unsigned length = fs_get16(h->length), header = FS_IP_SIZE;
    if (__builtin_expect(h->version_length != 0x45, 0)) {
        header = fs_ip_header_length(h);
        if (fs_ip_version(h) != 4) {
            return FS_IP_FAULT_VERSION;
        }
        if (header < FS_IP_SIZE) {
            return FS_IP_FAULT_HEADER_LENGTH;
        }
    }
    if (length > left || length < header) {
        return FS_IP_FAULT_LENGTH;
    }
    if (c->checksum) {
        uint16_t sum = __builtin_expect(header == FS_IP_SIZE, 1) ? fs_checksum_ip((const uint8_t *)h, FS_IP_SIZE / 4)
                                                                 : fs_checksum_ip((const uint8_t *)h, header / 4);
        if (sum != 0) {
            return FS_IP_FAULT_CHECKSUM;
        }
    }
    return c->bad_sources.count != 0 && fs_ip_check_bad_source(c, h) ? FS_IP_FAULT_SOURCE : FS_IP_FAULT_NONE;
}

/* Marks the sound header, sets the destination annotation, and takes off what follows the IP packet. */
static inline void fs_ip_check_mark(struct fs_packet *p, const struct fs_ip *h, size_t left, bool shorten)
{
    fs_set_network_header(p, (const uint8_t *)h, fs_ip_header_length(h));
    fs_set_anno_address(p, FS_ANNO_DST_IP, h->destination);
    if (shorten) {
        p->length -= (uint32_t)(left - fs_get16(h->length));
    }
}

/* CHECKSUM is the last, for CheckIPHeader2 does not have it. */
enum { FS_IP_CHECK_ARGS = 9, FS_IP_CHECK_HANDLERS = 2 };
extern const struct fs_arg fs_ip_check_args[FS_IP_CHECK_ARGS];
extern const struct fs_handler fs_ip_check_handlers[FS_IP_CHECK_HANDLERS];

int fs_ip_check_configure(struct fs_element *e, struct fs_text *error);
/* INTERFACES, BADSRC and GOODDST of a descriptor that has them there. */
int fs_ip_check_sources(struct fs_ip_check *c, unsigned old, unsigned interfaces, unsigned bad, unsigned good,
                        struct fs_text *error);
void fs_ip_check_take_state(struct fs_element *e, struct fs_element *old);
void fs_ip_check_act(struct fs_element *e, struct fs_batch *batch);

#endif
