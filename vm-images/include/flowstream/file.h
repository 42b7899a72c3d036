/* file.h: files, where the platform has them (the process build). A machine has none, and says so.
 *
 * For sources and sinks of packet traces and for scripts. Nothing here is for the packet path of a machine.
 */
#ifndef FLOWSTREAM_FILE_H
#define FLOWSTREAM_FILE_H

#include <flowstream/handler.h>

struct fs_file;

enum fs_file_mode { FS_FILE_READ, FS_FILE_WRITE, FS_FILE_APPEND };

/* Opens the named file, or standard input or output for "-". NULL, and a line in `error`, when it cannot be. */
struct fs_file *fs_file_open(struct fs_element *e, const char *name, enum fs_file_mode mode, struct fs_text *error);
/* At most n bytes: fewer only at the end of the file (or of what a pipe has now, when `some` and there is any). */
size_t fs_file_read(struct fs_element *e, struct fs_file *f, void *bytes, size_t n, bool some);
bool fs_file_write(struct fs_element *e, struct fs_file *f, const void *bytes, size_t n);
bool fs_file_flush(struct fs_element *e, struct fs_file *f);
/* False when something that was written is lost. Takes NULL. */
bool fs_file_close(struct fs_element *e, struct fs_file *f);

#endif
