/* testing_router.c: feeds and watches a test's router. */
#include <stdlib.h>

#include "testing_elements.h"
#include "testing_router.h"

/* ---- running ---- */

struct fs_router *fs_test_router(struct fs_test *t) { return t->router; }

struct fs_element *fs_test_element(struct fs_test *t, const char *name)
{
    struct fs_element *e = t->started ? fs_router_find(t->router, name, strlen(name)) : NULL;
    if (e == NULL && !t->broken) {
        fs_test_complain(t, "no such element", name);
    }
    return e;
}

static struct fs_test_end *end_of(struct fs_test *t, const char *name)
{
    struct fs_element *e = fs_test_element(t, name);
    if (e != NULL && strncmp(e->class->name, "Test", 4) != 0) {
        fs_test_complain(t, "not a test's own element", name);
        return NULL;
    }
    return (struct fs_test_end *)e;
}

struct fs_packet *fs_test_packet(struct fs_test *t, const void *bytes, size_t size)
{
    struct fs_packet *p = fs_packet_new(&t->platform.pool, FS_HEADROOM, size);
    if (p != NULL && size > 0) {
        memcpy(p->data, bytes, size);
    }
    return p;
}

void fs_test_send_batch(struct fs_test *t, const char *source, struct fs_packet *const *packets, unsigned count)
{
    struct fs_test_end *s = end_of(t, source);
    struct fs_batch batch = {.count = count};
    memcpy(batch.packets, packets, count * sizeof(packets[0]));
    fs_router_new_round(t->router);
    if (s == NULL) {
        fs_packet_free_batch(&batch);
    } else if (s->base.class->pull == NULL) {
        fs_output_push(&s->base, 0, &batch);
    } else {
        for (unsigned i = 0; i < count; i++) {
            s->kept[s->count++] = packets[i];
        }
        fs_signal_wake(&s->signal);
    }
}

void fs_test_send_packet(struct fs_test *t, const char *source, struct fs_packet *p)
{
    fs_test_send_batch(t, source, &p, 1);
}

void fs_test_send(struct fs_test *t, const char *source, const void *bytes, size_t size)
{
    struct fs_packet *p = fs_test_packet(t, bytes, size);
    if (p == NULL) {
        fs_test_complain(t, "no packet left to send to", source);
        return;
    }
    p->timestamp = t->platform.now;
    fs_set_mac_header(p, p->data);
    fs_test_send_packet(t, source, p);
}

unsigned fs_test_pull(struct fs_test *t, const char *puller, unsigned max)
{
    struct fs_test_end *s = end_of(t, puller);
    struct fs_batch batch = {.count = 0};
    fs_router_new_round(t->router);
    if (s != NULL) {
        fs_input_pull(&s->base, 0, &batch, max < FS_BATCH_MAX ? max : FS_BATCH_MAX);
        memcpy(s->kept + s->count, batch.packets, batch.count * sizeof(batch.packets[0]));
        s->count += batch.count;
    }
    return batch.count;
}

bool fs_test_round(struct fs_test *t) { return t->started && fs_router_run_once(t->router); }

void fs_test_run(struct fs_test *t)
{
    for (unsigned i = 0; i < 10000 && fs_test_round(t); i++) {
    }
}

void fs_test_advance(struct fs_test *t, uint64_t ns)
{
    struct fs_test_platform *p = &t->platform;
    uint64_t end = p->steady + ns;
    fs_test_run(t);
    for (uint64_t next = fs_router_next_timer(t->router); next != 0 && next <= end;
         next = fs_router_next_timer(t->router)) {
        if (next > p->steady) {
            p->now += next - p->steady;
            p->steady = next;
        }
        fs_test_run(t);
    }
    p->now += end - p->steady;
    p->steady = end;
    fs_router_new_round(t->router);
}

uint64_t fs_test_now(const struct fs_test *t) { return t->platform.now; }

unsigned fs_test_count(struct fs_test *t, const char *sink)
{
    struct fs_test_end *s = end_of(t, sink);
    return s != NULL ? s->count - s->first : 0;
}

struct fs_packet *fs_test_out(struct fs_test *t, const char *sink, unsigned index)
{
    struct fs_test_end *s = end_of(t, sink);
    return s != NULL && index < s->count ? s->kept[index] : NULL;
}

