#include "net/contents.h"

#include "net/values.h"

static bool is_word(const char *text, const char *word)
{
    while (*text != '\0' && (*text | 0x20) == (*word | 0x20)) {
        text++;
        word++;
    }
    return *text == '\0' && *word == '\0';
}

bool fs_parse_contents(const char *text, enum fs_contents *contents)
{
    static const char *const words[] = {"NONE", "HEX", "ASCII"};
    bool shown;
    if (fs_parse_boolean(text, __builtin_strlen(text), &shown)) {
        *contents = shown ? FS_CONTENTS_HEX : FS_CONTENTS_NONE;
        return true;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (is_word(text, words[i])) {
            *contents = (enum fs_contents)i;
            return true;
        }
    }
    return false;
}

void fs_text_contents(struct fs_text *t, enum fs_contents contents, const uint8_t *at, uint32_t n, uint32_t per_line)
{
    bool hex = contents == FS_CONTENTS_HEX;
    for (uint32_t i = 0; i < n; i++) {
        if (per_line != UINT32_MAX && i % per_line == 0) {
            fs_text_string(t, "\n  ");
        } else if (i % (hex ? 4 : 8) == 0 && (i > 0 || !hex)) {
            fs_text_char(t, ' ');
        }
        if (hex) {
            fs_text_hex(t, at + i, 1);
        } else {
            fs_text_char(t, at[i] < 32 || at[i] > 126 ? '.' : (char)at[i]);
        }
    }
}
