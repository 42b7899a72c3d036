/* clock.c: see clock.h. */
#include "clock.h"

#include <stdbool.h>
#include <stddef.h>

#include "../ring0/ring0.h"
#include "hypervisor.h"
#include "io.h"
#include "lapic.h"

enum {
    CMOS_PORT = 0x70, /* index; data behind it */
    PM_TIMER_HZ = 3579545,
    LOOKS = 4,
    PM_TIMER_MASK = 0xffffff, /* 24 bits at least */
};
#define NS_PER_S UINT64_C(1000000000)
/* A second measurement takes at least this long and at most that: the PM timer's 24 bits last 4.6 s. */
#define REFINE_AFTER_NS UINT64_C(1000000000)
#define REFINE_BEFORE_NS UINT64_C(4000000000)
#define MSR_WALL_CLOCK 0x4b564d00u
#define MSR_SYSTEM_TIME 0x4b564d01u
#define KVM_FEATURE_CLOCKSOURCE2 (1u << 3)

struct kvm_wall_clock {
    uint32_t version, seconds, nanoseconds;
};
static volatile struct clock_host_time system_time __attribute__((aligned(64)));
static volatile struct kvm_wall_clock wall_clock __attribute__((aligned(64)));

static const volatile struct clock_host_time *host; /* NULL: measured */
static uint16_t pm_timer_port;
static uint64_t started; /* time stamp of the first instruction */

/* ns = base_ns + ((stamp - base_stamp) * multiplier >> 32) */
static uint64_t base_stamp, base_ns, multiplier;
static uint64_t epoch; /* ns since 1970 at steady 0 */

/* A counter of known rate and the time stamp, at one moment. */
struct moment {
    uint64_t stamp;
    uint32_t count;
};

static struct moment begun; /* of a measurement */
static bool refined = true; /* nothing more to measure */

static uint64_t scale(uint64_t ticks, uint64_t by)
{
    return (uint64_t)((unsigned __int128)ticks * by >> 32);
}

static uint64_t host_steady(void)
{
    uint32_t version;
    uint64_t ns;
    do {
        version = __atomic_load_n(&host->version, __ATOMIC_ACQUIRE);
        uint64_t ticks = time_stamp() - host->time_stamp;
        int8_t shift = host->shift;
        ticks = shift >= 0 ? ticks << shift : ticks >> -shift;
        ns = host->system_time + scale(ticks, host->multiplier);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while ((version & 1) != 0 || version != host->version);
    return ns;
}

static bool open_kvm(void)
{
    if (hypervisor != HYPERVISOR_KVM || (ring0_ask_cpuid(0x40000001).a & KVM_FEATURE_CLOCKSOURCE2) == 0) {
        return false;
    }
    ring0_write_msr(MSR_WALL_CLOCK, (uintptr_t)&wall_clock);
    ring0_write_msr(MSR_SYSTEM_TIME, (uintptr_t)&system_time | 1);
    epoch = wall_clock.seconds * NS_PER_S + wall_clock.nanoseconds;
    host = system_time.multiplier != 0 ? &system_time : NULL;
    return host != NULL;
}

/* Of a few looks the quickest, since the host may stop us in any. `pm`: at the PM timer, else at the APIC's. */
__attribute__((always_inline)) static inline struct moment look(bool pm)
{
    struct moment found = {0, 0};
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < LOOKS; i++) {
        uint64_t before = time_stamp();
        uint32_t count = pm ? in32(pm_timer_port) : lapic_ticks_left();
        uint64_t took = time_stamp() - before;
        bool quicker = took < least; /* chosen without a branch: see start_info.c */
        least = quicker ? took : least;
        found.count = quicker ? count : found.count;
        found.stamp = quicker ? before + took / 2 : found.stamp;
    }
    return found;
}

__attribute__((noinline)) static struct moment look_at_apic(void)
{
    return look(false);
}

__attribute__((noinline)) static struct moment look_at_pm_timer(void)
{
    return look(true);
}

/* ---- the CMOS clock (MC146818; ACPI 6.4, 5.2.9 for the century, which is taken as 20) ---- */

static unsigned cmos(unsigned index)
{
    out8(CMOS_PORT, (uint8_t)index);
    return in8(CMOS_PORT + 1);
}

static unsigned from_bcd(unsigned v, bool binary)
{
    return binary ? v : (v >> 4) * 10 + (v & 15);
}

