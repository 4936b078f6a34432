/* strlen, strchr, memchr, strcmp and strcpy on words. */
#include <string.h>
#include "../bench.h"

static char words[256][128], copy[256];

int main(void) {
    uint64_t sum = 0;
    for (int i = 0; i < 256; i++) {
        int length = (int)(next_random() % (i % 8 ? 20 : 120));
        for (int j = 0; j < length; j++)
            words[i][j] = (char)('a' + next_random() % 26);
    }
    for (int round = 0; round < 60000; round++)
        for (int i = 0; i < 256; i++) {
            char *word = words[i];
            OPAQUE(word);
            size_t length = strlen(word);
            char *found = strchr(word, 'q');
            strcpy(copy, word);
            sum += length + (found ? (uint64_t)(found - word) : 0);
            sum += (uint64_t)(strcmp(copy, words[i ^ 1]) < 0);
            sum += memchr(word, 'z', length) != NULL;
        }
    return finish(sum);
}
