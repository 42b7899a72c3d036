#include "options.h"

#include <errno.h>
#include <flowstream/packet.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    struct fs_options *o;
    FILE *out;
    unsigned problems;
};

__attribute__((format(printf, 2, 3))) static void problem(struct parser *p, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("flowstream-engine: ", p->out);
    vfprintf(p->out, format, arguments);
    fputc('\n', p->out);
    va_end(arguments);
    p->problems++;
}

static bool number(const char *text, uint64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 0);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0';
}

/* What follows a word such as "tap:", or NULL. */
static char *after(char *text, const char *word)
{
    size_t length = strlen(word);
    return strncmp(text, word, length) == 0 ? text + length : NULL;
}

/* Cuts ",mac=aa:bb:cc:dd:ee:ff" off an interface's name. */
static void take_address(struct parser *p, struct fs_device_option *d, char *name)
{
    char *comma = strchr(name, ',');
    unsigned octets[6] = {0};
    int end = 0;
    if (comma == NULL) {
        return;
    }
    *comma = '\0';
    bool good = sscanf(comma + 1, "mac=%2x:%2x:%2x:%2x:%2x:%2x%n", &octets[0], &octets[1], &octets[2], &octets[3],
                       &octets[4], &octets[5], &end) == 6 && comma[1 + end] == '\0';
    for (unsigned i = 0; i < 6; i++) {
        d->mac[i] = (uint8_t)octets[i];
    }
    d->addressed = good;
    if (!good || d->mac[0] & 1) {
        problem(p, "--device %s,%s: expected mac= and a unicast Ethernet address", name, comma + 1);
    }
}

static const struct {
    const char *word;
    enum fs_device_kind kind;
} interfaces[] = {{"tap:", FS_DEVICE_TAP}, {"packet:", FS_DEVICE_PACKET}, {"ring:", FS_DEVICE_RING},
                  {"xdp:", FS_DEVICE_XDP}, {"auto:", FS_DEVICE_AUTO}};

/* INDEX=KIND:NAME */
static void device(struct parser *p, char *text)
{
    char *equals = strchr(text, '=');
    uint64_t index = FS_OPTIONS_DEVICES;
    if (equals != NULL) {
        *equals = '\0';
    }
    if (equals == NULL || !number(text, &index) || index >= FS_OPTIONS_DEVICES) {
        problem(p, "--device %s: expected INDEX=KIND:NAME or INDEX=pcap:IN[,OUT], INDEX below %d",
                text, FS_OPTIONS_DEVICES);
        return;
    }
    struct fs_device_option *d = &p->o->devices[index];
    char *what = equals + 1, *name;
    if (d->kind != FS_DEVICE_NONE) {
        problem(p, "--device %s=%s: device %s is given twice", text, what, text);
        return;
    }
    for (size_t i = 0; i < sizeof(interfaces) / sizeof(interfaces[0]); i++) {
        if ((name = after(what, interfaces[i].word)) != NULL) {
            *d = (struct fs_device_option){.kind = interfaces[i].kind, .name = name, .out = ""};
            take_address(p, d, name);
        }
    }
    if (d->kind != FS_DEVICE_NONE) {
    } else if ((name = after(what, "pcap:")) != NULL) {
        char *comma = strchr(name, ',');
        if (comma != NULL) {
            *comma = '\0';
        }
        *d = (struct fs_device_option){.kind = FS_DEVICE_PCAP, .name = name, .out = comma != NULL ? comma + 1 : ""};
    } else {
        problem(p, "--device %s=%s: unknown kind, expected tap:, auto:, xdp:, ring:, packet: or pcap:", text, what);
    }
    if (index + 1 > p->o->device_count) {
        p->o->device_count = (unsigned)index + 1;
    }
}

static const char *socket_path(struct parser *p, const char *option, char *text)
{
    char *path = after(text, "unix:");
    if (path == NULL || *path == '\0') {
        problem(p, "%s %s: expected unix:PATH", option, text);
        return NULL;
    }
    return path;
}

