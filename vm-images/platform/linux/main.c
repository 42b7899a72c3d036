/* main.c: the process build, flowstream-engine (docs/contracts.md 7). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../engine/router.h"
#include "describe.h"

_Noreturn void fs_panic(const char *text)
{
    fprintf(stderr, "PANIC %s\n", text);
    exit(3);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--print-classes") == 0) {
        fs_describe_classes(stdout);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("flowstream-engine " FS_RUNTIME_VERSION);
        return 0;
    }
    fprintf(stderr, "usage: flowstream-engine --print-classes | --version\n");
    return 2;
}
