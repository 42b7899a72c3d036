#include <errno.h>
#include <signal.h>
#include <time.h>

#include "machine.h"

/* Rounds between two looks at descriptors; and where only a signal could be seen. */
enum { ROUNDS = 32, ROUNDS_ALONE = 1024, FDS = FS_OPTIONS_DEVICES + 5 };
static const uint64_t patience = 10000000000u; /* virtual ns without a frame, after which a run in virtual time ends */

enum { SIGNALS = 64 };
static volatile sig_atomic_t signalled;        /* any of: */
static volatile sig_atomic_t pending[SIGNALS]; /* by number */
static sigset_t open_mask;                     /* what comes in while the loop waits */
static bool watched[SIGNALS];                  /* that elements wait for */

static void on_signal(int number)
{
    pending[number] = 1;
    signalled = 1;
}

/* Signals come in only while ppoll() waits, so none is missed between a look and a wait. */
static void take_signal(int number)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, number);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    sigaction(number, &action, NULL);
}

void fs_machine_watch(void *context, int number, bool on)
{
    (void)context;
    if (number <= 0 || number >= SIGNALS) {
        return;
    }
    watched[number] = on;
    if (on) {
        take_signal(number);
    }
}

int fs_machine_raise(void *context, int number, int64_t process)
{
    (void)context;
    return kill((pid_t)process, number) == 0 ? 0 : errno;
}

/* Hands signals to the elements that wait for them. True: one came that ends the run. */
static bool deal_with_signals(struct fs_machine *m)
{
    bool ends = false;
    for (int number = 1; signalled && number < SIGNALS; number++) {
        if (!pending[number]) {
            continue;
        }
        pending[number] = 0;
        if (!fs_router_interrupt(m->router, number)) {
            ends |= number == SIGTERM || number == SIGINT;
        } else if (!watched[number] && number != SIGTERM && number != SIGINT) { /* the next one is as if never watched */
            sigset_t free_again;
            sigemptyset(&free_again);
            sigaddset(&free_again, number);
            signal(number, SIG_DFL);
            sigprocmask(SIG_UNBLOCK, &free_again, NULL);
        }
    }
    signalled = 0;
    return ends;
}

/* The time of the next frame of any file that somebody reads, now-clock; UINT64_MAX when all are read. */
static uint64_t next_frame(const struct fs_machine *m)
{
    uint64_t first = UINT64_MAX;
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        struct fs_linux_device *d = m->devices[i];
        uint64_t at = d->next != NULL && d->base.listener != NULL ? d->next(d) : UINT64_MAX;
        first = at < first ? at : first;
    }
    return first;
}

/* Wakes the readers of files whose next frame is due. */
static void wake_files(struct fs_machine *m)
{
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        struct fs_linux_device *d = m->devices[i];
        if (d->next != NULL && d->armed && d->next(d) <= fs_machine_now(m)) {
            d->armed = false;
            fs_device_arrived(&d->base);
        }
    }
}

static uint64_t until(uint64_t then, uint64_t now) { return then > now ? then - now : 0; }

/* How long to wait when nothing is to be done now, ns; UINT64_MAX for ever. */
static uint64_t idle_time(struct fs_machine *m)
{
    uint64_t frame = next_frame(m), timer = fs_router_next_timer(m->router), wait = UINT64_MAX;
    if (frame != UINT64_MAX) {
        wait = until(frame, fs_machine_now(m));
    }
    if (timer != 0) {
        uint64_t to_timer = until(timer, fs_machine_steady(m));
        wait = to_timer < wait ? to_timer : wait;
    }
    return wait;
}

static bool has_descriptors(const struct fs_machine *m)
{
    return m->platform.device_count > 0 || m->streams[0].path != NULL || m->streams[1].path != NULL;
}