static void add_read(struct parser *p, const char *handler)
{
    if (p->o->read_count == FS_OPTIONS_READS) {
        problem(p, "--read %s: more than %d handlers", handler, FS_OPTIONS_READS);
        return;
    }
    p->o->reads[p->o->read_count++] = handler;
}

/* HANDLER=FILE */
static void add_write(struct parser *p, char *text)
{
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0' || p->o->write_count == FS_OPTIONS_WRITES) {
        problem(p, "--write %s: expected HANDLER=FILE, and at most %d of them", text, FS_OPTIONS_WRITES);
        return;
    }
    *equals = '\0';
    p->o->writes[p->o->write_count++] = (struct fs_write_option){text, equals + 1};
}

/* INDEX=XX:XX:XX:XX:XX:XX */
static void add_mac(struct parser *p, char *text)
{
    char *equals = strchr(text, '=');
    uint64_t index = FS_OPTIONS_DEVICES;
    unsigned octets[6];
    int end = 0;
    if (equals != NULL) {
        *equals = '\0';
    }
    if (equals == NULL || !number(text, &index) || index >= FS_OPTIONS_DEVICES
        || sscanf(equals + 1, "%2x:%2x:%2x:%2x:%2x:%2x%n", &octets[0], &octets[1], &octets[2], &octets[3], &octets[4],
                  &octets[5], &end) != 6
        || equals[1 + end] != '\0') {
        problem(p, "--mac %s: expected INDEX=XX:XX:XX:XX:XX:XX", text);
        return;
    }
    p->o->macs[index] = equals + 1;
}

static void add_handler(struct parser *p, const char *handler)
{
    if (p->o->handler_count == FS_OPTIONS_READS) {
        problem(p, "--handler %s: more than %d handlers", handler, FS_OPTIONS_READS);
        return;
    }
    p->o->handlers[p->o->handler_count++] = handler;
}

/* Seconds with a fraction. */
static bool seconds(const char *text, uint64_t *ns)
{
    uint64_t whole = 0, part = 0, unit = 1000000000;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && whole < 10000000000u; at++) {
        whole = whole * 10 + (uint64_t)(*at - '0');
    }
    bool good = at > text && whole < 10000000000u;
    for (at += *at == '.'; *at >= '0' && *at <= '9'; at++) {
        unit /= 10;
        part += (uint64_t)(*at - '0') * unit;
    }
    *ns = whole * 1000000000u + part;
    return good && *at == '\0' && *ns > 0;
}

/* UID:GID */
static void user(struct parser *p, char *text)
{
    char *colon = strchr(text, ':');
    uint64_t uid = 0, gid = 0;
    if (colon != NULL) {
        *colon = '\0';
    }
    p->o->has_user = colon != NULL && number(text, &uid) && number(colon + 1, &gid) && uid > 0 && gid > 0
                     && uid < UINT32_MAX && gid < UINT32_MAX;
    if (!p->o->has_user) {
        problem(p, "--user %s: expected UID:GID, neither of them 0", text);
    }
    p->o->user = (uint32_t)uid;
    p->o->group = (uint32_t)gid;
}

