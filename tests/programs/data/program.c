/* No includes: the native compiler of the comparison has the headers of another machine. */
typedef __SIZE_TYPE__ size_t;
int printf(const char *, ...);
void *calloc(size_t, size_t);
char *strncpy(char *, const char *, size_t);
int strcmp(const char *, const char *);
size_t strlen(const char *);
struct node { struct node *left, *right; char name[24]; double weight; };
static struct node *insert(struct node *at, const char *name) {
    if (!at) { at = calloc(1, sizeof *at); strncpy(at->name, name, sizeof at->name - 1); }
    int order = strcmp(name, at->name);
    at->weight += 1.5f * (order + 0.25);
    if (order < 0) at->left = insert(at->left, name);
    if (order > 0) at->right = insert(at->right, name);
    return at;
}
static unsigned hash(const unsigned char *text, unsigned long n) {
    unsigned h = 2166136261u;
    for (unsigned long i = 0; i < n; i++) h = (h ^ text[i]) * 16777619u;
    return h;
}
double mean(const float *restrict x, const int *restrict w, int n) {
    double s = 0; long t = 0;
    for (int i = 0; i < n; i++) { s += (double)x[i] * w[i]; t += w[i]; }
    return t ? s / t : 0;
}
long choose(long n, int k) {
    switch (k) { case 0: return 1; case 1: return n; case 2: return n * (n - 1) / 2; case 3: return n << 3; case 4: return n >> 1; case 5: return n % 10; default: return choose(n - 1, k - 1) + choose(n - 1, k); }
}
int main(int argc, char **argv) {
    struct node *root = 0;
    for (int i = 1; i < argc; i++) root = insert(root, argv[i]);
    printf("%u %p\n", hash((unsigned char *)argv[0], strlen(argv[0])), (void *)root);
    return 0;
}