/* Looks at descriptors, waiting at most `wait` ns (UINT64_MAX: for ever). */
static void look(struct fs_machine *m, uint64_t wait)
{
    struct pollfd fds[FDS];
    unsigned count = 0, devices[FS_OPTIONS_DEVICES];
    for (unsigned i = 0; i < m->platform.device_count; i++) {
        struct fs_linux_device *d = m->devices[i];
        if (d->fd >= 0 && (d->armed || d->room_wanted)) {
            devices[count] = i;
            fds[count++] = (struct pollfd){
                .fd = d->fd, .events = (short)((d->armed ? POLLIN : 0) | (d->room_wanted ? POLLOUT : 0))};
        }
    }
    unsigned first = fs_stream_poll(&m->streams[0], fds + count);
    unsigned all = count + first + fs_stream_poll(&m->streams[1], fds + count + first);
    const unsigned life = all;
    if (m->supervised != NULL) {
        all += fs_supervised_poll(m->supervised, fds + life);
    }
    struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)};
    if (ppoll(fds, all, wait == UINT64_MAX ? NULL : &timeout, &open_mask) <= 0) {
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        struct fs_linux_device *d = m->devices[devices[i]];
        if (d->armed && fds[i].revents & (POLLIN | POLLERR | POLLHUP)) {
            d->armed = false;
            fs_device_arrived(&d->base);
        }
        if (d->room_wanted && fds[i].revents & (POLLOUT | POLLERR)) {
            d->room_wanted = false;
            fs_device_room(&d->base);
        }
    }
    fs_stream_serve(&m->streams[0], fds + count);
    fs_stream_serve(&m->streams[1], fds + count + first);
    if (m->supervised != NULL) {
        fs_supervised_serve(m->supervised, fds + life);
    }
}

/* Virtual time: goes to the next event; false when there is none, or none soon enough after the last frame. */
static bool jump(struct fs_machine *m)
{
    uint64_t frame = next_frame(m), timer = fs_router_next_timer(m->router);
    uint64_t to = timer != 0 && timer < frame ? timer : frame;
    if (to == UINT64_MAX || (frame == UINT64_MAX && to > m->last_activity + patience && !m->click)) {
        return false;
    }
    if (m->trace != NULL && frame == UINT64_MAX && to > m->last_arrival + FS_TRACE_PATIENCE * 1000000000u) {
        return false; /* what sends by itself would go on for ever */
    }
    m->virtual_now = to > m->virtual_now ? to : m->virtual_now;
    return true;
}

void fs_machine_take_ends(void)
{
    take_signal(SIGTERM);
    take_signal(SIGINT);
}

const char *fs_machine_run(struct fs_machine *m)
{
    fs_machine_take_ends();
    unsigned rounds = has_descriptors(m) ? ROUNDS : ROUNDS_ALONE;
    const bool files = m->platform.device_count > 0;
    unsigned left = rounds;
    for (;;) {
        bool more;
        if (files) {
            wake_files(m);
            more = fs_router_run_once(m->router);
            left--;
        } else {
            more = fs_router_run(m->router, rounds);
            left = 0;
        }
        if (fs_router_stopped(m->router)) {
            return "element";
        }
        if (!more || left == 0) {
            left = rounds;
            bool virtual = m->simtime && !more;
            uint64_t wait = more || m->simtime ? 0 : idle_time(m);
            if (!more && m->stop_when_idle && next_frame(m) == UINT64_MAX && fs_router_next_timer(m->router) == 0) {
                return "idle";
            }
            look(m, wait);
            if (virtual && !jump(m)) {
                if (!m->click) {
                    return "idle";
                }
                look(m, UINT64_MAX); /* only a client or a signal can bring something new */
            }
        }
        if (m->control.held) {
            fs_machine_finish_scrub(m);
        }
        if (signalled && deal_with_signals(m)) {
            return m->supervised != NULL ? "power-button" : "signal";
        }
        if (m->stop_asked) {
            return "control";
        }
        if (fs_trace_full(m->trace)) {
            return "trace";
        }
    }
}
