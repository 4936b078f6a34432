/* Binary trees built and walked recursively, with malloc and free. */
#include <stdlib.h>
#include "../bench.h"

struct node {
    struct node *left, *right;
};

static NOINLINE struct node *grow(int depth) {
    struct node *made = malloc(sizeof *made);
    made->left = depth ? grow(depth - 1) : NULL;
    made->right = depth ? grow(depth - 1) : NULL;
    return made;
}

static NOINLINE uint64_t fell(struct node *tree) {
    uint64_t count = 1;
    if (tree->left)
        count += fell(tree->left) + fell(tree->right);
    free(tree);
    return count;
}

int main(void) {
    uint64_t sum = 0;
    for (int round = 0; round < 60; round++)
        sum += fell(grow(16 - round % 3));
    return finish(sum);
}
