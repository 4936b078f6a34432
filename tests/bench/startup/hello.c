/* A static program that says one word. */
#include <stdio.h>

int main(void) { return puts("hello") < 0; }