/* Seconds since 1970 of a date of the Gregorian calendar, month and day from 1, after H. Hinnant's days_from_civil. */
static uint64_t seconds_of(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second)
{
    year -= month <= 2;
    unsigned era = year / 400, of_era = year - era * 400;
    unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    uint64_t days = (uint64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

static uint64_t read_cmos(void)
{
    enum { SECONDS = 0, MINUTES = 2, HOURS = 4, DAY = 7, MONTH = 8, YEAR = 9, STATUS_B = 11, BINARY = 4, HOURS_24 = 2 };
    unsigned status = cmos(STATUS_B);
    bool binary = (status & BINARY) != 0;
    unsigned second = cmos(SECONDS), minute, hour, day, month, year;
    for (unsigned tries = 0; tries < 3; tries++) { /* again when the second changed meanwhile */
        minute = cmos(MINUTES);
        hour = cmos(HOURS);
        day = cmos(DAY);
        month = cmos(MONTH);
        year = cmos(YEAR);
        unsigned after = cmos(SECONDS);
        if (after == second) {
            break;
        }
        second = after;
    }
    bool afternoon = (status & HOURS_24) == 0 && (hour & 0x80) != 0;
    hour = from_bcd(hour & 0x7f, binary);
    if ((status & HOURS_24) == 0) {
        hour = hour % 12 + (afternoon ? 12 : 0);
    }
    return seconds_of(2000 + from_bcd(year, binary), from_bcd(month, binary), from_bcd(day, binary), hour,
                      from_bcd(minute, binary), from_bcd(second, binary));
}

/* ---- */

void clock_open(uint64_t started_at)
{
    started = started_at;
    if (!open_kvm()) {
        lapic_count();
        begun = look_at_apic();
    }
}

void clock_open_host(uint64_t started_at, const volatile struct clock_host_time *time, uint64_t since_1970)
{
    started = started_at;
    host = time;
    epoch = since_1970;
    clock_settle();
}

/* The time stamp's rate, by what the known counter has counted since the measurement began. */
static void set_rate(uint64_t stamp, uint64_t ns)
{
    multiplier = (ns << 32) / (stamp - begun.stamp); /* ns < REFINE_BEFORE_NS < 2^32 */
}

void clock_settle(void)
{
    if (host != NULL) {
        /* multiplier serves clock_since_start() alone. */
        int8_t shift = host->shift;
        multiplier = shift >= 0 ? (uint64_t)host->multiplier << shift : host->multiplier >> -shift;
        return;
    }
    uint64_t ns;
    struct moment now;
    do {
        now = look_at_apic();
        ns = (uint64_t)(begun.count - now.count) * LAPIC_NS_PER_TICK; /* it counts down */
    } while (ns < CLOCK_BOOT_MEASURE_NS);
    set_rate(now.stamp, ns);
    base_stamp = started;
    base_ns = 1;
    lapic_timer(0);
}

void clock_open_pm_timer(uint16_t pm_timer)
{
    ring0_keep_ports(CMOS_PORT, 2);
    refined = host != NULL || pm_timer == 0;
    if (!refined) {
        ring0_keep_ports(pm_timer, 4);
        pm_timer_port = pm_timer;
        begun = look_at_pm_timer();
    }
}

void clock_refine(void)
{
    if (refined) {
        return;
    }
    uint64_t since = scale(time_stamp() - begun.stamp, multiplier);
    if (since < REFINE_AFTER_NS) {
        return;
    }
    if (since > REFINE_BEFORE_NS) {
        begun = look_at_pm_timer(); /* too late for the counter's 24 bits: from here, then */
        return;
    }
    struct moment now = look_at_pm_timer();
    base_ns += scale(now.stamp - base_stamp, multiplier);
    base_stamp = now.stamp;
    set_rate(now.stamp, ((now.count - begun.count) & PM_TIMER_MASK) * NS_PER_S / PM_TIMER_HZ);
    refined = true;
}

uint64_t clock_steady(void)
{
    return host != NULL ? host_steady() : base_ns + scale(time_stamp() - base_stamp, multiplier);
}

uint64_t clock_now(void)
{
    uint64_t steady = clock_steady();
    if (epoch == 0) {
        epoch = read_cmos() * NS_PER_S - steady;
    }
    return epoch + steady;
}

uint64_t clock_since_start(void)
{
    return scale(time_stamp() - started, multiplier);
}
