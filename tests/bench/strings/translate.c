/* Byte loops: lower case, translation by table, counting, reversing, hexadecimal. */
#include "../bench.h"

static unsigned char text[65536], out[131072], table[256];
static uint32_t counts[256];

int main(void) {
    static const char digits[] = "0123456789abcdef";
    uint64_t sum = 0;
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (unsigned char)next_random();
    for (int i = 0; i < 256; i++)
        table[i] = (unsigned char)(i * 167 + 13);
    for (int round = 0; round < 1500; round++) {
        for (unsigned i = 0; i < sizeof text; i++) {
            unsigned char c = text[i];
            text[i] = c >= 'A' && c <= 'Z' ? c + 32 : c;
        }
        for (unsigned i = 0; i < sizeof text; i++)
            text[i] = table[text[i]];
        for (unsigned i = 0; i < sizeof text; i++)
            counts[text[i]]++;
        for (unsigned i = 0, j = sizeof text; i < --j; i++) {
            unsigned char c = text[i];
            text[i] = text[j];
            text[j] = c;
        }
        for (unsigned i = 0; i < sizeof text; i++) {
            out[2 * i] = (unsigned char)digits[text[i] >> 4];
            out[2 * i + 1] = (unsigned char)digits[text[i] & 15];
        }
        sum += out[round] + counts[round & 255];
    }
    return finish(sum);
}
