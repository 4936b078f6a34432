/* Objects with method tables, walked in a list. */
#include "../bench.h"

struct shape;
struct methods {
    uint64_t (*area)(const struct shape *);
    void (*grow)(struct shape *, uint64_t);
};
struct shape {
    const struct methods *methods;
    uint64_t width, height;
    struct shape *next;
};

static NOINLINE uint64_t box_area(const struct shape *s) { return s->width * s->height; }
static NOINLINE uint64_t triangle_area(const struct shape *s) { return s->width * s->height / 2; }
static NOINLINE uint64_t line_area(const struct shape *s) { return s->width + s->height; }
static NOINLINE void grow_wide(struct shape *s, uint64_t by) { s->width = (s->width + by) & 0xffff; }
static NOINLINE void grow_high(struct shape *s, uint64_t by) { s->height = (s->height ^ by) & 0xffff; }
static const struct methods kinds[3] = {
    {box_area, grow_wide}, {triangle_area, grow_high}, {line_area, grow_wide}};

int main(void) {
    enum { COUNT = 1000 };
    static struct shape shapes[COUNT];
    uint64_t sum = 0;
    for (int i = 0; i < COUNT; i++)
        shapes[i] = (struct shape){&kinds[next_random() % 3], next_random() & 255, next_random() & 255, i + 1 < COUNT ? &shapes[i + 1] : 0};
    for (uint64_t round = 0; round < 40000; round++)
        for (struct shape *s = shapes; s; s = s->next) {
            sum += s->methods->area(s);
            s->methods->grow(s, round);
        }
    return finish(sum);
}
