/* Table-driven CRC-32: dependent loads, shifts and exclusive or on bytes. */
#include "../bench.h"

static uint32_t table[256];
static unsigned char data[1 << 16];

int main(void) {
    uint32_t crc = ~0u;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        table[i] = c;
    }
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)next_random();
    for (int round = 0; round < 3200; round++)
        for (unsigned i = 0; i < sizeof data; i++)
            crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
    return finish(crc);
}
