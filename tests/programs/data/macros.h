#define CAT(a, b) a##b
#define STR(x) #x
#if N > 2 && defined(N)
CAT(foo, bar) STR(a "b") __LINE__ N
#else
no
#endif
#define V(f, ...) f(__VA_ARGS__)
V(g, 1, 2)
