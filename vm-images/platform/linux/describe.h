/* describe.h: the descriptors of all classes as JSON (docs/contracts.md 4). */
#ifndef FS_LINUX_DESCRIBE_H
#define FS_LINUX_DESCRIBE_H

#include <stdio.h>

void fs_describe_classes(FILE *out);

#endif