/* An option with a value; false when it is none of them. */
static bool valued(struct parser *p, const char *option, char *value)
{
    struct fs_options *o = p->o;
    if (strcmp(option, "--device") == 0) {
        device(p, value);
    } else if (strcmp(option, "--control") == 0) {
        o->control = socket_path(p, option, value);
    } else if (strcmp(option, "--health") == 0) {
        o->health = socket_path(p, option, value);
    } else if (strcmp(option, "--read") == 0) {
        add_read(p, value);
    } else if (strcmp(option, "--handler") == 0) {
        add_handler(p, value);
    } else if (strcmp(option, "--write") == 0) {
        add_write(p, value);
    } else if (strcmp(option, "--mac") == 0) {
        add_mac(p, value);
    } else if (strcmp(option, "--trace") == 0) {
        o->trace = value;
    } else if (strcmp(option, "--exit-handler") == 0) {
        o->exit_handler = value;
    } else if (strcmp(option, "--simtime") == 0) {
        o->simtime = true;
        if (!seconds(value, &o->simtime_from)) {
            problem(p, "--simtime=%s: expected seconds since 1970", value);
        }
    } else if (strcmp(option, "--packet-size") == 0) {
        uint64_t size = 0;
        if (!number(value, &size) || size < FS_PACKET_SIZE || size > 1 << 20) {
            problem(p, "--packet-size %s: expected %d to %d bytes", value, (int)FS_PACKET_SIZE, 1 << 20);
        }
        o->packet_size = (uint32_t)(size + 63) & ~63u;
    } else if (strcmp(option, "--seed") == 0) {
        o->seeded = number(value, &o->seed);
        if (!o->seeded) {
            problem(p, "--seed %s: not a number", value);
        }
    } else if (strcmp(option, "--supervised") == 0) {
        o->supervised = value;
    } else if (strcmp(option, "--log") == 0) {
        o->log = value;
    } else if (strcmp(option, "--user") == 0) {
        user(p, value);
    } else if (strcmp(option, "--memory") == 0) {
        uint64_t mib = 0;
        if (!number(value, &mib) || mib < 2 || mib > 4096) {
            problem(p, "--memory %s: expected 2 to 4096 MiB", value);
        }
        o->memory_mib = (uint32_t)mib;
    } else {
        return false;
    }
    return true;
}

