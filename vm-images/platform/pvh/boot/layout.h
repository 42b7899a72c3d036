/* layout.h: the symbols of layout.lds. */
#ifndef PVH_BOOT_LAYOUT_H
#define PVH_BOOT_LAYOUT_H

extern char text_start[], text_end[], rodata_start[], rodata_end[], data_start[];
extern char page_tables_start[], page_tables_end[];
extern char stack_guard[], stack_start[], stack_end[];
extern char fault_stack_guard[], fault_stack_start[], fault_stack_end[];
extern char image_start[]; /* the image's segment, or whatever memory holds there */

#endif
