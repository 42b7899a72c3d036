/* Resize: makes packets longer or shorter at both ends. */
#include <flowstream/element.h>

struct resize {
    struct fs_element base;
    int64_t head, tail;
};

enum { HEAD, TAIL };

static bool resize(struct fs_packet *p, int64_t head, int64_t tail)
{
    bool fits = true;
    if (head > 0) {
        fits = fs_packet_prepend(p, (size_t)head);
    } else {
        fs_packet_strip(p, -head > (int64_t)p->length ? p->length : (size_t)-head);
    }
    if (tail > 0) {
        fits = fits && fs_packet_append(p, (size_t)tail);
    } else {
        fs_packet_trim(p, -tail > (int64_t)p->length ? p->length : (size_t)-tail);
    }
    return fits;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    const struct resize *r = (struct resize *)e;
    bool grows = r->head > 0 || r->tail > 0;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = grows ? fs_writable(e, batch->packets[i]) : batch->packets[i];
        if (p == NULL) {
            continue;
        }
        if (!resize(p, r->head, r->tail)) {
            fs_drop(e, p, FS_DROP_NO_ROOM);
            continue;
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct resize *r = (struct resize *)e;
    (void)error;
    r->head = fs_args_integer(e->args, HEAD, 0);
    r->tail = fs_args_integer(e->args, TAIL, 0);
    return 0;
}

static const struct fs_arg args[] = {
    [HEAD] = {"HEAD", "integer", FS_OPTIONAL, -65535, 65535, "0", "Bytes to put in front; below 0: to take off."},
    [TAIL] = {"TAIL", "integer", FS_OPTIONAL, -65535, 65535, "0", "Bytes to put behind; below 0: to take off."},
};

FS_ELEMENT(Resize) = {
    .name = "Resize",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes length; drops",
    .summary = "makes packets longer or shorter at both ends",
    .doc = "What new bytes hold is not set. A packet that is too short for what is taken off is left empty; one without room\n"
           "for what is put on is dropped as `no-room`.\n",
    .size = sizeof(struct resize),
    .configure = configure,
    .act = act,
};
