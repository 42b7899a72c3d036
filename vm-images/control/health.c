#include "health.h"

#include <string.h>

static struct fs_health *mine(struct fs_service *s) { return (struct fs_health *)(void *)s; }

static void health_close(struct fs_service *s)
{
    struct fs_health *h = mine(s);
    h->too_long = h->open = h->announce = false;
    h->line_length = h->answered = 0;
    h->answer = (struct fs_text){.at = h->answer_bytes, .capacity = sizeof(h->answer_bytes)};
}

static void say_ready(struct fs_health *h)
{
    h->announce = false;
    fs_text_format(&h->answer, "%s\n", h->ready);
}

static void health_open(struct fs_service *s)
{
    health_close(s);
    mine(s)->open = true;
    say_ready(mine(s));
}

static size_t health_output(struct fs_service *s, const uint8_t **at)
{
    struct fs_health *h = mine(s);
    *at = (const uint8_t *)h->answer.at + h->answered;
    return h->answer.length - h->answered;
}

static void health_sent(struct fs_service *s, size_t count)
{
    struct fs_health *h = mine(s);
    h->answered += count;
    if (h->answered >= h->answer.length) {
        h->answered = h->answer.length = 0;
        if (h->announce) {
            say_ready(h);
        }
    }
}

static bool health_ended(const struct fs_service *s)
{
    (void)s;
    return false;
}

/* Anything but a PING is not answered: the other side has a deadline anyway. */
static void answer_line(struct fs_health *h)
{
    const size_t word = sizeof("PING ") - 1;
    if (h->too_long || h->router == NULL || h->line_length < word || memcmp(h->line, "PING ", word) != 0
        || h->line_length > word + FS_HEALTH_TOKEN) {
        return;
    }
    struct fs_router_figures f;
    fs_router_figures(h->router, &f);
    fs_text_string(&h->answer, "PONG ");
    fs_text_bytes(&h->answer, h->line + word, h->line_length - word);
    fs_text_format(&h->answer, " uptime_us=%lu received=%lu sent=%lu dropped=%lu pool_free=%u\n", f.uptime / 1000,
                   f.received, f.sent, f.dropped, f.pool_free);
}

static size_t health_input(struct fs_service *s, const uint8_t *bytes, size_t count)
{
    struct fs_health *h = mine(s);
    size_t i = 0;
    for (; i < count && h->answer.length == 0; i++) {
        char b = (char)bytes[i];
        if (b == '\n') {
            answer_line(h);
            h->line_length = 0;
            h->too_long = false;
        } else if (b == '\r') {
            continue;
        } else if (h->line_length < FS_HEALTH_LINE) {
            h->line[h->line_length++] = b;
        } else {
            h->too_long = true;
        }
    }
    return i;
}

static void keep_ready(struct fs_health *h, const char *ready)
{
    size_t length = strlen(ready);
    length = length < FS_HEALTH_LINE - 1 ? length : FS_HEALTH_LINE - 1;
    memcpy(h->ready, ready, length);
    h->ready[length] = '\0';
}

void fs_health_swap(struct fs_health *h, struct fs_router *router, const char *ready)
{
    h->router = router;
    keep_ready(h, ready);
    h->announce = h->open;
    if (h->announce && h->answer.length == 0) {
        say_ready(h);
    }
}

void fs_health_init(struct fs_health *h, struct fs_router *router, const char *ready)
{
    memset(h, 0, sizeof(*h));
    keep_ready(h, ready);
    h->service = (struct fs_service){health_open, health_close, health_input, health_output, health_sent, health_ended};
    h->router = router;
    health_close(&h->service);
}

void fs_ready_line(struct fs_router *r, uint64_t boot_us, uint64_t memory_kib, struct fs_text *line)
{
    /* By hand, and all of it by two loops: under TCG a machine pays for each instruction that it runs for the first time
     * before READY. */
    static const char names[][14] = {"READY digest=", " boot_us=", " devices=", " memory_kib=", " pool=", " bfd="};
    const uint64_t values[] = {0, boot_us, fs_router_device_count(r), memory_kib, fs_router_pool_size(r),
                               fs_router_bfd_device(r)};
    const unsigned count = FS_COUNT(names) - (values[FS_COUNT(names) - 1] >= values[2]);
    if (line->capacity - line->length < (size_t)FS_READY_LINE) {
        return;
    }
    char *at = line->at + line->length;
    for (unsigned i = 0; i < count; i++) {
        char digits[21];
        char *digit = &digits[sizeof(digits) - 1];
        *digit = '\0';
        uint64_t v = values[i];
        do {
            *--digit = (char)('0' + v % 10);
            v /= 10;
        } while (v != 0);
        const char *words[] = {names[i], i == 0 ? fs_router_digest(r) : digit};
        for (unsigned k = 0; k < FS_COUNT(words); k++) {
            for (const char *c = words[k]; *c != '\0'; c++) {
                *at++ = *c;
            }
        }
    }
    line->length = (size_t)(at - line->at);
}
