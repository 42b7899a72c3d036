/* program_options.c: the command line of a program's supervisor. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static bool bad(const char *option, const char *value, const char *expected, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s %s: expected %s", option, value, expected);
    return false;
}

/* NAME=TAP,MAC; cuts the text. */
static bool add_device(struct fs_program *p, char *text)
{
    char *tap = strchr(text, '='), *mac = tap != NULL ? strchr(tap, ',') : NULL;
    if (mac == NULL || p->device_count == FS_PROGRAM_DEVICES) {
        return false;
    }
    *tap++ = '\0';
    *mac++ = '\0';
    struct fs_program_device *d = &p->devices[p->device_count];
    *d = (struct fs_program_device){.name = text, .tap = tap, .outer = -1, .inner = -1};
    unsigned bytes[6];
    char rest;
    if (sscanf(mac, "%2x:%2x:%2x:%2x:%2x:%2x%c", &bytes[0], &bytes[1], &bytes[2], &bytes[3], &bytes[4], &bytes[5], &rest)
        != 6) {
        return false;
    }
    for (unsigned i = 0; i < 6; i++) {
        d->mac[i] = (uint8_t)bytes[i];
    }
    p->device_count++;
    return text[0] != '\0' && strlen(text) < IFNAMSIZ && tap[0] != '\0' && strlen(tap) < IFNAMSIZ;
}

static bool parse_address(struct fs_program_address *a, const char *text)
{
    a->family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    return inet_pton(a->family, text, a->bytes) == 1;
}

/* DEVICE=ADDRESS/LENGTH, or a gateway's ADDRESS; cuts the text. */
static bool add_address(struct fs_program *p, char *text, bool gateway)
{
    if (p->address_count == FS_PROGRAM_ADDRESSES) {
        return false;
    }
    struct fs_program_address *a = &p->addresses[p->address_count++];
    *a = (struct fs_program_address){0};
    if (gateway) {
        return parse_address(a, text);
    }
    char *address = strchr(text, '='), *length = address != NULL ? strchr(address, '/') : NULL, *end;
    if (length == NULL) {
        return false;
    }
    *address++ = '\0';
    *length++ = '\0';
    a->device = text;
    unsigned long bits = strtoul(length, &end, 10);
    a->length = (unsigned)bits;
    return parse_address(a, address) && end != length && *end == '\0' && bits <= (a->family == AF_INET ? 32u : 128u);
}

static bool parse_user(struct fs_program *p, const char *text)
{
    char rest;
    return sscanf(text, "%u:%u%c", &p->user, &p->group, &rest) == 2;
}

bool fs_program_parse(struct fs_program *p, int argc, char **argv, char *why, size_t why_size)
{
    int i = 2;
    *p = (struct fs_program){.user = 65534, .group = 65534};
    for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
        const char *option = argv[i];
        char *value = argv[i + 1], shown[128];
        snprintf(shown, sizeof(shown), "%s", value);
        bool good = true;
        if (strcmp(option, "--supervised") == 0) {
            p->folder = value;
        } else if (strcmp(option, "--log") == 0) {
            p->log = value;
        } else if (strcmp(option, "--io") == 0) {
            p->packet = strcmp(value, "packet") == 0;
            good = p->packet || strcmp(value, "tap") == 0 || bad(option, shown, "tap or packet", why, why_size);
        } else if (strcmp(option, "--user") == 0) {
            good = parse_user(p, value) || bad(option, shown, "UID:GID", why, why_size);
        } else if (strcmp(option, "--memory") == 0) {
            p->memory = strtoull(value, NULL, 10) << 20;
            good = p->memory != 0 || bad(option, shown, "a number of MiB", why, why_size);
        } else if (strcmp(option, "--device") == 0) {
            good = add_device(p, value) || bad(option, shown, "NAME=TAP,MAC", why, why_size);
        } else if (strcmp(option, "--address") == 0) {
            good = add_address(p, value, false) || bad(option, shown, "DEVICE=ADDRESS/LENGTH", why, why_size);
        } else if (strcmp(option, "--gateway") == 0) {
            good = add_address(p, value, true) || bad(option, shown, "an address", why, why_size);
        } else {
            snprintf(why, why_size, "unknown option '%s'", option);
            return false;
        }
        if (!good) {
            return false;
        }
    }
    if (i + 1 >= argc || p->folder == NULL || p->log == NULL || p->memory == 0) {
        snprintf(why, why_size, "expected --program --supervised FOLDER --log FILE --memory MIB ... -- PROGRAM ...");
        return false;
    }
    p->argv = &argv[i + 1];
    return true;
}
