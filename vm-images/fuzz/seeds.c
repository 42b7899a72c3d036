/* seeds.c: writes what the fuzzers begin with: seeds FOLDER writes FOLDER/TARGET/NAME. */
#include <errno.h>
#include <stdio.h>

#include "control/record.h"
#include "fuzz/classes.h"
#include "harness.h"
#include "loader/testing_blob.h"
#include "net/testing.h"
#include "samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) /* the harness declares it; nothing calls it here */
{
    (void)bytes;
    (void)size;
    return 0;
}

static const char *folder;
static int failed;

static void write_seed(const char *target, const char *name, const void *bytes, size_t size)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s/%s", folder, target, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes, 1, size, f) != size || fclose(f) != 0) {
        fprintf(stderr, "seeds: %s: %s\n", path, strerror(errno));
        failed = 1;
    }
}

/* ---- blobs: each class by itself, fed and drained by the test's ends ---- */

static void blob_of(const struct fs_class *c)
{
    static struct fs_test_blob b;
    uint32_t inputs, outputs, most, next = 1;
    fs_ports_parse(c->ports, false, 2, &inputs, &most);
    fs_ports_parse(c->ports, true, 2, &outputs, &most);
    fs_test_blob_begin(&b);
    fs_test_blob_element(&b, "e", c->name, "", "seed.click", 1, inputs, outputs);
    for (uint32_t i = 0; i < c->arg_count; i++) {
        if (fs_sample_needed(c, i)) {
            struct fs_sample s = fs_sample_of(&c->args[i]);
            fs_test_blob_argument(&b, i, s.encoding, c->args[i].kind == FS_REST ? 2 : 1, s.bytes, (uint32_t)s.size);
        }
    }
    for (uint32_t i = 0; i < inputs; i++, next++) {
        bool pulled = fs_processing_of(c->processing, false, i) == 'l';
        fs_test_blob_element(&b, "in", pulled ? "TestStore" : "FromDevice", "0", "seed.click", 2, 0, 1);
        if (!pulled) {
            fs_test_blob_argument(&b, 0, FS_ENCODING_TEXT, 1, "0", 1);
        }
        fs_test_blob_connect(&b, next, 0, 0, i);
    }
    for (uint32_t i = 0; i < outputs; i++, next++) {
        bool pulled = fs_processing_of(c->processing, true, i) == 'l';
        fs_test_blob_element(&b, "out", pulled ? "Unqueue" : "Discard", "", "seed.click", 3, 1, pulled);
        fs_test_blob_connect(&b, 0, i, next, 0);
        if (pulled) {
            fs_test_blob_element(&b, "end", "Discard", "", "seed.click", 4, 1, 0);
            fs_test_blob_connect(&b, next, 0, next + 1, 0);
            next++;
        }
    }
    fs_test_blob_end(&b);
    write_seed("blob", c->name, b.bytes, b.length);
    if (c->name[0] == 'C') { /* some as image segments */
        static uint8_t segment[20000];
        char name[128];
        snprintf(name, sizeof(name), "segment-%s", c->name);
        write_seed("blob", name, segment, fs_test_segment(&b, "{\"format\":1}", segment, sizeof(segment)));
    }
}

/* ---- conversations ---- */

/* A new configuration, then its handlers; and one that is not what its SHA-256 says. */
static void swaps(void)
{
    static struct fs_test_blob b;
    static uint8_t message[20000], text[sizeof(message) + 200];
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        fs_test_blob_begin(&b);
        fs_test_blob_element(&b, "i", "Idle", "", "seed.click", 1, 0, 0);
        fs_test_blob_end(&b);
        uint32_t length;
        char manifest[64] = "";
        do { /* the target ends a session at a byte 0xff: until there is none in the message */
            strcat(manifest, " ");
            length = fs_test_swap(&b, manifest, message, sizeof(message));
        } while (memchr(message, 0xff, length) != NULL && strlen(manifest) < sizeof(manifest) - 1);
        message[length - 1] ^= (uint8_t)wrong;
        size_t at = (size_t)snprintf((char *)text, 100, "%cWRITEDATA %s %u\r\n", 100, wrong ? "scrub" : "image", length);
        memcpy(text + at, message, length);
        at += length;
        at += (size_t)snprintf((char *)text + at, 100, "READ i.ports\nREAD digest\nREAD list\nPING z\n");
        write_seed("control", wrong ? "swap-wrong" : "swap", text, at);
    }
}

static void conversations(void)
{
    char text[8192];
    for (unsigned i = 0; i < fs_class_count(); i++) {
        const struct fs_class *c = fs_class_at(i);
        int n = snprintf(text, sizeof(text), "%cREAD %s.ports\nREAD %s.handlers\r\n", (char)(i * 7), c->name, c->name);
        for (uint32_t k = 0; k < c->handler_count && n < 8000; k++) {
            const char *name = c->handlers[k].name;
            n += snprintf(text + n, sizeof(text) - (size_t)n,
                          "READ %s.%s x\nWRITE %s.%s 1\nWRITEDATA %s.%s 3\n1.5CHECKWRITE %s.%s\n", c->name, name, c->name,
                          name, c->name, name, c->name, name);
        }
        write_seed("control", c->name, text, (size_t)n);
    }
    static const char all[] = "\3READ list\nREAD config\nREAD drops\nREADDATA pool 2\r\nab\r\nWRITEUNTIL 1.x END\r\na\r\nEND\r\n"
                              "CHECKREAD 2.name\nHELP\nLLRPC a#1\nWRITE stop\nPING x\nPING y\n\377READ x\nQUIT\nREAD list\n";
    write_seed("control", "all", all, sizeof(all) - 1);
    swaps();
}

/* ---- frames ---- */

