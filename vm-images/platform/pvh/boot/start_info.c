/* start_info.c: see start_info.h. */
#include "start_info.h"

#include <stdbool.h>

#include "layout.h"
#include "pages.h"

enum { MAGIC = 0x336ec578, TYPE_RAM = 1, ENTRIES_MAX = 128, LINE_MOST = 1024 };

struct hvm_start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, acpi_root;
    uint64_t memory_map; /* from version 1 on */
    uint32_t memory_map_entries, reserved;
};

struct memory_map_entry {
    uint64_t at, size;
    uint32_t type, reserved;
};

struct start_info start_info_read(uint64_t at)
{
    struct start_info answer = {0};
    const struct hvm_start_info *info = pages_reach(at, sizeof *info);
    /* One question: each branch is a block more to translate (docs/decisions.md, "What starting costs under TCG"). */
    if ((info->magic != MAGIC) | (info->version < 1) | (info->memory_map == 0)
        | (info->memory_map_entries > ENTRIES_MAX)) {
        return answer;
    }
    const struct memory_map_entry *map =
        pages_reach(info->memory_map, info->memory_map_entries * sizeof(struct memory_map_entry));
    for (uint32_t i = 0; i < info->memory_map_entries; i++) {
        bool holds_image = (map[i].type == TYPE_RAM) & ((uintptr_t)image_start - map[i].at < map[i].size);
        answer.memory_end += (map[i].at + map[i].size) & -(uint64_t)holds_image; /* of one entry, entries do not overlap */
    }
    answer.acpi_root = info->acpi_root;
    answer.command_line = info->command_line;
    answer.end = (info->command_line + LINE_MOST + 4095) & ~(uintptr_t)4095;
    return answer;
}
