/* Single precision a*x + y, element by element, with a running maximum. */
#include "../bench.h"

enum { COUNT = 4096 };
static float x[COUNT], y[COUNT];

int main(void) {
    float sum = 0, most = 0;
    for (int i = 0; i < COUNT; i++) {
        x[i] = (float)(next_random() % 1000) / 8;
        y[i] = (float)(next_random() % 1000) / 16;
    }
    for (int round = 0; round < 60000; round++) {
        float a = (float)(round & 15) * 0.0625f;
        for (int i = 0; i < COUNT; i++) {
            float value = a * x[i] + y[i];
            most = value > most ? value : most;
            y[i] = value * 0.5f;
            OPAQUE(i);
        }
        sum += most + y[round % COUNT];
    }
    return finish_real(sum);
}
