/* Trespass.c: an element that does what no element may, to show that the machine ends with a line that says so. Linked
 * into flowstream-pvh-selftest.elf only. Each deed ends in a page fault or another exception of ring 3.
 */
#include <flowstream/element.h>
#include <string.h>

#include "../boot/layout.h"
#include "../machine/io.h"
#include "../ring0/descriptors.h"

enum { DEED };

struct trespass {
    struct fs_element base;
    struct fs_task task;
    void (*deed)(void);
};

static const uint32_t constant = 1;
static uint8_t code_in_data[16] = {0xc3}; /* ret */

static void write_to(uintptr_t at) { *(volatile uint64_t *)at = 0; }
static void execute(uintptr_t at)
{
    __asm__ volatile("call *%0" ::"r"(at) : "memory");
}

static void write_null(void) { write_to(8); }
static void read_null(void) { (void)*(volatile uint64_t *)8; }
static void execute_null(void) { execute(8); }
static void write_text(void) { write_to((uintptr_t)text_start); }
static void write_rodata(void) { write_to((uintptr_t)&constant); }
static void write_configuration(void) { write_to((uintptr_t)image_start); }
static void write_page_tables(void) { write_to((uintptr_t)page_tables_start); }
static void read_page_tables(void) { (void)*(volatile uint64_t *)page_tables_start; }
static void execute_page_tables(void) { execute((uintptr_t)page_tables_start); }
static void write_gdt(void) { write_to(RING0_GDT); }
static void write_tss(void) { write_to(RING0_TSS); }
static void write_bitmap(void) { write_to(RING0_IO_BITMAP); }
static void write_idt(void) { write_to(RING0_IDT); }
static void execute_idt(void) { execute(RING0_IDT); }
static void write_stub(void) { write_to(RING0_TEXT); }
static void execute_stub(void) { execute(RING0_TEXT); }
static void write_hypercalls(void) { write_to(RING0_HYPERCALLS); }
static void execute_hypercalls(void) { execute(RING0_SCHEDULER_OP); }
static void execute_data(void) { execute((uintptr_t)code_in_data); }
static void execute_configuration(void) { execute((uintptr_t)image_start); }
static void execute_stack(void)
{
    uint8_t code[16] = {0xc3};
    __asm__ volatile("" ::"r"(code) : "memory");
    execute((uintptr_t)code);
}
static void write_guard(void) { write_to((uintptr_t)stack_guard); }
static unsigned overflow(unsigned depth)
{
    volatile uint8_t frame[4096];
    frame[depth % sizeof frame] = (uint8_t)depth;
    return depth == UINT32_MAX ? 0 : overflow(depth + 1) + frame[depth % sizeof frame];
}
static void overflow_stack(void) { (void)overflow(0); }
static void divide(void)
{
    __asm__ volatile("xor %%edx, %%edx\n mov $1, %%eax\n xor %%ecx, %%ecx\n div %%ecx" ::: "eax", "ecx", "edx");
}
static void invalid(void) { __asm__ volatile("ud2"); }
static void privileged(void) { __asm__ volatile("mov %%cr3, %%rax" ::: "rax"); }
static void closed_port(void) { out8(0xcf8, 0); }

static const struct {
    const char *name;
    void (*deed)(void);
} deeds[] = {
    {"write-null", write_null},
    {"read-null", read_null},
    {"execute-null", execute_null},
    {"write-text", write_text},
    {"write-rodata", write_rodata},
    {"write-configuration", write_configuration},
    {"write-page-tables", write_page_tables},
    {"read-page-tables", read_page_tables},
    {"execute-page-tables", execute_page_tables},
    {"write-gdt", write_gdt},
    {"write-tss", write_tss},
    {"write-bitmap", write_bitmap},
    {"write-idt", write_idt},
    {"execute-idt", execute_idt},
    {"write-stub", write_stub},
    {"execute-stub", execute_stub},
    {"write-hypercalls", write_hypercalls},
    {"execute-hypercalls", execute_hypercalls},
    {"execute-data", execute_data},
    {"execute-configuration", execute_configuration},
    {"execute-stack", execute_stack},
    {"write-guard", write_guard},
    {"overflow-stack", overflow_stack},
    {"divide", divide},
    {"invalid", invalid},
    {"privileged", privileged},
    {"closed-port", closed_port},
};

static bool run(struct fs_element *e, struct fs_task *t)
{
    static const char survived[] = "SURVIVED";
    (void)t;
    ((struct trespass *)e)->deed();
    fs_log(e, survived, sizeof survived - 1);
    return true;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    const char *wanted = fs_args_text(e->args, DEED, "");
    for (unsigned i = 0; i < FS_COUNT(deeds); i++) {
        if (strlen(wanted) == strlen(deeds[i].name) && memcmp(wanted, deeds[i].name, strlen(wanted)) == 0) {
            ((struct trespass *)e)->deed = deeds[i].deed;
            return 0;
        }
    }
    fs_text_format(error, "'%s' is no deed", wanted);
    return -1;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_task_init(e, &((struct trespass *)e)->task, run);
    fs_task_schedule(&((struct trespass *)e)->task);
    return 0;
}

static const struct fs_arg args[] = {
    [DEED] = {"DEED", "word", FS_POSITIONAL, 0, 0, NULL, "What to do."},
};

FS_ELEMENT(Trespass) = {
    .name = "Trespass",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = NULL,
    .summary = "does what no element may",
    .doc = "",
    .size = sizeof(struct trespass),
    .configure = configure,
    .initialize = initialize,
};
