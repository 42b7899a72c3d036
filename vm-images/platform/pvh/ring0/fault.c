/* fault.c: a fault of ring 3, told in words. stub.S resumes here, on a stack of its own. */
#include <engine/platform.h>
#include <flowstream/handler.h>

#include "../boot/pages.h"
#include "../machine/end.h"
#include "descriptors.h"

enum {
    FAULT_DIVIDE = 0,
    FAULT_OPCODE = 6,
    FAULT_DOUBLE = 8,
    FAULT_STACK = 12,
    FAULT_PROTECTION = 13,
    FAULT_PAGE = 14,
    /* Error code of a page fault (SDM 3A, 4.7). */
    PAGE_PRESENT = 1,
    PAGE_WRITE = 2,
    PAGE_FETCH = 16,
};

static const char *name_of(uint64_t vector)
{
    switch (vector) {
    case FAULT_DIVIDE:
        return "division by zero";
    case FAULT_OPCODE:
        return "invalid instruction";
    case FAULT_DOUBLE:
        return "double fault";
    case FAULT_STACK:
        return "stack fault";
    case FAULT_PROTECTION:
        return "privileged instruction or closed port";
    default:
        return "exception";
    }
}

static void describe_page_fault(struct fs_text *t, uint64_t error, uint64_t address)
{
    const char *place = pages_describe(address);
    const char *verb = (error & PAGE_FETCH) != 0 ? "execution of" : (error & PAGE_WRITE) != 0 ? "write to" : "read of";
    fs_text_format(t, "%s %s", verb, place != NULL ? place : "memory that is not there");
}

/* Called by stub.S alone. */
_Noreturn void fault_report(uint64_t vector, uint64_t error, uint64_t rip, uint64_t address, uint64_t rsp, uint64_t cs);

_Noreturn void fault_report(uint64_t vector, uint64_t error, uint64_t rip, uint64_t address, uint64_t rsp, uint64_t cs)
{
    char room[400];
    struct fs_text t = {.at = room, .capacity = sizeof room - 1};
    if (vector == FAULT_PAGE) {
        describe_page_fault(&t, error, address);
        fs_text_format(&t, " at 0x%llx", (unsigned long long)address);
    } else {
        fs_text_format(&t, "%s (vector %llu)", name_of(vector), (unsigned long long)vector);
    }
    fs_text_format(&t, ", rip=0x%llx rsp=0x%llx error=0x%llx%s", (unsigned long long)rip, (unsigned long long)rsp,
                   (unsigned long long)error, cs == SELECTOR_CODE ? " in ring 0" : "");
    room[t.length] = '\0';
    end_panic(room);
}