static bool takes_value(const char *option)
{
    static const char *const names[] = {"--device", "--control", "--health", "--read", "--seed", "--handler", "--exit-handler",
                                        "--packet-size", "--write", "--mac", "--trace", "--supervised", "--log", "--user",
                                        "--memory"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(option, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool plain(struct fs_options *o, const char *option)
{
    if (strcmp(option, "--simtime") == 0) {
        o->simtime = true;
    } else if (strcmp(option, "--click") == 0) {
        o->click = true;
    } else if (strcmp(option, "--quit") == 0) {
        o->quit = true;
    } else if (strcmp(option, "--stop-when-idle") == 0) {
        o->stop_when_idle = true;
    } else if (strcmp(option, "--print-classes") == 0) {
        o->action = FS_ACTION_PRINT_CLASSES;
    } else if (strcmp(option, "--version") == 0) {
        o->action = FS_ACTION_VERSION;
    } else if (strcmp(option, "--help") == 0) {
        o->action = FS_ACTION_HELP;
    } else {
        return false;
    }
    return true;
}

static void check_whole(struct parser *p)
{
    const struct fs_options *o = p->o;
    if (o->action != FS_ACTION_RUN) {
        return;
    }
    if (o->image == NULL) {
        problem(p, "no image: expected IMAGE.elf or a configuration blob");
    }
    if (!o->click && (o->quit || o->handler_count > 0 || o->exit_handler != NULL)) {
        problem(p, "--quit, --handler and --exit-handler go with --click");
    }
    if (o->click && (o->trace != NULL || o->write_count > 0)) {
        problem(p, "--trace and --write do not go with --click");
    }
    if ((o->supervised != NULL) != (o->log != NULL) || (o->supervised != NULL) != o->has_user) {
        problem(p, "--supervised, --log and --user go together");
    }
    if (o->supervised != NULL && (o->click || o->simtime || o->read_count > 0 || o->trace != NULL || o->write_count > 0)) {
        problem(p, "--supervised goes with neither --click, --simtime, --read, --trace nor --write");
    }
    for (unsigned i = 0; i < o->device_count; i++) {
        if (o->macs[i] != NULL && o->devices[i].kind != FS_DEVICE_PCAP) {
            problem(p, "--mac %u: the device is not a pcap file", i);
        }
        if (o->supervised != NULL && o->devices[i].kind == FS_DEVICE_PCAP) {
            problem(p, "--supervised: device %u is a pcap file", i);
        }
        if (o->devices[i].kind == FS_DEVICE_NONE) {
            problem(p, "--device %u=... is missing: devices are numbered from 0 without gaps", i);
        } else if (o->simtime && o->devices[i].kind != FS_DEVICE_PCAP) {
            problem(p, "--simtime: device %u is not a pcap file", i);
        }
    }
}

unsigned fs_options_parse(struct fs_options *o, int argc, char **argv, FILE *problems)
{
    struct parser p = {o, problems, 0};
    *o = (struct fs_options){.action = FS_ACTION_RUN};
    for (int i = 1; i < argc; i++) {
        char *option = argv[i];
        if (strncmp(option, "--", 2) != 0) {
            if (o->image != NULL) {
                problem(&p, "%s: one image only, and %s is one already", option, o->image);
            }
            o->image = option;
            continue;
        }
        if (plain(o, option)) {
            continue;
        }
        char *equals = strchr(option, '=');
        if (equals != NULL) {
            *equals = '\0';
        }
        if (!takes_value(option) && !(equals != NULL && strcmp(option, "--simtime") == 0)) {
            problem(&p, "%s: unknown option", option);
        } else if (equals == NULL && i + 1 == argc) {
            problem(&p, "%s: a value is missing", option);
        } else {
            valued(&p, option, equals != NULL ? equals + 1 : argv[++i]);
        }
    }
    check_whole(&p);
    return p.problems;
}

void fs_options_usage(FILE *out)
{
    fputs("usage: flowstream-engine IMAGE.elf|BLOB [OPTION]...\n"
          "\n"
          "  --device N=tap:NAME[,mac=A] device N is this TAP interface (made when it is not there)\n"
          "  --device N=auto:NAME        device N is this interface, by the fastest way that the host offers; ,mac=A as well\n"
          "  --device N=xdp:NAME         the same by AF_XDP, ring: by a packet socket with rings, packet: without\n"
          "  --device N=pcap:IN[,OUT]    device N replays the file IN and writes what is sent to OUT\n"
          "  --simtime[=SECONDS]         virtual time: begins with the first frame or then, jumps to the next event\n"
          "  --stop-when-idle            ends when all files are read and nothing is left to do\n"
          "  --control unix:PATH         the control protocol, on a socket\n"
          "  --health unix:PATH          the health lines, on a socket\n"
          "  --memory MIB                packets and elements have what a machine of that memory has for them\n"
          "  --packet-size BYTES         room of a packet with its headers; 2048, with --click 67584\n"
          "  --seed N                    makes random numbers repeatable\n"
          "  --read HANDLER              prints this handler at the end\n"
          "  --write HANDLER=FILE        writes what is in the file before the run, unless it reads so already\n"
          "  --mac N=MAC                 the address of a pcap device; 02:00:00:00:00:0N\n"
          "  --trace FILE                writes into the file where each packet goes\n"
          "  --click                     runs as Click's user-level driver does: its errors, no READY, no STOP\n"
          "  --handler HANDLER           with --click: prints it at the end; `*.count` prints that of all elements\n"
          "  --exit-handler HANDLER      with --click: a number that is the exit status, or true for 0 and false for 1\n"
          "  --quit                      with --click: initializes, does not run\n"
          "  --supervised FOLDER         goes on by itself once it is ready: FOLDER gets `process` and `life.sock`\n"
          "  --log FILE                  with --supervised: where its lines go; moved to FILE.0 at 2 MiB\n"
          "  --user UID:GID              with --supervised: whom it becomes, once all is open\n"
          "  --print-classes             prints the element classes as JSON\n"
          "  --version\n"
          "\n"
          "example: flowstream-engine fw.elf --device 0=pcap:in.pcap --device 1=pcap:,out.pcap --simtime --read drops\n",
          out);
}
