#include "net/dns.h"

enum fs_dns_kind fs_dns_read(struct fs_dns_query *q, const uint8_t *at, const uint8_t *end)
{
    struct fs_cursor c = {at, end};
    const uint8_t *header = fs_take(&c, FS_DNS_SIZE);
    if (header == NULL) {
        return FS_DNS_BROKEN;
    }
    uint32_t questions = fs_get16(header + 4);
    if ((fs_get16(header + 2) & FS_DNS_RESPONSE) != 0 || questions == 0) {
        return FS_DNS_NONE;
    }
    q->label_count = q->length = 0;
    for (;;) {
        const uint8_t *label = fs_take(&c, 1);
        uint32_t n = label != NULL ? *label : UINT8_MAX;
        if (n > FS_DNS_LABEL_MAX || n + 2 > FS_DNS_NAME_MAX - q->length + (n == 0) || fs_take(&c, n) == NULL) {
            return FS_DNS_BROKEN;
        }
        if (n != 0) {
            q->labels[q->label_count++] = (uint8_t)q->length;
        }
        for (uint32_t i = 0; i <= n; i++) {
            q->name[q->length++] = fs_dns_lower(label[i]); /* lengths are no letters */
        }
        if (n == 0) {
            break;
        }
    }
    const uint8_t *rest = fs_take(&c, 4);
    if (rest == NULL || questions != 1) {
        return FS_DNS_BROKEN;
    }
    q->type = fs_get16(rest);
    q->class = fs_get16(rest + 2);
    q->end = c.at;
    return FS_DNS_QUERY;
}

__attribute__((cold)) uint32_t fs_dns_name(uint8_t name[FS_DNS_NAME_MAX], const uint8_t *text, size_t length)
{
    uint32_t label = 0, at = 1; /* where its length stands; where the next byte goes */
    if (length == 0) {
        return 0;
    }
    length -= text[length - 1] == '.';
    for (size_t i = 0; i < length; i++) {
        if (at >= FS_DNS_NAME_MAX - 1) {
            return 0;
        }
        if (text[i] != '.') {
            name[at++] = fs_dns_lower(text[i]);
            continue;
        }
        if (at - label - 1 == 0 || at - label - 1 > FS_DNS_LABEL_MAX) {
            return 0;
        }
        name[label] = (uint8_t)(at - label - 1);
        label = at++;
    }
    if (at - label - 1 > FS_DNS_LABEL_MAX || (length > 0 && at - label - 1 == 0)) {
        return 0;
    }
    name[label] = (uint8_t)(at - label - 1);
    if (length > 0) {
        name[at++] = 0;
    }
    return at;
}
