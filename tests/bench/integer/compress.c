/* LZ77 with a hash of three bytes: what compressors do most of the time. */
#include <string.h>
#include "../bench.h"

enum { SIZE = 1 << 18 };
static unsigned char input[SIZE + 8], output[2 * SIZE], back[SIZE];
static int32_t heads[1 << 14];

static uint32_t pack(void) {
    uint32_t out = 0, at = 0;
    memset(heads, 0xff, sizeof heads);
    while (at < SIZE) {
        uint32_t three = input[at] | input[at + 1] << 8 | input[at + 2] << 16;
        uint32_t hash = three * 2654435761u >> 18;
        int32_t from = heads[hash];
        uint32_t length = 0;
        heads[hash] = (int32_t)at;
        if (from >= 0 && at - (uint32_t)from < 65536)
            while (length < 255 && at + length < SIZE && input[(uint32_t)from + length] == input[at + length])
                length++;
        if (length < 4) {
            output[out++] = 0;
            output[out++] = input[at++];
            continue;
        }
        output[out++] = (unsigned char)length;
        output[out++] = (unsigned char)(at - (uint32_t)from);
        output[out++] = (unsigned char)((at - (uint32_t)from) >> 8);
        at += length;
    }
    return out;
}

static uint32_t unpack(uint32_t size) {
    uint32_t at = 0;
    for (uint32_t in = 0; in < size;) {
        uint32_t length = output[in];
        if (length == 0) {
            back[at++] = output[in + 1];
            in += 2;
            continue;
        }
        uint32_t distance = output[in + 1] | output[in + 2] << 8;
        for (uint32_t i = 0; i < length; i++, at++)
            back[at] = back[at - distance];
        in += 3;
    }
    return at;
}

int main(void) {
    uint64_t sum = 0;
    for (int i = 0; i < SIZE; i++)
        input[i] = (unsigned char)(i > 600 && next_random() % 8 ? input[i - 1 - (next_random() % 3) * 200] : next_random() % 20);
    for (int round = 0; round < 60; round++) {
        uint32_t size = pack();
        if (unpack(size) != SIZE || memcmp(back, input, SIZE) != 0)
            return 1;
        input[round * 1000] ^= 1;
        sum = sum * 31 + size;
    }
    return finish(sum);
}
