/* Text search by Horspool's method: byte loads, table lookups, short loops. */
#include <string.h>
#include "../bench.h"

static unsigned char text[1 << 18];

static uint32_t count(const char *word) {
    uint32_t skip[256], length = (uint32_t)strlen(word), found = 0;
    for (int i = 0; i < 256; i++)
        skip[i] = length;
    for (uint32_t i = 0; i + 1 < length; i++)
        skip[(unsigned char)word[i]] = length - 1 - i;
    for (uint32_t at = 0; at + length <= sizeof text; at += skip[text[at + length - 1]]) {
        uint32_t i = length;
        while (i > 0 && text[at + i - 1] == (unsigned char)word[i - 1])
            i--;
        found += i == 0;
    }
    return found;
}

int main(void) {
    static const char *words[] = {"abca", "ccab", "abcabc", "bacabac", "aa"};
    uint64_t sum = 0;
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (unsigned char)('a' + next_random() % 3);
    for (int round = 0; round < 250; round++)
        sum = sum * 7 + count(words[round % 5]);
    return finish(sum);
}