static void frame(const char *name, const void *head, size_t head_size, size_t size)
{
    uint8_t bytes[256] = {0};
    char path[64];
    memcpy(bytes + 2, head, head_size);
    for (unsigned i = 0; i < fs_class_count(); i += 5) {
        for (unsigned way = 0; way < 5; way += 2) {
            bytes[0] = (uint8_t)i;
            bytes[1] = (uint8_t)way;
            snprintf(path, sizeof(path), "%s-%u-%u", name, i, way);
            write_seed("headers", path, bytes, size + 2);
        }
    }
}

#define MACS "\2\0\0\0\0\1\2\0\0\0\0\2"
static void frames(void)
{
    static const char ping[] = MACS "\x08\0\x45\0\0\x54\0\1\0\0\x40\1\x65\xa7\x0a\0\0\1\x0a\0\0\2\x08\0\0\0\0\1\0\1";
    static const char udp[] = MACS "\x08\0\x45\0\0\x2e\0\1\0\0\x40\x11\x66\xbd\x0a\0\0\1\x0a\0\0\2\0\x35\0\x35\0\x1a\0\0";
    static const char tcp[] = MACS "\x81\0\0\5\x08\0\x46\0\0\x40\0\1\0\0\x40\6\0\0\x0a\0\0\1\x0a\0\0\2\1\1\1\1\0\x50\x50\0"
                                   "\0\0\0\1\0\0\0\2\x50\x12\x20\0\0\0\0\0";
    static const char arp[] = MACS "\x08\6\0\1\x08\0\6\4\0\1\2\0\0\0\0\2\x0a\0\0\2\0\0\0\0\0\0\x0a\0\0\1";
    static const char ip6[] = MACS "\x86\xdd\x60\0\0\0\0\x20\0\x40\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1\xfe\x80\0\0\0\0\0\0\0\0\0"
                                   "\0\0\0\0\2\x2c\0\1\4\0\0\0\0\x11\0\0\1\0\0\0\7\0\x35\0\x35\0\x10\0\0";
    static const char error[] = MACS "\x08\0\x45\0\0\x38\0\1\0\0\x40\1\0\0\x0a\0\0\1\x0a\0\0\2\3\1\0\0\0\0\0\0\x45\0\0\x2e\0\1\0"
                                     "\0\x40\x11\x66\xbd\x0a\0\0\1\x0a\0\0\2\0\x35\0\x35\0\x1a\0\0";
    frame("ping", ping, sizeof(ping) - 1, 98);
    frame("udp", udp, sizeof(udp) - 1, 60);
    frame("tcp", tcp, sizeof(tcp) - 1, 90);
    frame("arp", arp, sizeof(arp) - 1, 60);
    frame("ip6", ip6, sizeof(ip6) - 1, 86);
    frame("error", error, sizeof(error) - 1, 70);
    frame("short", arp, 10, 10);
}

/* ---- BFD: a session that comes up, is asked for another pace, and ends ---- */

static void bfd(void)
{
#define STEP(how, state, multiplier, min_rx) how "\x20" state multiplier "\x18\0\0\0\7\0\0\0\0\0\x0f\x42\x40" min_rx "\0\0\0\0\0\0"
    static const char session[] = STEP("\0", "\x40", "\3", "\0\4\x93\xe0") STEP("\3", "\xd0", "\3", "\0\4\x93\xe0")
        STEP("\5", "\xe0", "\3", "\0\x22\x55\x10") STEP("\5", "\x40", "\3", "\0\0\0\0") STEP("\x41", "\xc0", "\1", "\0\0\0\1");
#undef STEP
    write_seed("bfd", "session", session, sizeof(session) - 1);
}

/* ---- the framed console: sessions that are opened, used, found wrong and closed ---- */

static void framed(void)
{
    static const char said[] = "READ list\r\nPING x\nQUIT\r\n";
    uint8_t bytes[1024] = {0, 255};
    size_t at = 2;
    for (unsigned i = 0; i < 12; i++) {
        uint8_t kind = i < 2 ? FS_RECORD_OPEN : i > 9 ? FS_RECORD_CLOSE : FS_RECORD_DATA;
        uint8_t channel = (uint8_t)(FS_RECORD_CONTROL + i % 2);
        struct fs_record r = {channel, kind, (uint16_t)(i / 2 - (i > 1)), 7, (const uint8_t *)said,
                              kind == FS_RECORD_DATA ? sizeof said - 1 : 0};
        at += fs_record_write(&r, bytes + at);
    }
    write_seed("framed", "sessions", bytes, at);
}

/* ---- elements: each class, with noise for its arguments and frames ---- */

static void elements(void)
{
    uint64_t state = 3;
    for (unsigned i = 0; i < fs_class_count(); i++) {
        const struct fs_class *c = fs_class_at(i);
        for (unsigned k = 0; k < 4 && strncmp(c->name, "Test", 4) != 0; k++) {
            char name[128];
            uint8_t bytes[300];
            uint16_t mark = class_mark(c->name);
            for (size_t at = 0; at < sizeof(bytes); at++) {
                bytes[at] = (uint8_t)(noise(&state) >> (k & 1 ? 5 : 0)); /* and small numbers more often */
                bytes[at] &= k & 2 ? 0x0f : 0xff;
            }
            bytes[0] = (uint8_t)(mark >> 8);
            bytes[1] = (uint8_t)mark;
            snprintf(name, sizeof(name), "%s-%u", c->name, k);
            write_seed("elements", name, bytes, sizeof(bytes));
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: seeds FOLDER\n");
        return 2;
    }
    folder = argv[1];
    for (unsigned i = 0; i < fs_class_count(); i++) {
        blob_of(fs_class_at(i));
    }
    conversations();
    frames();
    bfd();
    framed();
    elements();
    return failed;
}