void fs_test_forget(struct fs_test *t, const char *sink)
{
    struct fs_test_end *s = end_of(t, sink);
    while (s != NULL && s->count > 0) {
        fs_packet_free(s->kept[--s->count]);
    }
}

/* ---- devices ---- */

void fs_test_arrive(struct fs_test *t, unsigned device, const void *bytes, size_t size)
{
    fs_test_platform_arrive(&t->platform, device, bytes, size);
}

unsigned fs_test_sent_count(struct fs_test *t, unsigned device) { return t->platform.devices[device]->sent_count; }

struct fs_packet *fs_test_sent(struct fs_test *t, unsigned device, unsigned index)
{
    const struct fs_test_device *d = t->platform.devices[device];
    return index < d->sent_count ? d->sent[index] : NULL;
}

void fs_test_forget_sent(struct fs_test *t, unsigned device)
{
    struct fs_test_device *d = t->platform.devices[device];
    while (d->sent_count > 0) {
        fs_packet_free(d->sent[--d->sent_count]);
    }
}

void fs_test_ring(struct fs_test *t, unsigned device, unsigned frames)
{
    struct fs_test_device *d = t->platform.devices[device];
    d->ring = frames;
    if (frames > 0 && d->room_wanted) {
        d->room_wanted = false;
        fs_device_room(&d->base);
    }
}

/* ---- handlers ---- */

const char *fs_test_read(struct fs_test *t, const char *handler)
{
    struct fs_text value = fs_text_in(t->text, FS_TEST_TEXT - 1);
    if (!t->started || fs_router_read(t->router, handler, "", &value) != FS_HANDLER_OK) {
        fs_test_complain(t, "cannot read handler", handler);
    }
    t->text[value.length] = '\0';
    return t->text;
}

bool fs_test_write(struct fs_test *t, const char *handler, const char *value)
{
    return fs_test_write_bytes(t, handler, value, strlen(value));
}

bool fs_test_write_bytes(struct fs_test *t, const char *handler, const void *value, size_t length)
{
    struct fs_text error = fs_text_in(t->error, FS_TEST_TEXT - 1);
    enum fs_handler_answer answer =
        t->started ? fs_router_write(t->router, handler, value, length, &error) : FS_HANDLER_NO_ELEMENT;
    t->error[error.length] = '\0';
    if (answer != FS_HANDLER_OK && answer != FS_HANDLER_FAILED) {
        fs_test_complain(t, "cannot write handler", handler);
    }
    return answer == FS_HANDLER_OK;
}

const char *fs_test_said(struct fs_test *t) { return t->error; }

uint64_t fs_test_drops(struct fs_test *t, const char *element, enum fs_drop_reason reason)
{
    struct fs_element *e = fs_test_element(t, element);
    return e != NULL ? e->drops->counts[reason] : 0;
}

uint64_t fs_test_rule_drops(struct fs_test *t, const char *element, uint32_t rule)
{
    struct fs_element *e = fs_test_element(t, element);
    return e != NULL && rule < e->drops->rule_count ? e->drops->rules[rule].count : 0;
}

const char *fs_test_log(struct fs_test *t) { return t->platform.log != NULL ? t->platform.log : ""; }

void fs_test_forget_log(struct fs_test *t)
{
    free(t->platform.log);
    t->platform.log = NULL;
    t->platform.log_length = 0;
}

/* ---- files ---- */

void fs_test_file(struct fs_test *t, const char *name, const void *bytes, size_t size)
{
    struct fs_test_file *file = fs_test_file_find(t->platform.files, name, true);
    file->length = 0;
    fs_test_file_append(file, bytes, size);
}

const char *fs_test_written(struct fs_test *t, const char *name)
{
    const struct fs_test_file *file = fs_test_file_find(t->platform.files, name, false);
    return file != NULL ? file->bytes : NULL;
}

size_t fs_test_written_size(struct fs_test *t, const char *name)
{
    const struct fs_test_file *file = fs_test_file_find(t->platform.files, name, false);
    return file != NULL ? file->length : 0;
}

void fs_test_no_files(struct fs_test *t)
{
    t->platform.base.files = NULL;
    t->platform.base.print = NULL;
}
