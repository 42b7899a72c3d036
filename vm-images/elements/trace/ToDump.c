/* ToDump: writes packets to a pcap file. */
#include <flowstream/file.h>

#include "net/pcap_format.h"

struct to_dump {
    struct fs_element base;
    struct fs_task task; /* when connected to a pull input */
    struct fs_file *file;
    uint64_t count;
    uint32_t snap; /* bytes of a packet at most */
    unsigned link, signals;
    bool nano, extra_length;
};

enum { FILENAME, SNAPLEN, ENCAP, EXTRA_LENGTH, NANO };

static struct to_dump *mine(struct fs_element *e) { return (struct to_dump *)e; }

static void write(struct to_dump *d, struct fs_packet *p)
{
    uint32_t kept = d->snap != 0 && p->length > d->snap ? d->snap : p->length;
    uint32_t whole = p->length + (d->extra_length ? fs_anno_u32(p, FS_ANNO_EXTRA_LENGTH) : 0);
    uint32_t head[4] = {(uint32_t)(p->timestamp / 1000000000), (uint32_t)(p->timestamp % 1000000000), kept, whole};
    head[1] /= d->nano ? 1 : 1000;
    fs_file_write(&d->base, d->file, head, sizeof head);
    fs_file_write(&d->base, d->file, p->data, kept);
    d->count++;
}

static void finish(struct to_dump *d, struct fs_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        write(d, batch->packets[i]);
    }
    if (d->base.output_count > 0) {
        fs_output_push(&d->base, 0, batch);
    } else {
        fs_drop_batch(&d->base, batch, FS_DROP_DISCARDED);
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    (void)port;
    finish(mine(e), batch);
}

static bool run(struct fs_element *e, struct fs_task *t)
{
    struct fs_batch batch = {.count = 0};
    fs_input_pull(e, 0, &batch, 1);
    bool any = batch.count > 0;
    finish(mine(e), &batch);
    if (any || mine(e)->signals == 0) {
        fs_task_schedule(t);
    }
    return any;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct to_dump *d = mine(e);
    const char *encap = fs_args_text(e->args, ENCAP, "ETHER");
    d->snap = (uint32_t)fs_args_integer(e->args, SNAPLEN, 2000);
    d->extra_length = fs_args_boolean(e->args, EXTRA_LENGTH, true);
    d->nano = fs_args_boolean(e->args, NANO, false);
    if (!fs_pcap_link_parse(encap, &d->link)) {
        fs_text_format(error, "bad encapsulation type '%s'", encap);
        return -1;
    }
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct to_dump *d = mine(e);
    d->file = fs_file_open(e, fs_args_text(e->args, FILENAME, "-"), FS_FILE_WRITE, error);
    if (d->file == NULL) {
        return -1;
    }
    const uint32_t head[6] = {d->nano ? FS_PCAP_NANO : FS_PCAP_MICRO, 2 | 4 << 16, 0, 0, d->snap != 0 ? d->snap : 65535, d->link};
    fs_file_write(e, d->file, head, sizeof head);
    fs_task_init(e, &d->task, run);
    if (!e->inputs[0].push) {
        d->signals = fs_signal_listen(e, 0, FS_SIGNAL_NONEMPTY, &d->task);
        fs_task_schedule(&d->task);
    }
    return 0;
}

static void cleanup(struct fs_element *e)
{
    if (!fs_file_close(e, mine(e)->file)) {
        static const char lost[] = "ToDump: the file is not whole";
        fs_log(e, lost, sizeof lost - 1);
    }
    mine(e)->file = NULL;
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->count);
}
static void read_filename(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_string(value, fs_args_text(e->args, FILENAME, ""));
}

static const struct fs_arg args[] = {
    [FILENAME] = {"FILENAME", "string", FS_POSITIONAL, 0, 0, NULL, "The file; `-` is standard output."},
    [SNAPLEN] = {"SNAPLEN", "integer", FS_OPTIONAL, 0, UINT32_MAX, "2000", "Bytes of a packet to write at most; 0: all."},
    [ENCAP] = {"ENCAP", "word", FS_OPTIONAL, 0, 0, "ETHER", "What packets begin with: ETHER, IP, or NULL."},
    [EXTRA_LENGTH] = {"EXTRA_LENGTH", "boolean", FS_KEYWORD, 0, 0, "true", "Whether lengths count the extra-length annotation."},
    [NANO] = {"NANO", "boolean", FS_KEYWORD, 0, 0, "false", "Whether times have nanoseconds."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets written."},
    {"filename", read_filename, NULL, FS_HANDLER_CALM, NULL, "The file."},
};

FS_ELEMENT(ToDump) = {
    .name = "ToDump",
    .ports = "1/0-1",
    .processing = "a/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any; drops",
    .summary = "writes packets to a pcap file",
    .doc = "Process build only.\n\n    ... -> ToDump(out.pcap)\n",
    .size = sizeof(struct to_dump),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .push = push,
};
