/* find.c: elements by name. */
#include "internal.h"

struct fs_element *fs_router_find(struct fs_router *r, const char *name, size_t length)
{
    for (uint32_t i = 0; i < r->element_count; i++) {
        if (fs_text_is(name, length, r->elements[i]->name)) {
            return r->elements[i];
        }
    }
    return NULL;
}

/* An element within the compound of e, then in the compounds around it, then at the top: "a/b" looks for "name" as
 * "a/name", then as "name". */
struct fs_element *fs_find_near(struct fs_element *e, const char *name, size_t length)
{
    struct fs_router *r = e->router;
    size_t prefix = strlen(e->name);
    while (prefix > 0) {
        while (prefix > 0 && e->name[prefix - 1] != '/') {
            prefix--;
        }
        for (uint32_t i = 0; i < r->element_count; i++) {
            const char *other = r->elements[i]->name;
            if (strlen(other) == prefix + length && memcmp(other, e->name, prefix) == 0
                && memcmp(other + prefix, name, length) == 0) {
                return r->elements[i];
            }
        }
        prefix -= prefix > 0;
    }
    return NULL;
}

uint32_t fs_router_element_count(const struct fs_router *r) { return r->element_count; }
const struct fs_element *fs_router_element(const struct fs_router *r, uint32_t index) { return r->elements[index]; }

struct fs_element *fs_find(struct fs_element *e, const char *name) { return fs_find_near(e, name, strlen(name)); }

struct fs_element *fs_element_at(const struct fs_element *e, uint32_t index)
{
    return index < e->router->element_count ? e->router->elements[index] : NULL;
}
